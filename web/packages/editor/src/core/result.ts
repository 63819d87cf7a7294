/**
 * Result JSON to regions and back. Two rules hold everywhere: an item that was not touched is
 * written as the very object that was read, and what this editor does not understand is carried
 * along where it stood. The reading rules are those of the result format (unknown controls are
 * re-attached, kinds are told by the keys of `value`, the later of two answers wins).
 */
import type { Config, ConfigNode } from '@labelkeep/labeling';
import { isLabelsControl, isPerRegion } from './config';
import type { Modules } from './modules';
import { ANSWER, type RegionStore } from './store';
import type { AnswerCodec } from './tag';
import type { Facet, ForeignItem, JsonObject, Origin, Region, Relation, ResultItem } from './types';

export interface ReadResult {
  readonly regions: readonly Region[];
  readonly relations: readonly Relation[];
  readonly foreign: readonly ForeignItem[];
}

/** Top-level keys that describe the object rather than the answer: repeated on new items. */
const ENVELOPE = ['original_width', 'original_height', 'image_rotation', 'original_length'];

/** Reads a result array. Never throws: what can't be read is foreign. */
export function readResult(items: unknown, config: Config, modules: Modules): ReadResult {
  const reader = new Reader(config, modules);
  if (Array.isArray(items)) {
    for (const [seq, item] of items.entries()) reader.item(item, seq);
  }
  return reader.finish();
}

const NONE: readonly string[] = [];

