/**
 * What the person looks at: selected, hovered, hidden and locked regions. View state is neither
 * saved nor undone; selection survives an undo as long as the regions exist.
 */
import { Emitter, KeyedEmitter } from './emitter';

export class ViewState {
  /** After each change of selection, hover, hidden or locked; carries the ids concerned. */
  readonly changed = new Emitter<readonly string[]>();
  /** By region id. */
  readonly region = new KeyedEmitter();
  readonly selectionChanged = new Emitter();

  private selectedIds: readonly string[] = [];
  private readonly selectedSet = new Set<string>();
  private readonly hidden = new Set<string>();
  private readonly locked = new Set<string>();
  private hoveredId: string | null = null;

  /** Selected ids in the order of selection. A new array after each change. */
  get selected(): readonly string[] {
    return this.selectedIds;
  }
  /** The one selected region, or null when none or several are selected. */
  get single(): string | null {
    return this.selectedIds.length === 1 ? (this.selectedIds[0] ?? null) : null;
  }
  get hovered(): string | null {
    return this.hoveredId;
  }
  isSelected(id: string): boolean {
    return this.selectedSet.has(id);
  }
  isHidden(id: string): boolean {
    return this.hidden.has(id);
  }
  isLocked(id: string): boolean {
    return this.locked.has(id);
  }
  get hiddenCount(): number {
    return this.hidden.size;
  }

  /** Replaces the selection. */
  select(ids: readonly string[]): void {
    const next = [...new Set(ids)];
    if (next.length === this.selectedIds.length && next.every((id, i) => this.selectedIds[i] === id)) return;
    const nextSet = new Set(next);
    const touched = [
      ...this.selectedIds.filter((id) => !nextSet.has(id)),
      ...next.filter((id) => !this.selectedSet.has(id)),
    ];
    this.selectedIds = next;
    this.selectedSet.clear();
    for (const id of next) this.selectedSet.add(id);
    this.notify(touched);
    this.selectionChanged.emit();
  }

  /** Adds an id to the selection, or takes it out. */
  toggle(id: string): void {
    this.select(
      this.selectedSet.has(id) ? this.selectedIds.filter((other) => other !== id) : [...this.selectedIds, id],
    );
  }

  hover(id: string | null): void {
    if (id === this.hoveredId) return;
    const touched = [this.hoveredId, id].filter((one): one is string => one !== null);
    this.hoveredId = id;
    this.notify(touched);
  }

  setHidden(ids: readonly string[], hidden: boolean): void {
    this.mark(this.hidden, ids, hidden);
  }

  setLocked(ids: readonly string[], locked: boolean): void {
    this.mark(this.locked, ids, locked);
  }

  /** Forgets regions that no longer exist. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.hidden.delete(id);
      this.locked.delete(id);
      if (this.hoveredId === id) this.hoveredId = null;
    }
    if (ids.some((id) => this.selectedSet.has(id))) {
      const gone = new Set(ids);
      this.select(this.selectedIds.filter((id) => !gone.has(id)));
    }
  }

  private mark(set: Set<string>, ids: readonly string[], on: boolean): void {
    const touched = ids.filter((id) => set.has(id) !== on);
    for (const id of touched) {
      if (on) set.add(id);
      else set.delete(id);
    }
    if (touched.length > 0) this.notify(touched);
  }

  private notify(ids: readonly string[]): void {
    for (const id of ids) this.region.emit(id);
    this.changed.emit(ids);
  }
}
