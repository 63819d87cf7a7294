/**
 * The flat store of one annotation: regions and relations by id, in order of creation. It changes
 * by applying deltas only (see `document.ts`), tells who must look again, and knows neither
 * history nor selection.
 */
import { Emitter, KeyedEmitter } from './emitter';
import { Order } from './order';
import type { Change, ChangeBatch, ForeignItem, Region, Relation } from './types';

export class RegionStore {
  /** After each batch of changes; what drawing layers and saved state listen to. */
  readonly changed = new Emitter<ChangeBatch>();
  /** When regions came, went or changed order; what lists listen to. */
  readonly membership = new Emitter();
  /** One region changed, came or went: rows and details listen by id. */
  readonly region = new KeyedEmitter();
  readonly relationsChanged = new Emitter();

  private readonly regions = new Map<string, Region>();
  private readonly relationMap = new Map<string, Relation>();
  /** Answers by control and item, see `answerKey`. */
  private readonly answerIndex = new Map<string, string>();
  private foreignItems: readonly ForeignItem[] = [];
  private readonly everything = new Order(this.regions, () => true);
  private readonly listed = new Order(this.regions, (region) => region.kind !== ANSWER, this.everything);
  private readonly own = new Order(
    this.regions,
    (region) => region.kind !== ANSWER && !region.suggested,
    this.everything,
  );
  /** Regions that stand below another one. */
  private below = 0;
  private cachedRelations: readonly Relation[] | null = null;
  private nextSeq = 0;
  private changes = 0;

  /** Another number after each change. */
  get version(): number {
    return this.changes;
  }

  /** Fills the store; nobody is told. */
  load(regions: readonly Region[], relations: readonly Relation[], foreign: readonly ForeignItem[]): void {
    this.regions.clear();
    this.relationMap.clear();
    this.answerIndex.clear();
    this.below = 0;
    this.nextSeq = 0;
    this.changes++;
    for (const region of regions) this.put(region.id, region);
    for (const relation of relations) {
      this.relationMap.set(relation.id, relation);
      this.noteSeq(relation.seq);
    }
    for (const item of foreign) this.noteSeq(item.seq);
    this.foreignItems = foreign;
    for (const order of [this.everything, this.listed, this.own]) order.reset();
    this.cachedRelations = null;
  }

  get(id: string): Region | undefined {
    return this.regions.get(id);
  }

  /** Ids of all regions, answers included, in order of creation. The same array until membership changes. */
  ids(): readonly string[] {
    return this.everything.ids();
  }

  /** Ids of what has a geometry, suggestions included; as `ids`. */
  listedIds(): readonly string[] {
    return this.listed.ids();
  }

  /** Ids of the annotation's own regions with a geometry; as `ids`. */
  ownIds(): readonly string[] {
    return this.own.ids();
  }

  /** Place among the own regions, from 0; −1 for what is none. */
  ownIndexOf(id: string): number {
    const region = this.regions.get(id);
    return region ? this.own.indexOf(region) : -1;
  }

  /** Place among the listed regions, from 0; −1 for what is none. */
  listedIndexOf(id: string): number {
    const region = this.regions.get(id);
    return region ? this.listed.indexOf(region) : -1;
  }

  /** Does any region stand below another one? */
  get isNested(): boolean {
    return this.below > 0;
  }

  /** All regions in order of creation, answers included. */
  *all(): Generator<Region> {
    for (const id of this.ids()) {
      const region = this.regions.get(id);
      if (region) yield region;
    }
  }

  /** Regions with a geometry on one object (and item, when given). */
  *onObject(object: string, itemIndex?: number): Generator<Region> {
    for (const id of this.ids()) {
      const region = this.regions.get(id);
      if (!region || region.object !== object || region.kind === ANSWER) continue;
      if (itemIndex === undefined || (region.itemIndex ?? 0) === itemIndex) yield region;
    }
  }

