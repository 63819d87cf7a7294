/**
 * `Repeater`: its children once for each element of a list in the task's data. The configuration is
 * written out before anything reads it, so that every control of every element has its own name.
 */
import { Config, ConfigNode, resolveVariable, type TaskData } from '@labelkeep/labeling';
import type { Action } from './actions';
import { Emitter } from './emitter';

/** More nodes than this are not written out: the data would decide how long the page hangs. */
const MAX_NODES = 60_000;

/** Place of each element in its Repeater. */
const places = new WeakMap<ConfigNode, number>();
/** Number of elements in the data, where not all of them were written out. */
const totals = new WeakMap<ConfigNode, number>();

/** Elements in the data of a Repeater; its children may be fewer. */
export function repeatedTotal(repeater: ConfigNode): number {
  return totals.get(repeater) ?? repeater.children.length;
}

/** The configuration with its Repeaters written out; each child of a Repeater is then one element (a View). */
export function expandRepeaters(config: Config, data: TaskData): Config {
  const { root } = config;
  if (!root || ![...root.walk()].some(isRepeater)) return config;
  const budget = { left: MAX_NODES };
  return new Config(copy(root, [], data, budget, null), config.errors);
}

interface Flag {
  readonly flag: string;
  readonly index: number;
}

function copy(
  node: ConfigNode,
  flags: readonly Flag[],
  data: TaskData,
  budget: { left: number },
  parent: ConfigNode | null,
): ConfigNode {
  budget.left--;
  const made = shell(node, flags, parent);
  if (!isRepeater(node)) {
    for (const child of node.children) made.children.push(copy(child, flags, data, budget, made));
    return made;
  }
  const value = resolveVariable(made.get('on') ?? '', data);
  const total = Array.isArray(value) ? value.length : 0;
  const flag = made.given('indexFlag') ?? '{{idx}}';
  const size = [...node.walk()].length;
  let index = 0;
  for (; index < total && budget.left >= size; index++) {
    const element = new ConfigNode('View', node.position);
    element.parent = made;
    made.children.push(element);
    places.set(element, index);
    for (const child of node.children) {
      element.children.push(copy(child, [...flags, { flag, index }], data, budget, element));
    }
  }
  if (index < total) totals.set(made, total);
  return made;
}

function shell(node: ConfigNode, flags: readonly Flag[], parent: ConfigNode | null): ConfigNode {
  const fill = (text: string) => flags.reduce((out, { flag, index }) => out.replaceAll(flag, String(index)), text);
  const made = new ConfigNode(node.tag, node.position);
  made.parent = parent;
  made.end = node.end;
  made.text = fill(node.text);
  made.markup = fill(node.markup);
  for (const attribute of node.attributes) made.setAttribute({ ...attribute, value: fill(attribute.value) });
  return made;
}

function isRepeater(node: ConfigNode): boolean {
  return node.type === 'repeater';
}

/** The elements around a node: each with its Repeater and its place in it. The innermost comes first. */
export function elementsAround(node: ConfigNode): { readonly repeater: ConfigNode; readonly index: number }[] {
  const found: { repeater: ConfigNode; index: number }[] = [];
  for (let at = node; at.parent; at = at.parent) {
    if (isRepeater(at.parent)) found.push({ repeater: at.parent, index: places.get(at) ?? 0 });
  }
  return found;
}

/** Which element of each Repeater the person is at: the keys of labels and choices act there. */
export class CurrentElements {
  readonly changed = new Emitter<ConfigNode>();
  /** Asks a Repeater to show one of its elements. */
  readonly wanted = new Emitter<{ readonly repeater: ConfigNode; readonly index: number }>();
  private readonly at = new Map<ConfigNode, number>();
  private keysLead = false;

  current(repeater: ConfigNode): number {
    return this.at.get(repeater) ?? 0;
  }

  enter(repeater: ConfigNode, index: number): void {
    if (this.current(repeater) === index) return;
    this.at.set(repeater, index);
    this.changed.emit(repeater);
  }

  /** An element came under the pointer: the person is there, unless keys brought it under a pointer that rests. */
  underPointer(repeater: ConfigNode, index: number): void {
    if (!this.keysLead) this.enter(repeater, index);
  }

  /** The person took the pointer or the wheel again. */
  pointerLeads(): void {
    this.keysLead = false;
  }

  /** Goes to an element and brings it to the screen. */
  go(repeater: ConfigNode, index: number): void {
    this.keysLead = true;
    this.enter(repeater, index);
    this.wanted.emit({ repeater, index });
  }

  /** Is this node in the current element of every Repeater around it (or in none)? */
  has(node: ConfigNode): boolean {
    return elementsAround(node).every(({ repeater, index }) => this.current(repeater) === index);
  }

  /** Actions of a control inside elements: they work only where the person is. */
  bound(node: ConfigNode, actions: readonly Action[]): readonly Action[] {
    if (elementsAround(node).length === 0) return actions;
    return actions.map((action) => ({
      ...action,
      enabled: () => this.has(node) && action.enabled?.() !== false,
    }));
  }

  /** Brings the elements around a node to the screen. */
  show(node: ConfigNode): void {
    for (const { repeater, index } of elementsAround(node).reverse()) this.go(repeater, index);
  }
}