/** A record while it is being made. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Parts {
  seq: number;
  item: ResultItem;
  value: JsonObject;
  control: ConfigNode;
  type: string;
  object: string;
  id: string;
}

class Reader {
  private readonly regions = new Map<string, Region>();
  /** Store ids of regions that share their id on the wire; those that have it alone are stored by it. */
  private readonly shared = new Map<string, string[]>();
  private readonly answers = new Map<string, string>();
  private readonly foreign: ForeignItem[] = [];
  private readonly superseded = new Map<string, { region: string; from: string; facets: Facet[] }>();
  private readonly relations: { seq: number; item: ResultItem }[] = [];
  /** perRegion answers without geometry: attached by id once all shapes are known. */
  private readonly loose: Parts[] = [];
  /** The envelope that was read last: regions of one object share theirs. */
  private envelope: JsonObject = {};

  constructor(
    private readonly config: Config,
    private readonly modules: Modules,
  ) {}

  item(raw: unknown, seq: number): void {
    const item = raw as ResultItem;
    if (!isObject(item)) return this.keep(seq, item);
    if (item.type === 'relation') {
      this.relations.push({ seq, item });
      return;
    }
    const value = item.value;
    if (!isObject(value) || typeof item.from_name !== 'string' || typeof item.to_name !== 'string') {
      return this.keep(seq, item);
    }
    const written = item.type === 'htmllabels' ? 'hypertextlabels' : String(item.type ?? '');
    let control = this.config.byName.get(item.from_name);
    // Old Pairwise results name both objects with a comma; new ones name the control itself.
    const both = control?.type === 'pairwise' && !this.config.byName.has(item.to_name);
    const object = both ? control : this.config.byName.get(item.to_name);
    let type = written;
    if (!control && object) {
      control = reattach(this.config, object, written);
      if (control) type = control.type;
    }
    const module = control && this.modules.forNode(control);
    if (!control || !object || !module || !(module.answer || module.shape)) return this.keep(seq, item);

    const id = item.id === undefined || item.id === null ? `item-${seq}` : String(item.id);
    const parts: Parts = { seq, item, value, control, type, object: item.to_name, id };
    const shape = this.modules.shapeOf(object.type, value);
    if (shape && !isAnswerOnly(value, module.answer?.key(type))) {
      const geometry = readSafely(() => shape.read(value, item));
      if (geometry === null || geometry === undefined) return this.keep(seq, item);
      return this.place(parts, shape.kind, geometry);
    }
    if (isPerRegion(control)) {
      this.loose.push(parts);
      return;
    }
    // A label or a shape without a geometry that we know (another kind of region): not ours to read.
    if (!module.answer || isLabelsControl(control) || module.shape) return this.keep(seq, item);
    this.place(parts, ANSWER, undefined);
  }

  finish(): ReadResult {
    for (const parts of this.loose) {
      const region = this.idsOf(parts.id)
        .map((id) => this.regions.get(id))
        .find((one) => one && one.object === parts.object && one.kind !== ANSWER);
      if (region) this.attach(region, parts);
      else this.keep(parts.seq, parts.item);
    }
    for (const { region, from, facets } of this.superseded.values()) {
      for (const { seq, source } of facets) {
        if (source) this.foreign.push({ seq, item: source, supersededBy: { region, from } });
      }
    }
    return {
      regions: inOrder([...this.regions.values()]),
      relations: this.readRelations(),
      foreign: this.foreign,
    };
  }

  private place(parts: Parts, kind: string, geometry: unknown): void {
    const itemIndex = indexOf(parts.item);
    const known = this.idsOf(parts.id);
    for (const id of known) {
      const region = this.regions.get(id);
      if (region && region.object === parts.object && region.kind === kind && region.itemIndex === itemIndex) {
        return this.attach(region, parts);
      }
    }
    let id = parts.id;
    for (let n = 2; this.regions.has(id); n++) id = `${parts.id}~${n}`;
    if (id !== parts.id) this.shared.set(parts.id, [...known, id]);
    const { item } = parts;
    const facet = this.facet(parts);
    const region: Writable<Region> = {
      id,
      wireId: parts.id,
      object: parts.object,
      kind,
      geometry,
      facets: [facet],
      origin: originOf(item),
      readonly: item['readonly'] === true,
      envelope: this.envelopeOf(item),
      seq: parts.seq,
    };
    if (itemIndex !== undefined) region.itemIndex = itemIndex;
    if (typeof item['score'] === 'number') region.score = item['score'];
    if (typeof item['parentID'] === 'string') region.parentId = item['parentID'];
    if (isObject(item['meta'])) region.meta = item['meta'];
    this.regions.set(id, region);
    if (kind === ANSWER) this.supersedeAnswers(region, facet.from);
  }

  /** Store ids of the regions that have this id on the wire, in order. */
  private idsOf(wire: string): readonly string[] {
    const shared = this.shared.get(wire);
    if (shared) return shared;
    return this.regions.get(wire)?.wireId === wire ? [wire] : NONE;
  }

  private facet({ control, item, type, value, seq }: Parts): Facet {
    const facet: Writable<Facet> = { from: control.name, type, seq, source: item, changed: false };
    const codec = this.modules.forNode(control)?.answer as AnswerCodec | undefined;
    if (!codec || (item.type !== type && item.type !== 'htmllabels')) return facet;
    const answer = readSafely(() => codec.read(value, type));
    if (answer !== undefined && answer !== null) facet.answer = answer;
    return facet;
  }

  /** Adds an item to a region that is there. */
  private attach(region: Region, parts: Parts): void {
    const { item } = parts;
    const facet = this.facet(parts);
    const doubles = region.facets.filter((one) => one.from === facet.from);
    if (doubles.length > 0) this.supersede(doubles, region, facet.from);
    if (region.kind === ANSWER) this.supersedeAnswers(region, facet.from);
    const score = item['score'];
    this.regions.set(region.id, {
      ...region,
      facets: [...region.facets.filter((one) => one.from !== facet.from), facet],
      ...(region.score === undefined && typeof score === 'number' ? { score } : {}),
      ...(region.meta === undefined && isObject(item['meta']) ? { meta: item['meta'] } : {}),
      readonly: region.readonly || item['readonly'] === true,
      origin: region.origin === 'manual' ? originOf(item) : region.origin,
    });
  }

  /** A later answer of the same control and item wins; the earlier one is carried along. */
  private supersedeAnswers(region: Region, from: string): void {
    const key = answerOf(region, from);
    const earlier = this.answers.get(key);
    this.answers.set(key, region.id);
    if (earlier === undefined || earlier === region.id) return;
    const old = this.regions.get(earlier);
    if (!old) return;
    const replaced = old.facets.filter((one) => one.from === from);
    this.supersede(replaced, region, from);
    const rest = old.facets.filter((one) => one.from !== from);
    if (rest.length > 0) this.regions.set(old.id, { ...old, facets: rest });
    else this.regions.delete(old.id);
  }

  /** All earlier answers of one control wait for its last one: they are one group, whoever replaced whom. */
  private supersede(facets: readonly Facet[], region: Region, from: string): void {
    const key = region.kind === ANSWER ? answerOf(region, from) : `${region.id}\u0000${from}`;
    const group = this.superseded.get(key) ?? { region: region.id, from, facets: [] };
    group.region = region.id;
    group.facets.push(...facets);
    this.superseded.set(key, group);
  }

  private keep(seq: number, item: ResultItem): void {
    this.foreign.push({ seq, item });
  }

  private envelopeOf(item: ResultItem): JsonObject {
    const last = this.envelope;
    let same = true;
    for (const key of ENVELOPE) if (item[key] !== last[key]) same = false;
    if (same) return last;
    const envelope: { [key: string]: JsonObject[string] } = {};
    for (const key of ENVELOPE) if (item[key] !== undefined) envelope[key] = item[key] as JsonObject[string];
    this.envelope = envelope;
    return envelope;
  }

  private readRelations(): Relation[] {
    const found: Relation[] = [];
    const pairs = new Set<string>();
    for (const { seq, item } of this.relations) {
      const from = this.idsOf(String(item['from_id']))[0];
      const to = this.idsOf(String(item['to_id']))[0];
      const pair = `${from}\u0000${to}`;
      if (from === undefined || to === undefined || pairs.has(pair)) {
        this.keep(seq, item);
        continue;
      }
      pairs.add(pair);
      const direction = item['direction'];
      const labels = item['labels'];
      found.push({
        id: `relation-${seq}`,
        from,
        to,
        direction: direction === 'left' || direction === 'bi' ? direction : 'right',
        labels: Array.isArray(labels) ? labels.filter((one): one is string => typeof one === 'string') : [],
        seq,
        source: item,
        changed: false,
      });
    }
    return found;
  }
}

