/** Points of one region that are chosen (click, ctrl and click, keys): they move and are deleted together. */
import type { SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import type { Handle } from '../shapes/shape';

export class PointSelection {
  private region: string | null = null;
  private chosen = new Set<string>();

  /** Chosen handles of a region that it still has; undo may have taken some away. */
  of(item: SceneItem): ReadonlySet<string> {
    if (this.region !== item.id || this.chosen.size === 0) return NONE;
    const present = new Set(pointsOf(item).map((handle) => handle.id));
    for (const id of this.chosen) if (!present.has(id)) this.chosen.delete(id);
    return this.chosen;
  }

  set(item: SceneItem, handles: Iterable<string>): void {
    this.region = item.id;
    this.chosen = new Set(handles);
  }

  toggle(item: SceneItem, handle: string): void {
    const chosen = new Set(this.of(item));
    if (!chosen.delete(handle)) chosen.add(handle);
    this.set(item, chosen);
  }

  clear(): void {
    this.region = null;
    this.chosen.clear();
  }
}

const NONE: ReadonlySet<string> = new Set();

/** The handles of an item that are points of its outline. */
export function pointsOf(item: SceneItem): Handle[] {
  return kindOf(item.shape)
    .handles(item.shape, { rotatable: false })
    .filter((handle) => handle.role === 'point');
}
