/**
 * The registry of tags (`schema/tags.json`) as the browser reads it. The format is described in
 * `schema/README.md`; nothing here repeats a list of tags or attributes.
 */
import raw from '../../../../schema/tags.json';

/** `child`: only inside another tag (Label, Choice, Channel, …). */
export type Family = 'object' | 'control' | 'visual' | 'child';

export interface AttributeSpec {
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
  readonly values?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly required?: boolean;
  readonly variable?: boolean;
  readonly extends?: readonly string[];
}

export interface TagSpec {
  /** Canonical spelling. */
  readonly name: string;
  readonly family: Family;
  readonly description: string;
  /** Is it drawn, or shown as a notice? */
  readonly drawn: boolean;
  readonly paid: boolean;
  /** Attributes of groups and its own, by canonical name. */
  readonly attributes: ReadonlyMap<string, AttributeSpec>;
  readonly children: readonly string[];
  readonly parents: readonly string[];
  readonly objects: readonly string[];
  readonly strictObjects: boolean;
  readonly toNameCount: number | null;
  readonly text: string | null;
  /** Type of its result items; null when it makes none. */
  readonly resultType: string | null;
  /** Key of `value` that holds its own answer. */
  readonly resultKey: string | null;
}

interface RawTag {
  kind: Family;
  description?: string;
  drawn?: boolean;
  paid?: boolean;
  aliases?: string[];
  groups?: string[];
  attributes?: Record<string, AttributeSpec>;
  children?: string[];
  parents?: string[];
  objects?: string[];
  strictObjects?: boolean;
  toNameCount?: number;
  text?: string;
  result?: { type: string; key: string | null };
}

interface RawRegistry {
  groups: Record<string, Record<string, AttributeSpec>>;
  tags: Record<string, RawTag>;
}

const registry = raw as unknown as RawRegistry;
const byLowerName = new Map<string, TagSpec>();
const canonical: TagSpec[] = [];

for (const [name, tag] of Object.entries(registry.tags)) {
  const attributes = new Map<string, AttributeSpec>();
  for (const group of tag.groups ?? []) {
    for (const [key, spec] of Object.entries(registry.groups[group] ?? {})) attributes.set(key, spec);
  }
  for (const [key, spec] of Object.entries(tag.attributes ?? {})) attributes.set(key, spec);
  const spec: TagSpec = {
    name,
    family: tag.kind,
    description: tag.description ?? '',
    drawn: tag.drawn ?? false,
    paid: tag.paid ?? false,
    attributes,
    children: tag.children ?? [],
    parents: tag.parents ?? [],
    objects: tag.objects ?? [],
    strictObjects: tag.strictObjects ?? false,
    toNameCount: tag.toNameCount ?? null,
    text: tag.text ?? null,
    resultType: tag.result?.type ?? null,
    resultKey: tag.result?.key ?? null,
  };
  canonical.push(spec);
  for (const word of [name, ...(tag.aliases ?? [])]) byLowerName.set(word.toLowerCase(), spec);
}

/** A tag by its name (or an alias) in any case. */
export function tagSpec(name: string): TagSpec | undefined {
  return byLowerName.get(name.toLowerCase());
}

/** All tags, in order of the registry. */
export function allTags(): readonly TagSpec[] {
  return canonical;
}

/** An attribute of a tag by its name in any case, with its canonical spelling. */
export function attributeSpec(
  tag: TagSpec,
  name: string,
): { readonly name: string; readonly spec: AttributeSpec } | undefined {
  const wanted = name.toLowerCase();
  for (const [key, spec] of tag.attributes) if (key.toLowerCase() === wanted) return { name: key, spec };
  return undefined;
}
