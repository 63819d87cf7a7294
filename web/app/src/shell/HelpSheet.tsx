/** All keys outside of the editor, which has a sheet of its own. */
import { Dialog, Kbd } from '@labelkeep/kit';
import type { Action } from './actions';
import { readableKeys } from './keys';
import styles from './shell.module.css';

const TABLE = [
  ['↑ ↓', 'To the next or previous task'],
  ['Page Up · Page Down', 'A screen further'],
  ['Home · End', 'To the first or last task'],
  ['Enter', 'Open the task beside the list'],
  [readableKeys('ctrl+alt+↓'), 'To the next task, when one is open beside the list'],
  ['Space', 'Select it; with Shift all up to it'],
  [readableKeys('ctrl+a'), 'Select all tasks of the view'],
  ['↑ in the first row', 'To the heads of the columns'],
  ['← →', 'In the head: to the next column'],
  ['Enter · Space', 'In the head: its menu; order by it'],
];

export function HelpSheet({
  isOpen,
  onClose,
  actions,
}: {
  isOpen: boolean;
  onClose: () => void;
  actions: readonly Action[];
}) {
  const anywhere = actions
    .filter((action) => action.shortcut)
    .map((action) => [readableKeys(action.shortcut ?? ''), action.label] as [string, string]);
  return (
    <Dialog title="Keys" isOpen={isOpen} onClose={onClose}>
      <div className={styles.sheet}>
        <Keys title="On this page" rows={anywhere} />
        <Keys title="In a table of tasks" rows={TABLE as [string, string][]} />
      </div>
      <p className={styles.nothing}>
        While labeling, <Kbd>?</Kbd> shows the keys of the editor. They can be changed in your account.
      </p>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: [string, string][] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className={styles.keys}>
        {rows.map(([key, text]) => (
          <div key={key}>
            <dt>{text}</dt>
            <dd>
              <Kbd>{key}</Kbd>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
