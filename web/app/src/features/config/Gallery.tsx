/** The gallery of templates: by kind of data, with a search; one is taken with a click. */
import { Button, Chip, EmptyState, SearchField, Spinner } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { galleryQuery } from '../../shared/queries';
import styles from './config.module.css';

export interface Chosen {
  title: string;
  config: string;
  sample: Record<string, unknown>;
}

export function Gallery({ onChoose }: { onChoose: (template: Chosen) => void }) {
  const gallery = useQuery(galleryQuery);
  const [search, setSearch] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return (gallery.data?.templates ?? []).filter(
      (template) =>
        (group === null || template.group === group) &&
        words.every((word) => `${template.title} ${template.details} ${template.group}`.toLowerCase().includes(word)),
    );
  }, [gallery.data, search, group]);
  if (gallery.isPending) return <Spinner label="Loading templates" />;
  const groups = (gallery.data?.groups ?? []).filter((title) =>
    gallery.data?.templates.some((template) => template.group === title),
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
              </button>
            </li>
          ))}
        </ul>
      </aside>
      <div className={styles.templates}>
        {found.map((template) => (
          <article key={`${template.group}/${template.slug}`} className={styles.template}>
            <header>
              <h3>{template.title}</h3>
              {!template.drawn && <Chip>Partly shown</Chip>}
            </header>
            <p>{template.details}</p>
            <Button
              size="small"
              onPress={() =>
                onChoose({ title: template.title, config: template.config, sample: template.sample ?? {} })
              }
            >
              Use this template
            </Button>
          </article>
        ))}
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
    </div>
  );
}
