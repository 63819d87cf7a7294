/**
 * Which boxes meet a box: a packed R-tree for what is at rest, and a short list for what was changed
 * since. The tree is built again when that list has grown, so that a drag costs nothing and a query
 * stays logarithmic. It is built when it is first needed: opening an image shows all of it, and asks for no part.
 */
import Flatbush from 'flatbush';
import { type Box, EMPTY_BOX, encloses, intersects, unite } from './geometry/point';

/** Changed boxes beside the tree before it is built anew. */
const LOOSE_LIMIT = 256;

export class SpatialIndex {
  private tree: Flatbush | null = null;
  /** All boxes were replaced, and the tree is not built yet. */
  private isStale = false;
  /** Ids by their place in the tree. */
  private treeIds: string[] = [];
  /** Ids whose boxes were changed or removed since the tree was built: what it says of them is old. */
  private readonly outdated = new Set<string>();
  private readonly loose = new Map<string, Box>();
  private readonly boxes = new Map<string, Box>();
  /** Holds every box; it may be larger than they need since some were changed. */
  private extent: Box = EMPTY_BOX;

  get size(): number {
    return this.boxes.size;
  }

  /** Replaces everything. */
  load(entries: Iterable<readonly [string, Box]>): void {
    this.boxes.clear();
    this.loose.clear();
    this.tree = null;
    this.treeIds = [];
    this.outdated.clear();
    let { minX, minY, maxX, maxY } = EMPTY_BOX;
    for (const [id, box] of entries) {
      this.boxes.set(id, box);
      if (box.minX < minX) minX = box.minX;
      if (box.minY < minY) minY = box.minY;
      if (box.maxX > maxX) maxX = box.maxX;
      if (box.maxY > maxY) maxY = box.maxY;
    }
    this.extent = { minX, minY, maxX, maxY };
    this.isStale = this.boxes.size > 0;
  }

  /** Builds the tree, if it is not there: at a moment when nobody waits, so that the first question finds it. */
  prepare(): void {
    if (this.isStale) this.rebuild();
  }

  set(id: string, box: Box): void {
    this.prepare();
    this.forget(id);
    this.boxes.set(id, box);
    this.loose.set(id, box);
    this.extent = unite(this.extent, box);
  }

  delete(id: string): void {
    this.prepare();
    this.forget(id);
    this.boxes.delete(id);
  }

  /** Ids whose boxes share a point with `box`, in no particular order. */
  query(box: Box): string[] {
    // With the whole image in view there is nothing to be searched for.
    if (encloses(box, this.extent)) return [...this.boxes.keys()];
    if (this.isStale || this.loose.size > LOOSE_LIMIT) this.rebuild();
    const found: string[] = [];
    if (this.tree) {
      for (const place of this.tree.search(box.minX, box.minY, box.maxX, box.maxY)) {
        const id = this.treeIds[place] ?? '';
        if (!this.outdated.has(id)) found.push(id);
      }
    }
    for (const [id, own] of this.loose) if (intersects(own, box)) found.push(id);
    return found;
  }

  private forget(id: string): void {
    this.loose.delete(id);
    this.outdated.add(id);
  }

  private rebuild(): void {
    this.isStale = false;
    this.loose.clear();
    this.outdated.clear();
    this.treeIds = [];
    this.tree = null;
    this.extent = EMPTY_BOX;
    if (this.boxes.size === 0) return;
    const tree = new Flatbush(this.boxes.size);
    for (const [id, box] of this.boxes) {
      tree.add(box.minX, box.minY, box.maxX, box.maxY);
      this.treeIds.push(id);
    }
    tree.finish();
    this.tree = tree;
    const { minX, minY, maxX, maxY } = tree;
    this.extent = { minX, minY, maxX, maxY };
  }
}
