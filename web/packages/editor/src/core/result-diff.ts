/** What differs between two results: regions and answers that came, went or changed. Pure. */
import type { ResultItem } from './types';

export interface ResultDiff {
  /** Ids of regions (and of answers) on the wire. */
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Relations that came or went. */
  readonly relations: number;
}

/** Compares by the id of the region; items without one are compared by their place. */
export function diffResults(before: readonly ResultItem[], after: readonly ResultItem[]): ResultDiff {
  const old = byRegion(before);
  const now = byRegion(after);
  const added: string[] = [];
  const changed: string[] = [];
  for (const [id, text] of now.regions) {
    const known = old.regions.get(id);
    if (known === undefined) added.push(id);
    else if (known !== text) changed.push(id);
  }
  const removed = [...old.regions.keys()].filter((id) => !now.regions.has(id));
  const relations =
    [...now.relations].filter((one) => !old.relations.has(one)).length +
    [...old.relations].filter((one) => !now.relations.has(one)).length;
  return { added, changed, removed, relations };
}

/** "3 added, 1 changed", or "nothing" in words. */
export function describeDiff({ added, changed, removed, relations }: ResultDiff): string {
  const parts = [
    added.length > 0 && `${added.length.toLocaleString()} added`,
    changed.length > 0 && `${changed.length.toLocaleString()} changed`,
    removed.length > 0 && `${removed.length.toLocaleString()} removed`,
    relations > 0 && `${relations.toLocaleString()} ${relations === 1 ? 'relation' : 'relations'} changed`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'Nothing changed';
}

function byRegion(items: readonly ResultItem[]): { regions: Map<string, string>; relations: Set<string> } {
  const regions = new Map<string, string>();
  const relations = new Set<string>();
  items.forEach((item, index) => {
    if (item === null || typeof item !== 'object') return;
    if (item.type === 'relation') relations.add(JSON.stringify(sorted(item)));
    else {
      const id = typeof item.id === 'string' ? item.id : `#${index}`;
      regions.set(id, `${regions.get(id) ?? ''}${JSON.stringify(sorted(item))}`);
    }
  });
  return { regions, relations };
}

/** The same JSON with keys in order: databases keep no order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
