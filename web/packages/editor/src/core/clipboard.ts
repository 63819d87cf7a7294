/**
 * Regions through the clipboard, within a task and between tasks of the same configuration. What is
 * copied is result JSON, so it can be read and edited as text; what is pasted is foreign.
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
  const { store } = editor.document;
  const regions = ids
    .map((id) => store.get(id))
    .filter((one): one is Region => one !== undefined && one.kind !== ANSWER);
  if (regions.length === 0) return '';
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
  kept = JSON.stringify({ labelkeep: 'regions', result: items });
  editor.announce(regions.length === 1 ? 'Region copied' : `${regions.length} regions copied`);
  return kept;
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
  if (items === null) return false;
  if (editor.readonly) {
    editor.notify('info', 'This is read-only: nothing can be pasted.');
    return false;
  }
  const { config, modules, document } = editor;
  const { regions, relations } = readResult(items, config, modules);
  const known = regions.filter((region) => region.kind !== ANSWER);
  const total = new Set(items.filter((item) => item?.type !== 'relation').map((item) => item?.id)).size;
  if (known.length === 0) {
    editor.notify('warning', 'Nothing was pasted: the regions belong to a configuration with other tags.');
    return false;
  }
  const ids = new Map<string, string>();
  const wires = new Map<string, string>();
  document.edit(known.length === 1 ? 'Paste region' : `Paste ${known.length} regions`, (edit) => {
    for (const region of known) {
      const node = config.byName.get(region.object);
      const paged = node?.has('valueList') === true || region.itemIndex !== undefined;
      const handle = editor.objects.get(region.object);
      const geometry = handle?.fitGeometry?.(region.geometry) ?? region.geometry;
      const id = edit.add({
        object: region.object,
        kind: region.kind,
        geometry,
        ...(paged ? { itemIndex: editor.page(region.object) } : {}),
        ...(region.meta === undefined ? {} : { meta: region.meta }),
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
    editor.notify('info', `${known.length} pasted; ${left} left out: this configuration has no tag for them.`);
  else editor.announce(known.length === 1 ? 'Region pasted' : `${known.length} regions pasted`);
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