  /** The answer that a per-task or per-item control gave, if any. */
  answer(from: string, itemIndex?: number): Region | undefined {
    const id = this.answerIndex.get(answerKey(from, itemIndex));
    return id === undefined ? undefined : this.regions.get(id);
  }

  get size(): number {
    return this.regions.size;
  }

  relations(): readonly Relation[] {
    if (!this.cachedRelations) this.cachedRelations = [...this.relationMap.values()].sort((a, b) => a.seq - b.seq);
    return this.cachedRelations;
  }

  relation(id: string): Relation | undefined {
    return this.relationMap.get(id);
  }

  get foreign(): readonly ForeignItem[] {
    return this.foreignItems;
  }

  /** A number larger than all before it: the place of a new item. */
  takeSeq(): number {
    return this.nextSeq++;
  }

  /** Applies changes forwards (`after`) or backwards (`before`) and tells the listeners once. */
  apply(changes: readonly Change[], direction: 'forward' | 'backward', transient = false): ChangeBatch {
    const added: string[] = [];
    const updated: string[] = [];
    const removed: string[] = [];
    let relations = false;
    this.changes++;
    const steps = direction === 'forward' ? changes : [...changes].reverse();
    const moves: { before: Region | undefined; after: Region | undefined }[] = [];
    for (const change of steps) {
      if (change.on === 'relation') {
        relations = true;
        this.cachedRelations = null;
        const next = direction === 'forward' ? change.after : change.before;
        if (next) {
          this.relationMap.set(change.id, next);
          this.noteSeq(next.seq);
        } else this.relationMap.delete(change.id);
        continue;
      }
      const next = direction === 'forward' ? change.after : change.before;
      const before = this.regions.get(change.id);
      this.put(change.id, next);
      moves.push({ before, after: next ?? undefined });
      if (!before && next) added.push(change.id);
      else if (before && !next) removed.push(change.id);
      else if (next) updated.push(change.id);
    }
    for (const order of [this.everything, this.listed, this.own]) order.follow(moves);
    const batch: ChangeBatch = { added, updated, removed, relations, transient };
    for (const id of added) this.region.emit(id);
    for (const id of updated) this.region.emit(id);
    for (const id of removed) this.region.emit(id);
    if (added.length > 0 || removed.length > 0) this.membership.emit();
    if (relations) this.relationsChanged.emit();
    this.changed.emit(batch);
    return batch;
  }

  /**
   * What geometries say about themselves became known (masks were decoded): whoever shows these
   * regions looks again. Nothing is changed, and nothing is to be saved.
   */
  refresh(ids: readonly string[]): void {
    const changes: Change[] = [];
    for (const id of ids) {
      const region = this.regions.get(id);
      if (region) changes.push({ on: 'region', id, before: region, after: { ...region } });
    }
    if (changes.length > 0) this.apply(changes, 'forward');
  }

  private put(id: string, next: Region | null): void {
    const before = this.regions.get(id);
    if (before?.parentId !== undefined) this.below--;
    if (next?.parentId !== undefined) this.below++;
    if (before?.kind === ANSWER) {
      for (const facet of before.facets) {
        const key = answerKey(facet.from, before.itemIndex);
        if (this.answerIndex.get(key) === id) this.answerIndex.delete(key);
      }
    }
    if (!next) {
      this.regions.delete(id);
      return;
    }
    this.regions.set(id, next);
    this.noteSeq(next.seq);
    for (const facet of next.facets) {
      this.noteSeq(facet.seq);
      if (next.kind === ANSWER) this.answerIndex.set(answerKey(facet.from, next.itemIndex), id);
    }
  }

  private noteSeq(seq: number): void {
    if (seq >= this.nextSeq) this.nextSeq = Math.floor(seq) + 1;
  }
}

/** `Region.kind` of answers about a task or an item. */
export const ANSWER = 'answer';

function answerKey(from: string, itemIndex: number | undefined): string {
  return `${itemIndex ?? ''}\u0000${from}`;
}
