/**
 * The rules that refuse a configuration, and those that only warn: the same as on the server
 * (`crates/labeling/src/validate.rs`), with the same texts. The server is the authority; this copy
 * speaks while people type.
 */
import { type Config, parseConfig } from './config';
import type { Diagnostic } from './diagnostic';
import type { ConfigNode } from './node';
import { type AttributeSpec, attributeSpec, type TagSpec, tagSpec } from './registry';

const MAX_MESSAGES = 100;
const MAX_LISTED = 200;

/** What is wrong with a configuration; warnings only when nothing refuses it. */
export function validate(xml: string): readonly Diagnostic[] {
  const config = parseConfig(xml);
  if (config.errors.length > 0 || !config.root) return config.errors;
  const errors = errorsOf(config.root);
  return errors.length > 0 ? errors : warningsOf(config);
}

function errorsOf(root: ConfigNode): Diagnostic[] {
  const errors: Diagnostic[] = [];
  for (const node of root.walk()) {
    for (const missing of missingAttributes(node)) {
      errors.push(
        at(node, 'error', 'required', `Validation failed on ${pathOf(node)}: '${missing}' is a required property`),
      );
    }
    errors.push(...videoSpeeds(node));
  }
  errors.push(...nameErrors(root));
  return errors.slice(0, MAX_MESSAGES);
}

function missingAttributes(node: ConfigNode): readonly string[] {
  const missing: string[] = [];
  switch (node.tag) {
    case 'Choice':
    case 'Label':
      if (!node.has('value')) missing.push('value');
      break;
    case 'Image':
    case 'Text':
    case 'HyperText': {
      const hasName = node.given('name') !== undefined;
      const hasValue = node.has('value') || node.has('valueList');
      const hasContent = node.markup.trim() !== '';
      // Without name and value it is static mark-up, if there is any.
      if (!hasName && !hasValue && hasContent && node.tag !== 'Image') break;
      if (!hasName) missing.push('name');
      if (!hasValue) missing.push('value');
      break;
    }
    case 'TextArea':
    case 'Number':
      if (!node.given('name')) missing.push('name');
      if (!node.given('toName')) missing.push('toName');
      break;
    default:
  }
  return missing;
}

function videoSpeeds(node: ConfigNode): readonly Diagnostic[] {
  if (node.tag !== 'Video') return [];
  const errors: Diagnostic[] = [];
  const speed = (attribute: string): number | null => {
    const text = node.given(attribute);
    if (text === undefined) return null;
    const value = Number(text.trim());
    if (text.trim() !== '' && value >= 0.05 && value <= 10) return value;
    errors.push(at(node, 'error', 'video-speed', `Video: ${attribute}="${text}" must be a number from 0.05 to 10`));
    return null;
  };
  const usual = speed('defaultPlaybackSpeed');
  const least = speed('minPlaybackSpeed');
  if (least !== null && least > (usual ?? 1)) {
    errors.push(
      at(node, 'error', 'video-speed', 'Video: minPlaybackSpeed must not be greater than defaultPlaybackSpeed'),
    );
  }
  return errors;
}

/** Names are unique, and `toName` names exist. */
function nameErrors(root: ConfigNode): readonly Diagnostic[] {
  const errors: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const node of root.walk()) {
    const name = node.get('name');
    if (name === undefined) continue;
    if (seen.has(name))
      errors.push(at(node, 'error', 'duplicate-name', 'Label config contains non-unique names', 'name'));
    seen.add(name);
  }
  for (const node of root.walk()) {
    const toName = node.given('toName');
    if (toName === undefined) continue;
    for (const name of toName.split(',').map((part) => part.trim())) {
      if (!seen.has(name)) {
        errors.push(
          at(node, 'error', 'unknown-name', `toName="${name}" not found in names: ${listed(seen)}`, 'toName'),
        );
      }
    }
  }
  return errors;
}

/** Names in the notation of the message that API clients know: `['a', 'b']`. */
function listed(names: ReadonlySet<string>): string {
  const sorted = [...names].sort(byCodePoint);
  const items = sorted.slice(0, MAX_LISTED).map((name) => {
    const text = name.replaceAll('\\', '\\\\');
    if (!text.includes("'")) return `'${text}'`;
    return text.includes('"') ? `'${text.replaceAll("'", "\\'")}'` : `"${text}"`;
  });
  if (names.size > MAX_LISTED) items.push('…');
  return `[${items.join(', ')}]`;
}