/** Sorted by `seq`, which nearly all results are. */
function inOrder(regions: Region[]): Region[] {
  let last = Number.NEGATIVE_INFINITY;
  for (const { seq } of regions) {
    if (seq < last) return regions.sort((a, b) => a.seq - b.seq);
    last = seq;
  }
  return regions;
}

/** Names one answer: a control, and the item when it stands once for each item. */
function answerOf(region: Region, from: string): string {
  return `${region.itemIndex ?? ''}\u0000answer\u0000${from}`;
}

/**
 * The control for an item whose `from_name` is unknown: of the controls on the same object first a
 * bare tool, then the same labels type, then `labels`.
 */
function reattach(config: Config, object: ConfigNode, type: string): ConfigNode | undefined {
  if (!type.endsWith('labels') || type === '') return undefined;
  const controls = config.controlsOf(object.name);
  const bare = type.slice(0, -'labels'.length);
  for (const wanted of [bare, type, 'labels']) {
    const control = wanted === '' ? undefined : controls.find((one) => one.type === wanted);
    if (control) return control;
  }
  return undefined;
}

/** A value with the answer's key alone is an answer, whatever that key is called. */
function isAnswerOnly(value: JsonObject, answerKey: string | undefined): boolean {
  let only: string | undefined;
  // No list of the keys: this is asked of each of a hundred thousand items.
  for (const key in value) {
    if (only !== undefined) return false;
    only = key;
  }
  return only === undefined || only === answerKey;
}

/** Which facets of which regions to leave out (answers of hidden branches). */
export type KeepFacet = (region: Region, facet: Facet) => boolean;

/** Writes the whole store as a result array, in order of creation. */
export function writeResult(store: RegionStore, modules: Modules, keep: KeepFacet = () => true): ResultItem[] {
  const items: ResultItem[] = [];
  const places: number[] = [];
  let inOrder = true;
  const put = (seq: number, item: ResultItem) => {
    if (inOrder && seq < (places.at(-1) ?? seq)) inOrder = false;
    items.push(item);
    places.push(seq);
  };
  for (const id of store.ids()) {
    const region = store.get(id);
    if (!region || region.suggested) continue;
    for (const facet of region.facets) {
      if (keep(region, facet)) put(facet.seq, writeFacet(region, facet, modules));
    }
  }
  for (const relation of store.relations()) {
    const item = writeRelation(relation, store);
    if (item) put(relation.seq, item);
  }
  for (const foreign of store.foreign) {
    if (!isReplaced(foreign, store)) put(foreign.seq, foreign.item);
  }
  if (inOrder) return items;
  return items
    .map((item, index) => ({ item, seq: places[index] ?? 0 }))
    .sort((a, b) => a.seq - b.seq)
    .map((one) => one.item);
}

