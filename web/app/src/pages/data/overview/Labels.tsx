/** What was found in the project's data: each control's labels, by how often. */
import type { ProjectStatistics } from '@labelkeep/api';
import { Button, Chip, Panel, Ranking, Table, type TableColumn } from '@labelkeep/kit';
import { useState } from 'react';
import { count } from '../../../shared/numbers';
import data from '../data.module.css';
import styles from './overview.module.css';

type Control = ProjectStatistics['labels'][number];
interface Row {
  label: string;
  count: number;
  part: number;
}

/** Labels that are shown at first; a tree of thousands has no place on a page. */
const SHOWN = 20;

export function Labels({
  labels,
  colors,
  isTable,
}: {
  labels: readonly Control[];
  colors: ReadonlyMap<string, string>;
  isTable: boolean;
}) {
  if (labels.length === 0) {
    return (
      <Panel title="Labels">
        <p className={data.text}>No annotation has a label yet.</p>
      </Panel>
    );
  }
  return (
    <div className={styles.pair}>
      {labels.map((control) => (
        <ControlLabels key={control.control} control={control} colors={colors} isTable={isTable} />
      ))}
    </div>
  );
}

function ControlLabels({
  control,
  colors,
  isTable,
}: {
  control: Control;
  colors: ReadonlyMap<string, string>;
  isTable: boolean;
}) {
  const [isWhole, setWhole] = useState(false);
  const all = [...control.labels].sort((a, b) => b.count - a.count);
  const total = all.reduce((sum, label) => sum + label.count, 0);
  const shown = isWhole ? all : all.slice(0, SHOWN);
  const rows: Row[] = shown.map((label) => ({ ...label, part: total > 0 ? label.count / total : 0 }));
  const columns: TableColumn<Row>[] = [
    {
      id: 'label',
      header: 'Label',
      render: ({ label }) => {
        const color = colors.get(`${control.control}/${label}`);
        return (
          <Chip {...(color ? { color } : {})}>
            <bdi>{label}</bdi>
          </Chip>
        );
      },
    },
    { id: 'count', header: 'Times', align: 'end', render: (row) => count(row.count) },
    { id: 'part', header: 'Part', align: 'end', render: (row) => `${(100 * row.part).toFixed(1)} %` },
  ];
  return (
    <Panel title={`Labels of ${control.control}`}>
      {isTable ? (
        <Table label={`Labels of ${control.control}`} columns={columns} rows={rows} rowKey={({ label }) => label} />
      ) : (
        <Ranking
          label={`Labels of ${control.control}`}
          bars={rows.map((row) => {
            const color = colors.get(`${control.control}/${row.label}`);
            return { label: row.label, value: row.count, ...(color ? { color } : {}) };
          })}
        />
      )}
      {all.length > SHOWN && !isWhole && (
        <Button size="small" variant="quiet" onPress={() => setWhole(true)}>
          Show all {count(all.length)}
        </Button>
      )}
    </Panel>
  );
}
