/**
 * One edit of a document: reads the store as it will be after the edit, collects the changes, and
 * is applied and recorded as one step by `AnnotationDocument.edit`. All rules about what an edit
 * does to a record (origin, changed facets, children of a deleted region) are here.
 */
import { newRegionId } from './ids';
import { ANSWER, type RegionStore } from './store';
import type { Change, Facet, JsonObject, Origin, Region, Relation } from './types';

/** What is needed to make a region. */
export interface NewRegion {
  readonly object: string;
  readonly kind: string;
  readonly geometry: unknown;
  readonly itemIndex?: number;
  readonly envelope?: JsonObject;
  readonly parentId?: string;
  readonly meta?: JsonObject;
  readonly origin?: Origin;
  readonly score?: number;
  /** One item each, in this order; at least one. */
  readonly facets: readonly { readonly from: string; readonly type: string; readonly answer?: unknown }[];
}

export class Edit {
  private readonly pending = new Map<string, Change>();

  constructor(private readonly store: RegionStore) {}

  /** The region as it is after the edit so far. */
  get(id: string): Region | undefined {
    const change = this.pending.get(regionKey(id));
    if (change?.on === 'region') return change.after ?? undefined;
    return this.store.get(id);
  }

  /** Adds a region at the end of the result and gives its id. */
  add(region: NewRegion): string {
    let id = newRegionId();
    while (this.get(id)) id = newRegionId();
    const facets: Facet[] = region.facets.map((facet) => ({ ...facet, seq: this.store.takeSeq(), changed: true }));
    const first = facets[0];
    if (!first) throw new Error('A region needs at least one facet: the control that made it.');
    this.put({
      id,
      wireId: id,
      object: region.object,
      kind: region.kind,
      geometry: region.geometry,
      ...(region.itemIndex === undefined ? {} : { itemIndex: region.itemIndex }),
      facets,
      origin: region.origin ?? 'manual',
      ...(region.score === undefined ? {} : { score: region.score }),
      ...(region.parentId === undefined ? {} : { parentId: region.parentId }),
      ...(region.meta === undefined ? {} : { meta: region.meta }),
      readonly: false,
      envelope: region.envelope ?? {},
      seq: first.seq,
    });
    return id;
  }

  /** Changes the shape: every item of the region repeats it, so every facet is written anew. */
  setGeometry(id: string, geometry: unknown): void {
    const region = this.editable(id);
    if (region && region.geometry !== geometry) {
      const facets = region.facets.map((facet) => ({ ...facet, changed: true, reshaped: true }));
      this.put(touch({ ...region, geometry, facets }));
    }
  }

  /** Sets top-level keys of all items (size of the image once it is known, rotation of the view). */
  setEnvelope(id: string, envelope: JsonObject): void {
    const region = this.editable(id);
    if (region) this.put(touch({ ...region, envelope, facets: region.facets.map(changed) }));
  }

  /**
   * Sets what a control says about a region; `undefined` removes its item. A region whose last
   * item is removed is deleted when it is an answer; a shape keeps its first item (without label).
   */
  setAnswer(id: string, from: string, type: string, answer: unknown): void {
    const region = this.editable(id);
    if (!region) return;
    const present = region.facets.some((facet) => facet.from === from);
    if (answer === undefined) {
      if (!present) return;
      const facets = region.facets.filter((facet) => facet.from !== from);
      if (facets.length === 0) {
        if (region.kind === ANSWER) this.remove([id]);
        else
          this.put(
            touch({
              ...region,
              facets: region.facets.map((facet) => ({ ...facet, answer: undefined, changed: true })),
            }),
          );
        return;
      }
      this.put(touch({ ...region, facets }));
      return;
    }
    const facets = present
      ? region.facets.map((facet) => (facet.from === from ? { ...facet, answer, changed: true } : facet))
      : [...region.facets, { from, type, answer, seq: this.store.takeSeq(), changed: true }];
    this.put(touch({ ...region, facets }));
  }

  /** Moves a facet to another control of the same object (relabel with another tool's labels). */
  replaceFacet(id: string, from: string, facet: { from: string; type: string; answer?: unknown }): void {
    const region = this.editable(id);
    if (!region) return;
    const facets = region.facets.map((one) => {
      if (one.from !== from) return one;
      return { ...one, ...facet, answer: facet.answer, changed: true };
    });
    this.put(touch({ ...region, facets }));
  }

