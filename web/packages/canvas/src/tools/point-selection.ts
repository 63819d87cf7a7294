/** Points of one region that are chosen (click, ctrl and click, keys): they move and are deleted together. */
import type { SceneItem } from '../scene';
import { kindOf } from '../shapes/registry';
import type { Handle, Shape } from '../shapes/shape';

export class PointSelection {
  private region: string | null = null;
  private chosen = new Set<string>();
  /** The shape for which all of them were found: outlines of 100,000 points are not searched for each frame. */
  private checked: Shape | null = null;

  /** Chosen handles of a region that it still has; undo may have taken some away. */
  of(item: SceneItem): ReadonlySet<string> {
    if (this.region !== item.id || this.chosen.size === 0) return NONE;
    if (this.checked === item.shape) return this.chosen;
    this.checked = item.shape;
    const present = new Set(pointsOf(item).map((handle) => handle.id));
    for (const id of this.chosen) if (!present.has(id)) this.chosen.delete(id);
    return this.chosen;
  }

  set(item: SceneItem, handles: Iterable<string>): void {
    this.region = item.id;
    this.checked = null;
    this.chosen = new Set(handles);
  }

  toggle(item: SceneItem, handle: string): void {
    const chosen = new Set(this.of(item));
    if (!chosen.delete(handle)) chosen.add(handle);
    this.set(item, chosen);
  }

  /** Forgets points of a region that is no longer selected: a key pressed later must not mean them. */
  keepFor(selected: readonly SceneItem[]): void {
    if (this.region !== null && !selected.some((item) => item.id === this.region)) this.clear();
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
