/**
 * Where the panels stand: groups of tabs at the left, the right or the bottom, or floating over the
 * data. Pure state that is kept in the browser; whatever was stored is read as foreign.
 */
import { Emitter } from './emitter';
import type { KeyValueStorage } from './settings';

export type PanelSide = 'left' | 'right' | 'bottom';
export const SIDES: readonly PanelSide[] = ['left', 'right', 'bottom'];

/** A rectangle inside the editor, CSS pixels. */
export interface PanelRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Panels that share a place; one of them is seen. */
export interface PanelGroup {
  readonly id: string;
  readonly place: PanelSide | 'float';
  /** Ids of panels, at least one. */
  readonly tabs: readonly string[];
  readonly active: string;
  /** Part of its side, relative to the groups beside it. */
  readonly share: number;
  /** Of a floating group. */
  readonly rect: PanelRect;
}

export interface PanelLayoutState {
  readonly groups: readonly PanelGroup[];
  /** Width of left and right, height of the bottom, CSS pixels; 0 goes by the size of the window. */
  readonly sizes: Readonly<Record<PanelSide, number>>;
  /** Sides that are folded to a strip. */
  readonly folded: Readonly<Record<PanelSide, boolean>>;
}

/** Where a panel goes. */
export type PanelTarget =
  | { readonly to: 'group'; readonly group: string; readonly before?: string }
  | { readonly to: 'side'; readonly side: PanelSide; readonly first?: boolean }
  | { readonly to: 'float'; readonly x: number; readonly y: number };

const MIN_SIZE = 180;
const MAX_SIZE = 900;
const FLOAT: PanelRect = { x: 120, y: 80, width: 320, height: 360 };
const SMALLEST: Pick<PanelRect, 'width' | 'height'> = { width: 220, height: 140 };

const START: PanelLayoutState = {
  groups: [
    { id: 'g1', place: 'right', tabs: ['regions', 'relations'], active: 'regions', share: 6, rect: FLOAT },
    { id: 'g2', place: 'right', tabs: ['details', 'history'], active: 'details', share: 4, rect: FLOAT },
  ],
  sizes: { left: 0, right: 0, bottom: 0 },
  folded: { left: false, right: false, bottom: false },
};

export class PanelLayout {
  readonly changed = new Emitter();
  private current: PanelLayoutState;

  constructor(
    private readonly storage: KeyValueStorage | null,
    private readonly key: string,
    /** Ids of the panels that there are. */
    private readonly panels: readonly string[],
  ) {
    this.current = reconciled(read(storage, key) ?? START, panels);
  }

  /** A new object after each change. */
  get state(): PanelLayoutState {
    return this.current;
  }

  groupOf(panel: string): PanelGroup | undefined {
    return this.current.groups.find((group) => group.tabs.includes(panel));
  }

  at(place: PanelGroup['place']): readonly PanelGroup[] {
    return this.current.groups.filter((group) => group.place === place);
  }

  /** Brings a panel to the front of its group, and unfolds its side. */
  show(panel: string): void {
    const group = this.groupOf(panel);
    if (!group) return;
    const folded = group.place === 'float' ? this.current.folded : { ...this.current.folded, [group.place]: false };
    this.set({ ...this.current, folded, groups: this.with(group.id, { active: panel }) });
  }

  /** Moves a panel to another group, to a side of its own, or over the data. */
  move(panel: string, target: PanelTarget): void {
    const from = this.groupOf(panel);
    if (!from) return;
    if (target.to === 'group' && target.group === from.id && target.before === panel) return;
    const rest = this.current.groups.flatMap((group) => {
      if (group !== from) return [group];
      const tabs = group.tabs.filter((one) => one !== panel);
      if (tabs.length === 0) return target.to === 'group' && target.group === group.id ? [{ ...group, tabs }] : [];
      return [{ ...group, tabs, active: group.active === panel ? (tabs[0] as string) : group.active }];
    });
    const { folded } = this.current;
    if (target.to === 'group') {
      const groups = rest.map((group) => {
        if (group.id !== target.group) return group;
        const at = target.before === undefined ? -1 : group.tabs.indexOf(target.before);
        const tabs = [...group.tabs];
        tabs.splice(at < 0 ? tabs.length : at, 0, panel);
        return { ...group, tabs, active: panel };
      });
      if (!groups.some((group) => group.id === target.group)) return;
      return this.set({ ...this.current, groups });
    }
    const place = target.to === 'side' ? target.side : 'float';
    const shares = rest.filter((group) => group.place === place).map((group) => group.share);
    const share = shares.length > 0 ? shares.reduce((a, b) => a + b) / shares.length : 1;
    const rect = target.to === 'float' ? { ...from.rect, x: target.x, y: target.y } : from.rect;
    const made: PanelGroup = { id: this.freeId(), place, tabs: [panel], active: panel, share, rect };
    this.set({
      ...this.current,
      folded: place === 'float' ? folded : { ...folded, [place]: false },
      groups: target.to === 'side' && target.first ? [made, ...rest] : [...rest, made],
    });
  }

