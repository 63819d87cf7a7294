/**
 * Regions through the clipboard, within a task and between tasks of the same configuration, and from an annotation
 * beside this one. What is copied is result JSON, so it can be read and edited as text; what is pasted is foreign.
 */
import type { Editor } from './editor';
import { newRegionId } from './ids';
import { readResult, writeFacet } from './result';
import { ANSWER } from './store';
import type { Region, ResultItem } from './types';

/** Larger texts are not looked at, characters. */
const MOST = 50_000_000;

/** What was copied last in this page; used where the page may not read the clipboard. */
let kept = '';

/** The given regions with their relations as text for the clipboard; empty when there are none. */
export function copyRegions(editor: Editor, ids: readonly string[]): string {
  const items = regionItems(editor, ids);
  if (items.length === 0) return '';
  kept = JSON.stringify({ labelkeep: 'regions', result: items });
  const count = new Set(items.filter((item) => item.type !== 'relation').map((item) => item.id)).size;
  editor.announce(count === 1 ? 'Region copied' : `${count} regions copied`);
  return kept;
}

/** Result items of the given regions and of the relations between them. */
export function regionItems(editor: Editor, ids: readonly string[]): readonly ResultItem[] {
  const { store } = editor.document;
  const regions = ids
    .map((id) => store.get(id))
    .filter((one): one is Region => one !== undefined && one.kind !== ANSWER);
  const chosen = new Set(regions.map((region) => region.id));
  const items: ResultItem[] = regions.flatMap((region) =>
    region.facets.map((facet) => writeFacet(region, facet, editor.modules)),
  );
  for (const relation of store.relations()) {
    const from = store.get(relation.from);
    const to = store.get(relation.to);
    if (!from || !to || !chosen.has(from.id) || !chosen.has(to.id)) continue;
    const labels = relation.labels.length > 0 ? { labels: relation.labels } : {};
    items.push({ type: 'relation', from_id: from.wireId, to_id: to.wireId, direction: relation.direction, ...labels });
  }
  return items;
}

/** The text that `copyRegions` gave last. */
export function lastCopied(): string {
  return kept;
}

/** Is this what `copyRegions` writes, or an array of result items? */
export function isRegions(text: string): boolean {
  return itemsOf(text) !== null;
}

/**
 * Adds the regions of a copied text as one step and selects them. They get new ids and lie on the
 * item that is shown. What this configuration does not know is left out, with a message.
 */
export function pasteRegions(editor: Editor, text: string): boolean {
  const items = itemsOf(text);
  return items !== null && addRegions(editor, items, 'paste');
}

/** How regions come into the open annotation. */
const WAYS = {
  /** They lie on the item that is shown. */
  paste: { label: 'Paste', done: 'pasted', shownPage: true },
  /** From another annotation of the same task: they stay on their item. */
  take: { label: 'Take over', done: 'taken over', shownPage: false },
} as const;

/** Adds regions as one step and selects them, with new ids. False when there is nothing to add, or nowhere. */
export function addRegions(
  editor: Editor,
  items: readonly ResultItem[],
  how: keyof typeof WAYS,
  origin: Region['origin'] = 'manual',
): boolean {
  const way = WAYS[how];
  if (editor.readonly) {
    editor.notify('info', `This is read-only: nothing can be ${way.done}.`);
    return false;
  }
  const { config, modules, document } = editor;
  const { regions, relations } = readResult(items, config, modules);
  const known = regions.filter((region) => region.kind !== ANSWER);
  const total = new Set(items.filter((item) => item?.type !== 'relation').map((item) => item?.id)).size;
  if (known.length === 0) {
    editor.notify('warning', `Nothing was ${way.done}: the regions belong to a configuration with other tags.`);
    return false;
  }
  if (!editor.labels.allowsMore(known)) return false;
  const ids = new Map<string, string>();
  const wires = new Map<string, string>();
  document.edit(known.length === 1 ? `${way.label} region` : `${way.label} ${known.length} regions`, (edit) => {
    for (const region of known) {
      const node = config.byName.get(region.object);
      const paged = node?.has('valueList') === true || region.itemIndex !== undefined;
      const handle = editor.objects.get(region.object);
      const geometry = handle?.fitGeometry?.(region.geometry) ?? region.geometry;
      const id = edit.add({
        object: region.object,
        kind: region.kind,
        geometry,
        ...(paged ? { itemIndex: way.shownPage ? editor.page(region.object) : (region.itemIndex ?? 0) } : {}),
        ...(region.meta === undefined ? {} : { meta: region.meta }),
        ...(origin === 'prediction' && region.score !== undefined ? { score: region.score } : {}),
        origin,
        envelope: region.envelope,
        facets: region.facets.map(({ from, type, answer }) => ({ from, type, answer })),
      });
      ids.set(region.id, id);
      wires.set(region.wireId, id);
    }
    for (const region of known) {
      const parent = region.parentId === undefined ? undefined : wires.get(region.parentId);
      const id = ids.get(region.id);
      if (parent !== undefined && id !== undefined) edit.setParent(id, parent);
    }
    for (const { labels, direction, ...relation } of relations) {
      const from = ids.get(relation.from);
      const to = ids.get(relation.to);
      if (from === undefined || to === undefined) continue;
      const id = newRegionId();
      edit.putRelation(id, { id, from, to, labels, direction, seq: document.store.takeSeq(), changed: true });
    }
  });
  document.view.select([...ids.values()]);
  const [first] = ids.values();
  if (first !== undefined) editor.reveal(first);
  const left = total - known.length;
  if (left > 0)
    editor.notify('info', `${known.length} ${way.done}; ${left} left out: this configuration has no tag for them.`);
  else editor.announce(known.length === 1 ? `Region ${way.done}` : `${known.length} regions ${way.done}`);
  return true;
}

function itemsOf(text: string): readonly ResultItem[] | null {
  const start = text.trimStart();
  if (text.length > MOST || !(start.startsWith('{') || start.startsWith('['))) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    const items = Array.isArray(parsed) ? parsed : (parsed as { result?: unknown } | null)?.result;
    const own = Array.isArray(parsed) || (parsed as { labelkeep?: unknown } | null)?.labelkeep === 'regions';
    if (!own || !Array.isArray(items) || items.length === 0) return null;
    const whole = items.every(
      (item) => typeof item === 'object' && item !== null && (item.type === 'relation' || 'from_name' in item),
    );
    return whole ? (items as ResultItem[]) : null;
  } catch {
    return null;
  }
}
