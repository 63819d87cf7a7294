/** A parsed configuration as its readers need it: nodes by name, objects and controls in order. */
import type { Diagnostic } from './diagnostic';
import type { ConfigNode } from './node';
import { type Family, tagSpec } from './registry';
import { parseXml } from './xml';

export class Config {
  /** All named nodes; the first of two with the same name. */
  readonly byName = new Map<string, ConfigNode>();
  readonly objects: ConfigNode[] = [];
  readonly controls: ConfigNode[] = [];
  private readonly targets = new Map<ConfigNode, readonly string[]>();

  constructor(
    /** Null when the text is not well-formed. */
    readonly root: ConfigNode | null,
    /** What kept the text from being read. */
    readonly errors: readonly Diagnostic[],
  ) {
    if (!root) return;
    for (const node of root.walk()) {
      if (node.name === '') continue;
      if (!this.byName.has(node.name)) this.byName.set(node.name, node);
      if (familyOf(node) === 'object') this.objects.push(node);
    }
    const only = this.objects.length === 1 ? this.objects[0]?.name : undefined;
    for (const node of root.walk()) {
      if (node.name === '' || node.type === 'filter') continue;
      // An object that names itself in `toName` (Chat) is a control too.
      const names =
        node.toNames.length > 0 || familyOf(node) !== 'control' ? node.toNames : only === undefined ? [] : [only];
      if (names.length === 0) continue;
      this.controls.push(node);
      this.targets.set(node, names);
    }
  }

  /** Names of the objects that a control works on; with one object and no `toName`, that one. */
  targetsOf(control: ConfigNode): readonly string[] {
    return this.targets.get(control) ?? control.toNames;
  }

  /** Controls of an object, in order of the configuration. */
  controlsOf(object: string): readonly ConfigNode[] {
    return this.controls.filter((control) => this.targetsOf(control).includes(object));
  }
}

/** Which family a tag belongs to. A tag that the registry does not know is told by its attributes. */
export function familyOf(node: ConfigNode): Family {
  const known = tagSpec(node.tag)?.family;
  if (known) return known;
  if (node.has('toName')) return 'control';
  return node.name !== '' && (node.has('value') || node.has('valueList')) ? 'object' : 'visual';
}

/** Parses a configuration. Errors are in the result; nothing is thrown. */
export function parseConfig(xml: string): Config {
  const { root, errors } = parseXml(xml);
  return new Config(root, errors);
}
