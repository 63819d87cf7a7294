/** The gallery of templates: by kind of data, with a search; one is taken with a click. */
import { Button, Chip, EmptyState, SearchField, Spinner } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { messageOf } from '../../shared/errors';
import { count } from '../../shared/numbers';
import { galleryQuery } from '../../shared/queries';
import styles from './gallery.module.css';
import { Sketch } from './Sketch';

export interface Chosen {
  title: string;
  config: string;
  sample: Record<string, unknown>;
}

export function Gallery({ onChoose }: { onChoose: (template: Chosen) => void }) {
  const gallery = useQuery(galleryQuery);
  const [search, setSearch] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const matching = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return (gallery.data?.templates ?? []).filter((template) =>
      words.every((word) => `${template.title} ${template.details} ${template.group}`.toLowerCase().includes(word)),
    );
  }, [gallery.data, search]);
  if (gallery.isError) {
    return (
      <EmptyState
        title="The templates could not be loaded"
        actions={<Button onPress={() => void gallery.refetch()}>Try again</Button>}
      >
        {messageOf(gallery.error)}
      </EmptyState>
    );
  }
  if (gallery.isPending) return <Spinner label="Loading templates" />;
  const found = matching.filter((template) => group === null || template.group === group);
  const groups = gallery.data.groups.filter((title) =>
    gallery.data.templates.some((template) => template.group === title),
  );
  return (
    <div className={styles.gallery}>
      <aside className={styles.groups}>
        <SearchField label="Find a template" placeholder="Find a template" value={search} onChange={setSearch} />
        <ul>
          {[null, ...groups].map((title) => (
            <li key={title ?? ''}>
              <button
                type="button"
                className={styles.group}
                aria-pressed={group === title}
                onClick={() => setGroup(title)}
              >
                {title ?? 'All kinds of data'}
                <span>{count(matching.filter((template) => title === null || template.group === title).length)}</span>
              </button>
            </li>
          ))}
        </ul>
      </aside>
      <ul className={styles.templates} aria-label="Templates">
        {found.map((template) => (
          <li key={`${template.group}/${template.slug}`}>
            <button
              type="button"
              className={styles.template}
              onClick={() =>
                onChoose({ title: template.title, config: template.config, sample: template.sample ?? {} })
              }
            >
              <Sketch config={template.config} />
              <span className={styles.text}>
                <strong>{template.title}</strong>
                {!template.drawn && <Chip>Partly shown</Chip>}
                <span className={styles.details}>{template.details}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <EmptyState
          title="No template fits"
          actions={
            <Button
              onPress={() => {
                setSearch('');
                setGroup(null);
              }}
            >
              Show all templates
            </Button>
          }
        >
          Try another word, or write the configuration yourself: completion and a preview help.
        </EmptyState>
      )}
    </div>
  );
}
