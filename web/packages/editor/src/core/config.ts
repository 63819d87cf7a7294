/**
 * A configuration as the editor uses it: names resolved, `toName` filled in, labels and choices
 * with their stored values and colours, dynamic children from the task included.
 */
import {
  type Config,
  type ConfigNode,
  LabelColors,
  parseColor,
  parseConfig,
  resolveVariable,
  type TaskData,
} from '@labelkeep/labeling';

let lastRead: { readonly text: string; readonly config: Config } | null = null;

/** Reads a configuration. Task after task has the same one: its nodes are then the same too, and what is drawn for them stays. */
export function readConfig(text: string): Config {
  if (lastRead?.text !== text) lastRead = { text, config: parseConfig(text) };
  return lastRead.config;
}

/** One label of a labels control. */
export interface LabelDef {
  /** `name` of the control. */
  readonly control: string;
  /** What results hold: `alias`, or `value`. */
  readonly stored: string;
  /** What people see. */
  readonly title: string;
  /** `#rrggbb`. */
  readonly color: string;
  readonly hint: string;
  /** Markup to show instead of the title; goes through the inline cleaner. */
  readonly html: string;
  /** Key written in the configuration. */
  readonly hotkey: string;
  readonly selected: boolean;
  /** Regions of one task that may carry it; null without limit. */
  readonly maxUsages: number | null;
  readonly granularity: string;
  readonly showAlias: boolean;
  /** Where it stands in the configuration; null for labels that come with the task. */
  readonly node: ConfigNode | null;
  /** How its button looks; absent where nothing was said. */
  readonly look?: LabelLook;
}

/** Attributes of a label's button; CSS goes through the style cleaner. */
export interface LabelLook {
  readonly size: 'small' | 'medium' | 'large';
  /** Colour of the text while the label is active, `#rrggbb`. */
  readonly selectedColor: string | null;
  readonly aliasStyle: string;
}

/** One choice; children make a tree. */
export interface ChoiceDef {
  readonly stored: string;
  readonly title: string;
  readonly hint: string;
  readonly html: string;
  readonly hotkey: string;
  readonly selected: boolean;
  readonly readonly: boolean;
  readonly color: string | null;
  /** CSS of the configuration; goes through the style cleaner. */
  readonly style: string;
  readonly children: readonly ChoiceDef[];
}

/** Grey of regions without a label. */
export const NO_LABEL_COLOR = '#8a8f98';

/** The labels of a control for this task: those of the configuration, then those of its `$field`. */
export function labelsOf(control: ConfigNode, data: TaskData): readonly LabelDef[] {
  const limit = positive(control.get('maxUsages'));
  const fill = control.get('fillColor') ?? control.get('strokeColor');
  const colors = new LabelColors();
  const define = (get: (key: string) => string | undefined, node: ConfigNode | null): LabelDef | null => {
    const title = get('value') ?? '';
    const stored = get('alias') || title;
    if (stored === '') return null;
    return {
      control: control.name,
      stored,
      title: title || stored,
      color: cssColor(get('background')) ?? cssColor(fill) ?? colors.next(title),
      hint: get('hint') ?? '',
      html: get('html') ?? '',
      hotkey: get('hotkey') ?? '',
      selected: get('selected') === 'true',
      maxUsages: positive(get('maxUsages')) ?? limit,
      granularity: get('granularity') ?? '',
      showAlias: get('showAlias') === 'true',
      node,
      look: {
        size: oneOf(get('size'), ['small', 'medium', 'large'], 'medium'),
        selectedColor: cssColor(get('selectedColor')),
        aliasStyle: get('aliasStyle') ?? 'opacity: 0.6',
      },
    };
  };
  const labels: LabelDef[] = [];
  for (const node of control.walk()) {
    if (node.type !== 'label') continue;
    const label = define((key) => attributeText(node, key, data), node);
    if (label) labels.push(label);
  }
  for (const item of dynamicItems(control, data)) {
    const label = define((key) => itemText(item, key), null);
    if (label) labels.push(label);
  }
  return labels;
}