  fold(side: PanelSide, folded: boolean): void {
    if (this.current.folded[side] !== folded)
      this.set({ ...this.current, folded: { ...this.current.folded, [side]: folded } });
  }

  /** Width or height of a side, CSS pixels. */
  resize(side: PanelSide, size: number): void {
    this.set({ ...this.current, sizes: { ...this.current.sizes, [side]: clamp(size, MIN_SIZE, MAX_SIZE) } });
  }

  /** Divides what two neighbours of a side have between them; `part` of the first, from 0 to 1. */
  divide(first: string, second: string, part: number): void {
    const a = this.current.groups.find((group) => group.id === first);
    const b = this.current.groups.find((group) => group.id === second);
    if (!a || !b) return;
    const sum = a.share + b.share;
    const share = clamp(part, 0.1, 0.9) * sum;
    const groups = this.current.groups.map((group) =>
      group === a ? { ...a, share } : group === b ? { ...b, share: sum - share } : group,
    );
    this.set({ ...this.current, groups });
  }

  /** Place of a floating group; it is kept inside `within` by whoever knows the size of the page. */
  place(group: string, rect: PanelRect): void {
    this.set({ ...this.current, groups: this.with(group, { rect: sane(rect) }) });
  }

  reset(): void {
    this.set(reconciled(START, this.panels));
  }

  private with(id: string, change: Partial<PanelGroup>): readonly PanelGroup[] {
    return this.current.groups.map((group) => (group.id === id ? { ...group, ...change } : group));
  }

  private freeId(): string {
    let number = this.current.groups.length + 1;
    while (this.current.groups.some((group) => group.id === `g${number}`)) number++;
    return `g${number}`;
  }

  private set(next: PanelLayoutState): void {
    this.current = next;
    try {
      this.storage?.setItem(this.key, JSON.stringify(next));
    } catch {
      // Full or forbidden storage: the places hold until the page is left.
    }
    this.changed.emit();
  }
}

function sane({ x, y, width, height }: PanelRect): PanelRect {
  return {
    x: clamp(x, 0, 10_000),
    y: clamp(y, 0, 10_000),
    width: clamp(width, SMALLEST.width, 2_000),
    height: clamp(height, SMALLEST.height, 2_000),
  };
}

/** NaN and the like become the smallest. */
function clamp(value: unknown, least: number, most: number): number {
  const number = Number(value);
  return Number.isFinite(number) ? Math.max(least, Math.min(most, Math.round(number * 100) / 100)) : least;
}

/** Every panel stands in exactly one group; a new one joins the group in which it starts. */
function reconciled(state: PanelLayoutState, panels: readonly string[]): PanelLayoutState {
  const seen = new Set<string>();
  const groups: PanelGroup[] = [];
  for (const group of state.groups) {
    const tabs = [...new Set(group.tabs)].filter((one) => panels.includes(one) && !seen.has(one));
    for (const one of tabs) seen.add(one);
    if (tabs.length > 0)
      groups.push({ ...group, tabs, active: tabs.includes(group.active) ? group.active : (tabs[0] as string) });
  }
  for (const panel of panels) {
    if (seen.has(panel)) continue;
    const beside = START.groups.find((group) => group.tabs.includes(panel))?.tabs ?? [];
    const at = groups.findIndex((group) => group.tabs.some((one) => beside.includes(one)));
    const host = groups[at] ?? groups[0];
    if (host) groups[groups.indexOf(host)] = { ...host, tabs: [...host.tabs, panel] };
    else groups.push({ id: 'g1', place: 'right', tabs: [panel], active: panel, share: 1, rect: FLOAT });
  }
  return { ...state, groups };
}

function read(storage: KeyValueStorage | null, key: string): PanelLayoutState | null {
  try {
    const parsed: unknown = JSON.parse(storage?.getItem(key) ?? 'null');
    if (!isObject(parsed) || !Array.isArray(parsed['groups'])) return null;
    const sizes = isObject(parsed['sizes']) ? parsed['sizes'] : {};
    const folded = isObject(parsed['folded']) ? parsed['folded'] : {};
    const ids = new Set<string>();
    const groups = parsed['groups'].slice(0, 20).flatMap((one: unknown): PanelGroup[] => {
      if (!isObject(one) || !Array.isArray(one['tabs']) || ids.has(String(one['id']))) return [];
      const place = [...SIDES, 'float' as const].find((known) => known === one['place']);
      if (!place) return [];
      ids.add(String(one['id']));
      const rect = isObject(one['rect']) ? (one['rect'] as never as PanelRect) : FLOAT;
      return [
        {
          id: String(one['id']),
          place,
          tabs: one['tabs'].map(String),
          active: String(one['active']),
          share: clamp(one['share'], 0.1, 100),
          rect: sane(rect),
        },
      ];
    });
    const size = (side: PanelSide) =>
      typeof sizes[side] === 'number' && sizes[side] !== 0 ? clamp(sizes[side], MIN_SIZE, MAX_SIZE) : START.sizes[side];
    return {
      groups,
      sizes: { left: size('left'), right: size('right'), bottom: size('bottom') },
      folded: { left: folded['left'] === true, right: folded['right'] === true, bottom: folded['bottom'] === true },
    };
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