  /** Sets or clears one key of `meta`; it is written on every item of the region. */
  setMeta(id: string, key: string, value: unknown): void {
    const region = this.editable(id);
    if (!region) return;
    const entries = new Map(Object.entries(region.meta ?? {}));
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
    const meta = entries.size > 0 ? (Object.fromEntries(entries) as JsonObject) : undefined;
    const { meta: _old, ...rest } = region;
    this.put(touch({ ...rest, ...(meta ? { meta } : {}), facets: region.facets.map(changed) }));
  }

  setParent(id: string, parentId: string | null): void {
    const region = this.editable(id);
    if (!region || (region.parentId ?? null) === parentId) return;
    const { parentId: _old, ...rest } = region;
    this.put(touch({ ...rest, ...(parentId === null ? {} : { parentId }), facets: region.facets.map(changed) }));
  }

  /**
   * Deletes regions with their relations. Children of a deleted region move up to its parent.
   * Regions that are read-only in the data stay.
   */
  remove(ids: readonly string[]): void {
    const gone = new Set(ids.filter((id) => this.editable(id)));
    if (gone.size === 0) return;
    // Where nothing stands below anything, nothing has to move up: most results, and thousands of regions.
    const nested = this.store.isNested || this.pending.size > 0;
    for (const region of nested ? this.store.all() : []) {
      const current = this.get(region.id);
      if (!current || gone.has(current.id) || current.parentId === undefined) continue;
      const parent = this.parentOf(current);
      if (!parent || !gone.has(parent.id)) continue;
      let up: Region | undefined = parent;
      // Parents that name each other in a circle end the search at the second visit.
      const seen = new Set<string>();
      while (up && gone.has(up.id) && !seen.has(up.id)) {
        seen.add(up.id);
        up = this.parentOf(up);
      }
      if (up && gone.has(up.id)) up = undefined;
      const { parentId: _old, ...rest } = current;
      this.put({ ...rest, ...(up ? { parentId: up.wireId } : {}), facets: current.facets.map(changed) });
    }
    for (const relation of this.store.relations()) {
      if (gone.has(relation.from) || gone.has(relation.to)) this.putRelation(relation.id, null);
    }
    for (const id of gone) this.putRegion(id, null);
  }

  /** Puts other regions and relations in the place of all that there are (an earlier state, a draft). */
  replaceAll(regions: readonly Region[], relations: readonly Relation[]): void {
    for (const relation of this.store.relations()) this.putRelation(relation.id, null);
    const wanted = new Set(regions.map((region) => region.id));
    for (const id of this.store.ids()) if (!wanted.has(id)) this.putRegion(id, null);
    for (const region of regions) this.put(region);
    for (const relation of relations) this.putRelation(relation.id, relation);
  }

  /** Adds, replaces or (with null) deletes a relation. */
  putRelation(id: string, relation: Relation | null): void {
    const key = `relation\u0000${id}`;
    const known = this.pending.get(key);
    const before = known?.on === 'relation' ? known.before : (this.store.relation(id) ?? null);
    this.pending.set(key, { on: 'relation', id, before, after: relation });
  }

  /** The collected changes, without those that changed nothing. */
  changes(): readonly Change[] {
    return [...this.pending.values()].filter((change) => change.before !== change.after);
  }

  private parentOf(region: Region): Region | undefined {
    if (region.parentId === undefined) return undefined;
    const direct = this.store.get(region.parentId);
    if (direct) return direct;
    for (const other of this.store.all()) if (other.wireId === region.parentId) return other;
    return undefined;
  }

  private editable(id: string): Region | undefined {
    const region = this.get(id);
    return region && !region.readonly ? region : undefined;
  }

  private put(region: Region): void {
    this.putRegion(region.id, region);
  }

  private putRegion(id: string, after: Region | null): void {
    const key = regionKey(id);
    const known = this.pending.get(key);
    const before = known?.on === 'region' ? known.before : (this.store.get(id) ?? null);
    this.pending.set(key, { on: 'region', id, before, after });
  }
}

function regionKey(id: string): string {
  return `region\u0000${id}`;
}

function changed(facet: Facet): Facet {
  return facet.changed ? facet : { ...facet, changed: true };
}

/** A region that came from a prediction is no longer what the model said; all its items say so. */
function touch(region: Region): Region {
  if (region.origin !== 'prediction') return region;
  return { ...region, origin: 'prediction-changed', facets: region.facets.map(changed) };
}
