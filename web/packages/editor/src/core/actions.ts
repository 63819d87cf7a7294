/**
 * Actions of a person as objects. Toolbars, hotkeys, the command palette and the help sheet read
 * this registry; nothing else binds keys.
 */
import { Emitter } from './emitter';
import { type KeyEventLike, matchesShortcut, parseShortcut, type Shortcut, shortcutName } from './shortcut';
import type { Icon } from './tag';

export interface Action {
  /** Stable: `region.delete`, `image.zoom-in`; people's own keys are stored under it. */
  readonly id: string;
  readonly label: string;
  /** Heading in the help sheet: "Regions", "Image". */
  readonly group: string;
  /**
   * Default keys: `ctrl+z`, `shift+1`, alternatives separated by commas. `ctrl` means ⌘ on a Mac
   * (`control` is the ctrl key everywhere).
   */
  readonly shortcut?: string;
  /** `all` (default): not while typing. `input`: also in text fields. */
  readonly scope?: 'all' | 'input';
  readonly icon?: Icon;
  /** Name of the object whose toolbar shows a button for it. */
  readonly toolbar?: string;
  /** Buttons with the same section stand together; sections stand in this order. */
  readonly section?: 'tools' | 'view' | 'edit';
  /** Left out of palette and help (keys that only make sense on the spot). */
  readonly quiet?: boolean;
  /** The browser tells of these keys by an event of its own (copy, cut, paste): they are shown, not bound. */
  readonly byBrowser?: boolean;
  /** Key repeat runs it again (zoom, step). */
  readonly repeat?: boolean;
  enabled?(): boolean;
  /** For switches: is it on? */
  active?(): boolean;
  run(event?: KeyEventLike): void;
}

/** A key that a person set for an action (`annotation.undo`, or `annotation:undo`): null switches it off. */
export type CustomHotkeys = Readonly<Record<string, { readonly key: string | null; readonly active?: boolean }>>;

export class ActionRegistry {
  /** Actions or their state changed: toolbars and palettes draw again. */
  readonly changed = new Emitter();
  private readonly actions = new Map<string, Action>();
  private readonly parsed = new Map<string, readonly Shortcut[]>();
  private custom: ReadonlyMap<string, { readonly key: string | null; readonly active?: boolean }>;
  private cached: readonly Action[] | null = null;

  constructor(custom: CustomHotkeys = {}) {
    this.custom = byAction(custom);
  }

  /** Takes over the keys that a person set. */
  setCustom(custom: CustomHotkeys): void {
    this.custom = byAction(custom);
    for (const action of this.actions.values())
      this.parsed.set(action.id, parseShortcut(this.shortcutOf(action) ?? ''));
    this.touch();
  }

  /** The keys that the person set, under the names by which accounts store them: `annotation:undo`. */
  get customized(): CustomHotkeys {
    return Object.fromEntries([...this.custom].map(([id, key]) => [id.replace('.', ':'), key]));
  }

  /** Has the person set a key for this action, or switched it off? */
  isCustom(id: string): boolean {
    return this.custom.has(id);
  }

  /** Other actions that one of these keys would press too. */
  conflicts(id: string, keys: string): readonly Action[] {
    const wanted = parseShortcut(keys).map(shortcutName);
    return this.list().filter(
      (action) => action.id !== id && this.parsed.get(action.id)?.some((known) => wanted.includes(shortcutName(known))),
    );
  }

  /** Adds actions (replacing those with the same id); returns the function that removes them. */
  register(actions: readonly Action[]): () => void {
    for (const action of actions) {
      this.actions.set(action.id, action);
      this.parsed.set(action.id, parseShortcut(this.shortcutOf(action) ?? ''));
    }
    this.touch();
    return () => {
      for (const action of actions) {
        if (this.actions.get(action.id) !== action) continue;
        this.actions.delete(action.id);
        this.parsed.delete(action.id);
      }
      this.touch();
    };
  }

  get(id: string): Action | undefined {
    return this.actions.get(id);
  }

  /** All actions in order of registration; the same array until they change. */
  list(): readonly Action[] {
    this.cached ??= [...this.actions.values()];
    return this.cached;
  }

  /** The keys in force for an action: the person's own, or the default; null when there are none. */
  shortcutOf(action: Action): string | null {
    const own = this.custom.get(action.id);
    if (own?.active === false) return null;
    if (own && own.key !== undefined) return own.key;
    return action.shortcut ?? null;
  }

  /** Runs an action if it exists and is enabled. */
  run(id: string, event?: KeyEventLike): boolean {
    const action = this.actions.get(id);
    if (!action || action.enabled?.() === false) return false;
    action.run(event);
    return true;
  }

  /**
   * Finds the action of a key event. Later registrations win, so that a mounted object's keys go
   * before labels, as tool letters do. `typing` is true when a text field has the focus.
   */
  find(event: KeyEventLike, typing: boolean): Action | null {
    const all = this.list();
    for (let i = all.length - 1; i >= 0; i--) {
      const action = all[i] as Action;
      if (action.byBrowser || (typing && action.scope !== 'input')) continue;
      if (event.repeat && !action.repeat) continue;
      const keys = this.parsed.get(action.id);
      if (!keys?.some((key) => matchesShortcut(key, event))) continue;
      if (action.enabled?.() === false) continue;
      return action;
    }
    return null;
  }

  /** Tells toolbars that `active` or `enabled` of some action may have changed. */
  refresh(): void {
    this.changed.emit();
  }

  private touch(): void {
    this.cached = null;
    this.changed.emit();
  }
}

/** Accounts store keys as `annotation:undo`; whatever has no key and is not switched off is left out. */
function byAction(
  custom: CustomHotkeys,
): ReadonlyMap<string, { readonly key: string | null; readonly active?: boolean }> {
  return new Map(
    Object.entries(custom ?? {}).flatMap(([id, key]) =>
      typeof key === 'object' && key !== null ? [[id.replace(':', '.'), key] as const] : [],
    ),
  );
}
