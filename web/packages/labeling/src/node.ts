/**
 * The tree of a labeling configuration: one `ConfigNode` for each element. It holds what was
 * written (names, attributes, text, positions); what a tag means is up to its readers.
 */

/** A place in the XML text: `line` and `column` count from 1, `offset` counts UTF-16 units from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** One attribute as it was written. */
export interface Attribute {
  /** Spelling of the document (`toName`). */
  readonly name: string;
  /** Value with entities resolved. */
  readonly value: string;
  readonly position: Position;
  /** Where the value (inside the quotes) begins. */
  readonly valuePosition: Position;
}

/**
 * One element. Attributes are found by name without regard to case; they live in a map, so that
 * keys such as `__proto__` are plain data.
 */
export class ConfigNode {
  readonly children: ConfigNode[] = [];
  parent: ConfigNode | null = null;
  /** Text directly inside the element, comments left out, trimmed. */
  text = '';
  /** Everything between the start tag and the end tag as it was written. */
  markup = '';
  end: Position;
  /** Tag name in lower case: the key of registries and, for controls, the result `type`. */
  readonly type: string;
  private readonly byName = new Map<string, Attribute>();

  constructor(
    /** Spelling of the registry when the tag is known, of the document otherwise. */
    readonly tag: string,
    readonly position: Position,
  ) {
    this.type = tag.toLowerCase();
    this.end = position;
  }

  /** `name` attribute, or an empty string. */
  get name(): string {
    return this.get('name') ?? '';
  }

  /** Names of `toName` (several for Pairwise), or an empty list. */
  get toNames(): readonly string[] {
    const value = this.get('toName');
    return value
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : [];
  }

  /** As `get`, but an empty value counts as missing. */
  given(name: string): string | undefined {
    return this.get(name) || undefined;
  }

  /** Sets an attribute. Of two names that differ in case only, the first counts. */
  setAttribute(attribute: Attribute): void {
    const key = attribute.name.toLowerCase();
    if (!this.byName.has(key)) this.byName.set(key, attribute);
  }

  get attributes(): Iterable<Attribute> {
    return this.byName.values();
  }

  attribute(name: string): Attribute | undefined {
    return this.byName.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.byName.has(name.toLowerCase());
  }

  /** Value of an attribute as it was written. */
  get(name: string): string | undefined {
    return this.byName.get(name.toLowerCase())?.value;
  }

  /** `true` and `false` in any case; anything else, or nothing, gives `fallback`. */
  bool(name: string, fallback = false): boolean {
    const value = this.get(name)?.trim().toLowerCase();
    return value === 'true' ? true : value === 'false' ? false : fallback;
  }

  /** A finite number, otherwise `fallback`. */
  number(name: string, fallback: number): number {
    const value = this.get(name)?.trim();
    if (value === undefined || value === '') return fallback;
    const parsed = Number(value);
    return Number.isFinite(parsed) ? parsed : fallback;
  }

  /** One of `allowed` (compared in lower case), otherwise `fallback`. */
  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.get(name)?.trim().toLowerCase();
    return allowed.find((word) => word.toLowerCase() === value) ?? fallback;
  }

  /** This node and everything below it, in document order. */
  *walk(): Generator<ConfigNode> {
    yield this;
    for (const child of this.children) yield* child.walk();
  }

  /** The nearest ancestor for which `test` holds. */
  closest(test: (node: ConfigNode) => boolean): ConfigNode | null {
    for (let node = this.parent; node; node = node.parent) if (test(node)) return node;
    return null;
  }
}