function isReplaced(foreign: ForeignItem, store: RegionStore): boolean {
  const by = foreign.supersededBy;
  if (!by) return false;
  const facet = store.get(by.region)?.facets.find((one) => one.from === by.from);
  return !facet || facet.changed;
}

/** Items that were made of a facet. Records are immutable: the same ones give the same item. */
const written = new WeakMap<Facet, { readonly region: Region; readonly modules: Modules; readonly item: ResultItem }>();

/** One result item. An unchanged facet gives its source itself. */
export function writeFacet(region: Region, facet: Facet, modules: Modules): ResultItem {
  const { source } = facet;
  if (source && !facet.changed) return source;
  const known = written.get(facet);
  if (known?.region === region && known.modules === modules) return known.item;
  const item = makeItem(region, facet, modules);
  written.set(facet, { region, modules, item });
  return item;
}

function makeItem(region: Region, facet: Facet, modules: Modules): ResultItem {
  const { source } = facet;
  const codec = modules.forTag(facet.type)?.answer as AnswerCodec | undefined;
  const shape = region.kind === ANSWER ? undefined : modules.shape(region.kind);

  const value = new Map<string, unknown>(Object.entries(source?.value ?? {}));
  if (source && source.type !== facet.type && typeof source.type === 'string') value.delete(source.type);
  if (shape && (!source || facet.reshaped)) {
    for (const key of shape.keys) value.delete(key);
    for (const [key, part] of Object.entries(shape.write(region.geometry))) value.set(key, part);
  }
  if (codec) {
    const key = codec.key(facet.type);
    if (facet.answer !== undefined) value.set(key, codec.write(facet.answer));
    else if (!shape?.keys.includes(key)) value.delete(key);
  }

  const item = new Map<string, unknown>(Object.entries(source ?? {}));
  item.set('id', region.wireId);
  item.set('from_name', facet.from);
  item.set('to_name', region.object);
  item.set('type', facet.type);
  for (const [key, part] of Object.entries(region.envelope)) item.set(key, part);
  if (region.itemIndex !== undefined) item.set('item_index', region.itemIndex);
  item.set('origin', region.origin);
  item.set('value', orderLike(value, source?.value));
  writeMeta(item, region, source);
  if (region.parentId === undefined) item.delete('parentID');
  else item.set('parentID', region.parentId);
  if (!source && region.score !== undefined && region.facets[0] === facet) item.set('score', region.score);
  return Object.fromEntries(item) as ResultItem;
}

/** Notes are on every item of a region; an item's own further keys of `meta` stay with it. */
function writeMeta(item: Map<string, unknown>, region: Region, source: ResultItem | undefined): void {
  const own = isObject(source?.['meta']) ? Object.entries(source['meta']).filter(([key]) => key !== 'text') : [];
  const entries = [...own, ...Object.entries(region.meta ?? {})];
  if (entries.length > 0) item.set('meta', Object.fromEntries(entries));
  else item.delete('meta');
}

/** Keys that the source had keep its order: a diff of two saves shows what changed and no more. */
function orderLike(value: ReadonlyMap<string, unknown>, source: JsonObject | undefined): JsonObject {
  const ordered: [string, unknown][] = [];
  const before = source ? Object.keys(source) : [];
  for (const key of before) if (value.has(key)) ordered.push([key, value.get(key)]);
  const seen = new Set(before);
  for (const [key, part] of value) if (!seen.has(key)) ordered.push([key, part]);
  return Object.fromEntries(ordered) as JsonObject;
}

function writeRelation(relation: Relation, store: RegionStore): ResultItem | null {
  if (relation.source && !relation.changed) return relation.source;
  const from = store.get(relation.from);
  const to = store.get(relation.to);
  if (!from || !to || from.suggested || to.suggested) return null;
  return {
    ...relation.source,
    type: 'relation',
    from_id: from.wireId,
    to_id: to.wireId,
    direction: relation.direction,
    ...(relation.labels.length > 0 || relation.source?.['labels'] !== undefined ? { labels: relation.labels } : {}),
  };
}

function indexOf(item: ResultItem): number | undefined {
  const index = item['item_index'];
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : undefined;
}

function originOf(item: ResultItem): Origin {
  const origin = item['origin'];
  return origin === 'prediction' || origin === 'prediction-changed' ? origin : 'manual';
}

function readSafely<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    // A codec met a shape of data that nobody thought of: the item is carried along untouched.
    return null;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