function warningsOf(config: Config): readonly Diagnostic[] {
  const warnings: Diagnostic[] = [];
  for (const node of config.root?.walk() ?? []) {
    if (warnings.length >= MAX_MESSAGES) break;
    const tag = tagSpec(node.tag);
    const warn = (code: string, message: string, attribute?: string) =>
      warnings.push(at(node, 'warning', code, message, attribute));
    if (!tag) {
      warn('unknown-tag', `Unknown tag <${node.tag}>`);
      continue;
    }
    if (tag.family === 'visual' && node.given('name') && node.tag !== 'Filter') {
      warn('name-on-visual', `<${node.tag}> does not take a name`, 'name');
    }
    if (tag.parents.length > 0 && !node.closest((above) => tag.parents.includes(above.tag))) {
      const more = tag.parents.length > 2 ? ' and the like' : '';
      warn('misplaced', `<${node.tag}> has no meaning outside ${tag.parents.slice(0, 2).join(', ')}${more}`);
    }
    for (const attribute of node.attributes) {
      const known = attributeSpec(tag, attribute.name);
      const problem = known && attributeProblem(known.name, attribute.value, known.spec);
      if (problem) warn('attribute', `<${node.tag}> ${problem}`, attribute.name);
    }
    if (node.bool('perRegion') && node.bool('perItem')) {
      warn('region-and-item', `<${node.tag}> has perRegion and perItem; perRegion counts`);
    }
    const [least, most] = [node.number('minPoints', Number.NaN), node.number('maxPoints', Number.NaN)];
    if (least > most) warn('points', `<${node.tag}> minPoints is greater than maxPoints`);
    if (tag.family === 'control' && attributeSpec(tag, 'toName') && node.given('name'))
      attachment(config, node, tag, warn);
  }
  return warnings.slice(0, MAX_MESSAGES);
}

function attachment(
  config: Config,
  node: ConfigNode,
  tag: TagSpec,
  warn: (code: string, message: string, attribute?: string) => void,
): void {
  const targets = config.targetsOf(node);
  if (targets.length === 0) {
    warn('no-object', `<${node.tag}> has no toName, and there is not exactly one object`);
    return;
  }
  if (tag.toNameCount !== null && targets.length !== tag.toNameCount) {
    warn('to-name-count', `<${node.tag}> needs ${tag.toNameCount} names in toName`, 'toName');
  }
  if (!tag.strictObjects) return;
  for (const name of targets.slice(0, MAX_MESSAGES)) {
    const object = config.byName.get(name)?.tag;
    if (object !== undefined && !tag.objects.includes(object)) {
      warn('wrong-object', `<${node.tag}> works with ${tag.objects.join(', ')}, not with <${object}>`, 'toName');
    }
  }
}

/** What is wrong with the value of a typed attribute; references and placeholders are left alone. */
function attributeProblem(name: string, value: string, spec: AttributeSpec): string | null {
  const text = value.trim();
  if (text === '' || text.startsWith('$') || text.includes('{{')) return null;
  const expected = expectation(text, spec);
  return expected === null ? null : `${name}="${value}" should be ${expected}`;
}

function expectation(text: string, spec: AttributeSpec): string | null {
  const lower = text.toLowerCase();
  if (spec.type === 'enum') {
    const values = spec.values ?? [];
    return values.some((word) => word.toLowerCase() === lower) ? null : `one of ${values.join(', ')}`;
  }
  if (spec.type === 'boolean') return lower === 'true' || lower === 'false' ? null : 'true or false';
  if (spec.type !== 'integer' && spec.type !== 'number') return null;
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  const { min, max } = spec;
  const whole = spec.type === 'number' || Number.isInteger(number);
  if (
    Number.isFinite(number) &&
    whole &&
    number >= (min ?? Number.NEGATIVE_INFINITY) &&
    number <= (max ?? Number.POSITIVE_INFINITY)
  ) {
    return null;
  }
  const what = spec.type === 'integer' ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`;
  if (min !== undefined) return `${what} not below ${min}`;
  return max === undefined ? what : `${what} not above ${max}`;
}

/** `View/Choices/Choice`. */
function pathOf(node: ConfigNode): string {
  const tags = [node.tag];
  for (let above = node.parent; above; above = above.parent) tags.unshift(above.tag);
  return tags.join('/');
}

/** A diagnostic at an element: place of its `<`; the underline is its name, or the attribute concerned. */
function at(
  node: ConfigNode,
  severity: Diagnostic['severity'],
  code: string,
  message: string,
  attribute?: string,
): Diagnostic {
  const written = attribute === undefined ? undefined : node.attribute(attribute);
  const from = written?.valuePosition.offset ?? node.position.offset;
  const to = written ? from + written.value.length : from + node.tag.length + 1;
  return {
    severity,
    code,
    message,
    line: node.position.line,
    column: node.position.column,
    from,
    to: Math.max(to, from + 1),
  };
}

/** Order of Rust strings: by code points, which differs from UTF-16 order for rare characters. */
function byCodePoint(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}
