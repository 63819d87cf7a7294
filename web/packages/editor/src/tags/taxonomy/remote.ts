/**
 * Trees that are loaded from an address (`apiUrl`) level by level. The answer is
 * `{items: [{value, alias?, isLeaf?, children?}]}`; children of an entry are asked for with one
 * `path=` for each step from the root. A name and password in the address become Basic
 * authorization. What comes is outside data: read by own keys, cut off at fixed sizes.
 */
import { type ChoiceTree, indexChoices, type PlacedChoice, pathKey } from '../../core/choice-tree';
import { type ChoiceDef, cssColor } from '../../core/config';
import { Emitter } from '../../core/emitter';

const MAX_DEPTH = 64;
const MAX_ENTRIES = 200_000;
const TIMEOUT = 30_000;

/** Where to ask, and what to say there. */
export interface RemoteAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The address of a level, or null when it is none that may be loaded. */
export function levelAddress(apiUrl: string, path: readonly string[], base: string): RemoteAddress | null {
  let url: URL;
  try {
    url = new URL(apiUrl, base);
  } catch {
    return null;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (url.username !== '' || url.password !== '') {
    const name = `${decode(url.username)}:${decode(url.password)}`;
    headers['Authorization'] = `Basic ${base64(name)}`;
    url.username = '';
    url.password = '';
  }
  for (const step of path) url.searchParams.append('path', step);
  return { url: url.href, headers };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** An entry as it came: leaves say so; others without children are asked for when they are opened. */
interface RemoteChoice extends ChoiceDef {
  readonly children: readonly RemoteChoice[];
  readonly isLeaf: boolean;
}

/** Reads an answer; entries without a value are left out. Null when it is no list of entries. */
export function readLevel(answer: unknown): readonly RemoteChoice[] | null {
  let left = MAX_ENTRIES;
  const read = (items: unknown, depth: number): readonly RemoteChoice[] => {
    if (!Array.isArray(items) || depth > MAX_DEPTH) return [];
    const found: RemoteChoice[] = [];
    for (const item of items) {
      if (left <= 0) break;
      const title = own(item, 'value');
      const stored = own(item, 'alias') || title;
      if (stored === '') continue;
      left--;
      const children = read((item as { readonly children?: unknown }).children, depth + 1);
      found.push({
        stored,
        title: title || stored,
        hint: own(item, 'hint'),
        html: '',
        hotkey: '',
        selected: false,
        readonly: false,
        color: cssColor(own(item, 'color')),
        style: '',
        children,
        isLeaf: (item as { readonly isLeaf?: unknown }).isLeaf === true,
      });
    }
    return found;
  };
  const items =
    answer !== null && typeof answer === 'object' && !Array.isArray(answer) ? entry(answer, 'items') : answer;
  return Array.isArray(items) ? read(items, 0) : null;
}

function entry(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

function own(item: unknown, key: string): string {
  const value = item !== null && typeof item === 'object' ? entry(item, key) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A tree that grows as its branches are opened. */
export class RemoteTree {
  readonly changed = new Emitter();
  private current: ChoiceTree = indexChoices([]);
  private roots: readonly RemoteChoice[] = [];
  private readonly loaded = new Set<string>();
  private readonly loading = new Set<string>();
  private readonly failed = new Map<string, { readonly path: readonly string[]; readonly message: string }>();

  constructor(
    private readonly apiUrl: string,
    private readonly base: string,
  ) {}

  get tree(): ChoiceTree {
    return this.current;
  }

  get busy(): boolean {
    return this.loading.size > 0;
  }

  /** What could not be loaded last, or null. */
  get problem(): { readonly path: readonly string[]; readonly message: string } | null {
    return [...this.failed.values()].at(-1) ?? null;
  }

  isBranch(item: PlacedChoice): boolean {
    return (
      item.choice.children.length > 0 || !((item.choice as RemoteChoice).isLeaf || this.loaded.has(pathKey(item.path)))
    );
  }

  /** Loads what stands below a path unless it is there or on its way. */
  async open(path: readonly string[]): Promise<void> {
    const key = pathKey(path);
    const there = path.length === 0 ? undefined : this.current.byPath.get(key);
    if (this.loaded.has(key) || this.loading.has(key) || (there && there.choice.children.length > 0)) return;
    if (path.length > 0 && (!there || (there.choice as RemoteChoice).isLeaf)) return;
    this.loading.add(key);
    this.failed.delete(key);
    this.changed.emit();
    try {
      const items = await this.load(path);
      this.loaded.add(key);
      this.roots = path.length === 0 ? items : withChildren(this.roots, path, items);
      this.current = indexChoices(this.roots);
    } catch (error) {
      this.failed.set(key, { path, message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.loading.delete(key);
      this.changed.emit();
    }
  }

  /** Loads the way to an entry, so that its title is known. */
  async reach(path: readonly string[]): Promise<void> {
    for (let depth = 0; depth < path.length && depth < MAX_DEPTH; depth++) {
      await this.open(path.slice(0, depth));
      if (!this.current.byPath.has(pathKey(path.slice(0, depth + 1)))) return;
    }
  }

  private async load(path: readonly string[]): Promise<readonly RemoteChoice[]> {
    const address = levelAddress(this.apiUrl, path, this.base);
    if (!address)
      throw new Error(`The entries can't be loaded from “${this.apiUrl}”: an http or https address is needed.`);
    const host = new URL(address.url).host;
    let response: Response;
    try {
      response = await fetch(address.url, {
        headers: address.headers,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch {
      throw new Error(
        `The entries could not be loaded from ${host}. Is it reachable, and does it allow this page (CORS)?`,
      );
    }
    if (!response.ok) throw new Error(`The entries could not be loaded: ${host} answered ${response.status}.`);
    const items = readLevel(await response.json().catch(() => null));
    if (!items) throw new Error(`${host} answered, but not with a list of entries ({"items": […]}).`);
    return items;
  }
}

function withChildren(
  level: readonly RemoteChoice[],
  path: readonly string[],
  children: readonly RemoteChoice[],
): readonly RemoteChoice[] {
  const [step, ...rest] = path;
  return level.map((choice) => {
    if (choice.stored !== step) return choice;
    return { ...choice, children: rest.length === 0 ? children : withChildren(choice.children, rest, children) };
  });
}
