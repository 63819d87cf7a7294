/** Completion for the configuration editor: tags, attributes and values from the registry. */
import { type AttributeSpec, allTags, attributeSpec, type TagSpec, tagSpec } from './registry';

export interface CompletionItem {
  readonly label: string;
  readonly kind: 'tag' | 'attribute' | 'value' | 'close';
  /** Text to put in place of `from`…`offset`. */
  readonly insert: string;
  /** UTF-16 offset where the replaced word begins. */
  readonly from: number;
  readonly detail?: string;
}

/** What may stand at a place of the text. Works on unfinished text. */
export function complete(xml: string, offset: number): readonly CompletionItem[] {
  const before = xml.slice(0, offset);
  const open = openTag(before);
  if (!open) {
    const word = /<(\/?)([\w]*)$/.exec(before);
    if (!word) return [];
    const from = offset - (word[2]?.length ?? 0);
    const parents = openElements(before.slice(0, word.index));
    if (word[1]) {
      const parent = parents.at(-1);
      return parent ? [{ label: `</${parent}>`, kind: 'close', insert: `${parent}>`, from }] : [];
    }
    return tagsInside(parents).map((tag) => ({
      label: tag.name,
      kind: 'tag' as const,
      insert: tag.name,
      from,
      detail: tag.description,
    }));
  }
  const tag = tagSpec(open.name);
  if (open.value !== null) {
    const spec = tag && attributeSpec(tag, open.attribute)?.spec;
    return valuesOf(xml, spec, open.attribute).map((value) => ({
      label: value,
      kind: 'value' as const,
      insert: value,
      from: open.valueFrom,
    }));
  }
  if (!tag) return [];
  const from = offset - open.attribute.length;
  const used = new Set(open.used.map((name) => name.toLowerCase()));
  return [...tag.attributes]
    .filter(([name]) => !used.has(name.toLowerCase()))
    .map(([name, spec]) => ({
      label: name,
      kind: 'attribute' as const,
      insert: `${name}="`,
      from,
      detail: describe(spec),
    }));
}

/** Help for an attribute: what it is, its values and its default. */
function describe(spec: AttributeSpec): string {
  const values = spec.values ? ` (${spec.values.join(' · ')})` : '';
  const fallback =
    spec.default === undefined || spec.default === null || spec.default === ''
      ? ''
      : `; default ${String(spec.default)}`;
  return `${spec.description}${values}${fallback}`;
}

function tagsInside(parents: readonly string[]): readonly TagSpec[] {
  const owner = parents
    .map((name) => tagSpec(name))
    .filter(
      (tag) => tag !== undefined && (tag.family === 'control' || tag.children.length > 0) && tag.family !== 'visual',
    )
    .at(-1);
  if (owner && owner.children.length > 0) {
    const wanted = new Set(owner.children);
    return allTags().filter((tag) => wanted.has(tag.name) || (tag.family === 'visual' && tag.name === 'View'));
  }
  return allTags().filter((tag) => tag.family !== 'child');
}

function valuesOf(xml: string, spec: AttributeSpec | undefined, attribute: string): readonly string[] {
  if (attribute.toLowerCase() === 'toname' || attribute.toLowerCase() === 'whentagname') {
    const names = [...xml.matchAll(/<([\w]+)[^<>]*?\sname\s*=\s*["']([^"']+)["']/gi)];
    const wanted = attribute.toLowerCase() === 'toname' ? 'object' : 'control';
    return names.filter((match) => tagSpec(match[1] ?? '')?.family === wanted).map((match) => match[2] ?? '');
  }
  if (!spec) return [];
  if (spec.values) return spec.values;
  return spec.type === 'boolean' ? ['true', 'false'] : [];
}

interface OpenTag {
  readonly name: string;
  readonly used: readonly string[];
  /** The attribute that is being written, or whose value is. */
  readonly attribute: string;
  /** The value so far; null outside of quotes. */
  readonly value: string | null;
  readonly valueFrom: number;
}

/** The start tag that the text ends in, or null when it ends outside of one. */
function openTag(before: string): OpenTag | null {
  let at = -1;
  let quote = '';
  for (let i = 0; i < before.length; i++) {
    const char = before.charAt(i);
    if (at >= 0 && quote !== '') {
      if (char === quote) quote = '';
    } else if (at >= 0 && (char === '"' || char === "'")) quote = char;
    else if (char === '>') at = -1;
    else if (char === '<') {
      if (before.startsWith('<!--', i)) {
        const end = before.indexOf('-->', i);
        if (end < 0) return null;
        i = end + 2;
      } else at = i;
    }
  }
  if (at < 0) return null;
  const text = before.slice(at);
  const name = /^<([\w]+)\s/.exec(text)?.[1];
  if (!name) return null;
  const used: string[] = [];
  const rest = text.replace(/([\w-]+)\s*=\s*("[^"]*"|'[^']*')/g, (_all, attribute: string) => {
    used.push(attribute);
    return ' ';
  });
  const value = /([\w-]+)\s*=\s*["']([^"']*)$/.exec(rest);
  if (quote !== '' && value) {
    return {
      name,
      used,
      attribute: value[1] ?? '',
      value: value[2] ?? '',
      valueFrom: before.length - (value[2]?.length ?? 0),
    };
  }
  return { name, used, attribute: /([\w-]*)$/.exec(rest)?.[1] ?? '', value: null, valueFrom: before.length };
}

/** Names of the elements that are open at the end of the text, outermost first. */
function openElements(before: string): readonly string[] {
  const stack: string[] = [];
  const tags = before.replace(/<!--[\s\S]*?-->/g, '').matchAll(/<(\/?)([\w]+)(?:"[^"]*"|'[^']*'|[^<>"'])*?(\/?)>/g);
  for (const [, closing, name = '', selfClosing] of tags) {
    if (closing) {
      const index = stack.lastIndexOf(name);
      if (index >= 0) stack.length = index;
    } else if (!selfClosing) stack.push(name);
  }
  return stack;
}