/** The tree of choices of a control for this task. */
export function choicesOf(control: ConfigNode, data: TaskData): readonly ChoiceDef[] {
  const fromNodes = (parent: ConfigNode): ChoiceDef[] => {
    const list: ChoiceDef[] = [];
    for (const node of parent.children) {
      if (node.type !== 'choice') list.push(...fromNodes(node));
      else {
        const choice = defineChoice((key) => attributeText(node, key, data), fromNodes(node));
        if (choice) list.push(choice);
      }
    }
    return list;
  };
  return [...fromNodes(control), ...dynamicItems(control, data).flatMap((item) => choiceOfItem(item, 0))];
}

function choiceOfItem(item: unknown, depth: number): ChoiceDef[] {
  // Data nested deeper than any real taxonomy is cut off rather than followed.
  if (depth > 64) return [];
  const children = item !== null && typeof item === 'object' ? (item as { children?: unknown }).children : undefined;
  const below = Array.isArray(children) ? children.flatMap((child) => choiceOfItem(child, depth + 1)) : [];
  const choice = defineChoice((key) => itemText(item, key), below);
  return choice ? [choice] : [];
}

function defineChoice(get: (key: string) => string | undefined, children: readonly ChoiceDef[]): ChoiceDef | null {
  const title = get('value') ?? '';
  const stored = get('alias') || title;
  if (stored === '') return null;
  return {
    stored,
    title: title || stored,
    hint: get('hint') ?? '',
    html: get('html') ?? '',
    hotkey: get('hotkey') ?? '',
    selected: get('selected') === 'true',
    readonly: get('readonly') === 'true',
    color: cssColor(get('color')),
    style: get('style') ?? '',
    children,
  };
}

/** An attribute with the task's data put in; the text of the element stands in for `value`. */
export function attributeText(node: ConfigNode, key: string, data: TaskData): string | undefined {
  const written = node.get(key) ?? (key === 'value' && node.children.length === 0 ? node.text || undefined : undefined);
  if (written === undefined) return undefined;
  if (key !== 'value') return written;
  const value = resolveVariable(written, data);
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value);
}

function dynamicItems(control: ConfigNode, data: TaskData): readonly unknown[] {
  const written = control.get('value');
  if (!written?.includes('$')) return [];
  const value = resolveVariable(written, data);
  return Array.isArray(value) ? value : [];
}

function itemText(item: unknown, key: string): string | undefined {
  if (typeof item === 'string') return key === 'value' ? item : undefined;
  if (item === null || typeof item !== 'object' || !Object.hasOwn(item, key)) return undefined;
  const value = (item as Record<string, unknown>)[key];
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

/** A colour of the configuration as `#rrggbb`, or null when it is none. */
export function cssColor(text: string | undefined): string | null {
  const color = text ? parseColor(text) : null;
  if (!color) return null;
  const hex = (value: number) => Math.round(value).toString(16).padStart(2, '0');
  return `#${hex(color.r)}${hex(color.g)}${hex(color.b)}`;
}

function oneOf<T extends string>(text: string | undefined, allowed: readonly T[], fallback: T): T {
  const word = text?.trim().toLowerCase();
  return allowed.find((one) => one === word) ?? fallback;
}

function positive(text: string | undefined): number | null {
  const value = text ? Number(text) : Number.NaN;
  return Number.isFinite(value) && value > 0 ? Math.floor(value) : null;
}

/** Controls (lower-case) whose children are `Label`s. */
export function isLabelsControl(node: ConfigNode): boolean {
  return node.type.endsWith('labels');
}

/** Does it label regions: a labels control, or a Taxonomy with `labeling`? */
export function labelsRegions(node: ConfigNode): boolean {
  return isLabelsControl(node) || (node.type === 'taxonomy' && node.bool('labeling'));
}

/** Does this perRegion control stand once for each region? perRegion wins over perItem. */
export function isPerRegion(node: ConfigNode): boolean {
  return node.bool('perRegion');
}

/** Does it stand once for each item of a multi-item object? */
export function isPerItem(node: ConfigNode): boolean {
  return !isPerRegion(node) && node.bool('perItem');
}

/** The object that a control works on (the first one for a list of names). */
export function objectOf(config: Config, control: ConfigNode): ConfigNode | undefined {
  for (const name of config.targetsOf(control)) {
    const node = config.byName.get(name);
    if (node) return node;
  }
  return undefined;
}
