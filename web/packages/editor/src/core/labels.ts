/**
 * Labels that are switched on for the next region, and what a label choice does: with regions
 * selected it relabels them, otherwise it arms the label.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { keyPath, pathKey } from './choice-tree';
import { type LabelDef, labelsOf, labelsRegions, NO_LABEL_COLOR } from './config';
import type { Editor } from './editor';
import { Emitter } from './emitter';
import type { ToolDescriptor } from './tag';
import { pathLabel, taxonomyLabels } from './taxonomy-labels';
import type { Facet, Region } from './types';

/** How a region is drawn. Colours are `#rrggbb`, widths CSS pixels. */
export interface RegionStyle {
  readonly color: string;
  readonly fillOpacity: number;
  readonly strokeWidth: number;
  /** Titles of its labels. */
  readonly labels: readonly string[];
}

export class Labels {
  /** Armed labels changed. */
  readonly changed = new Emitter();
  private readonly armed = new Map<string, readonly string[]>();
  private readonly definitions = new Map<string, readonly LabelDef[]>();
  private readonly byStored = new Map<string, Map<string, LabelDef>>();

  constructor(private readonly editor: Editor) {
    for (const control of editor.config.controls) {
      if (!labelsRegions(control)) continue;
      const read = control.type === 'taxonomy' ? taxonomyLabels : labelsOf;
      const labels = read(control, editor.task.data);
      this.definitions.set(control.name, labels);
      this.byStored.set(control.name, new Map(labels.map((label) => [label.stored, label])));
      const preset = labels.filter((label) => label.selected).map((label) => label.stored);
      if (preset.length > 0) this.armed.set(control.name, multiple(control) ? preset : preset.slice(0, 1));
    }
  }

  /** Labels of a control, those from the task's data included. */
  of(control: string): readonly LabelDef[] {
    return this.definitions.get(control) ?? [];
  }

  find(control: string, stored: string): LabelDef | undefined {
    const labels = this.byStored.get(control);
    const known = labels?.get(stored);
    const node = this.editor.config.byName.get(control);
    if (known || !labels || node?.type !== 'taxonomy') return known;
    const made = pathLabel(node, stored);
    labels.set(stored, made);
    return made;
  }

  /** What results hold for labels of a control: their stored values, or the paths of a Taxonomy. */
  answer(control: ConfigNode, stored: readonly string[]): unknown {
    return control.type === 'taxonomy' ? stored.map(keyPath) : stored;
  }

  /** Stored values that are armed for a control. */
  active(control: string): readonly string[] {
    return this.armed.get(control) ?? [];
  }

  /** Labels controls with an armed label on this object. */
  activeControls(object: string): readonly ConfigNode[] {
    return this.controls(object).filter((control) => this.active(control.name).length > 0);
  }

  /** Labels controls of an object, in order of the configuration. */
  controls(object: string): readonly ConfigNode[] {
    return this.editor.config.controlsOf(object).filter((control) => this.definitions.has(control.name));
  }

  /**
   * A person chose a label (click or key). Selected regions of that object are relabelled;
   * otherwise the label is armed or, when it was armed, put down.
   */
  choose(control: ConfigNode, stored: string): void {
    const { document } = this.editor;
    const targets = document.view.selected.filter((id) => this.fits(document.store.get(id), control));
    if (targets.length > 0) {
      this.relabel(targets, control, stored);
      return;
    }
    const current = this.active(control.name);
    const on = current.includes(stored);
    if (!on && !this.usable(control.name, stored)) return;
    const next = on ? current.filter((value) => value !== stored) : multiple(control) ? [...current, stored] : [stored];
    this.arm(control, next);
    const label = this.find(control.name, stored);
    this.editor.announce(on ? `Label ${label?.title ?? stored} off` : `Label ${label?.title ?? stored} on`);
  }

  /** Arms labels of a control. Controls with a tool of their own exclude each other on an object. */
  arm(control: ConfigNode, stored: readonly string[]): void {
    if (stored.length > 0) this.armed.set(control.name, stored);
    else this.armed.delete(control.name);
    if (stored.length > 0 && !needsNoTool(control)) {
      for (const object of this.editor.config.targetsOf(control)) {
        for (const other of this.controls(object)) {
          if (other !== control && !needsNoTool(other)) this.armed.delete(other.name);
        }
        // A tool that draws for this control stays in the hand (the magic wand of a brush).
        const inHand = this.editor.tools.active(object);
        const serves = inHand?.control === control.name || inHand?.alsoFor?.includes(control.name) === true;
        if (serves && !inHand.subtracts) continue;
        const tool = this.editor.tools.of(object).find((one) => one.control === control.name);
        if (tool) this.editor.tools.activate(object, tool.id);
      }
    }
    this.changed.emit();
  }

  /** Puts all labels down. */
  clear(): void {
    if (this.armed.size === 0) return;
    this.armed.clear();
    this.changed.emit();
  }

  /** Called after a region was made: without "keep label selected" its labels are put down. */
  afterUse(object: string): void {
    if (this.editor.settings.get('continuousLabeling')) return;
    let any = false;
    for (const control of this.controls(object)) any = this.armed.delete(control.name) || any;
    if (any) this.changed.emit();
  }

  /** False, with a message to the person, when the label's `maxUsages` is reached. */
  usable(control: string, stored: string): boolean {
    const label = this.find(control, stored);
    if (!label || label.maxUsages === null) return true;
    const used = this.usages(control, stored);
    if (used < label.maxUsages) return true;
    this.editor.notify(
      'warning',
      `“${label.title}” may be used ${times(label.maxUsages)} in a task, and it is. Choose another label or delete a region.`,
    );
    return false;
  }

  /** False, with a message to the person, when so many more regions would carry a label more often than it may be used. */
  allowsMore(regions: Iterable<Pick<Region, 'facets'>>): boolean {
    const more = new Map<LabelDef, { readonly control: string; count: number }>();
    for (const { facets } of regions) {
      for (const facet of facets) {
        for (const stored of labelList(facet)) {
          const label = this.find(facet.from, stored);
          if (!label || label.maxUsages === null) continue;
          const known = more.get(label);
          if (known) known.count++;
          else more.set(label, { control: facet.from, count: 1 });
        }
      }
    }
    for (const [label, { control, count }] of more) {
      if (this.usages(control, label.stored) + count <= (label.maxUsages ?? Infinity)) continue;
      this.editor.notify(
        'warning',
        `“${label.title}” may be used ${times(label.maxUsages ?? 0)} in a task: these regions would be too many.`,
      );
      return false;
    }
    return true;
  }

  /** Regions that carry a label. */
  usages(control: string, stored: string): number {
    let count = 0;
    for (const region of this.editor.document.store.all()) {
      if (region.suggested) continue;
      if (labelList(region.facets.find((facet) => facet.from === control)).includes(stored)) count++;
    }
    return count;
  }

  /** Sets or takes off a label of regions, as one step. */
  relabel(ids: readonly string[], control: ConfigNode, stored: string): void {
    const { document } = this.editor;
    const able = ids.filter((id) => document.canChange(id) && this.fits(document.store.get(id), control));
    if (able.length === 0) {
      if (ids.length > 0)
        this.editor.notify('warning', 'These regions are locked: unlock them to change their labels.');
      return;
    }
    const facetOf = (id: string) => document.store.get(id)?.facets.find((facet) => facet.from === control.name);
    const all = able.every((id) => labelList(facetOf(id)).includes(stored));
    if (!all && !this.usable(control.name, stored)) return;
    document.edit(all ? 'Remove label' : 'Label', (edit) => {
      for (const id of able) {
        const region = edit.get(id);
        if (!region) continue;
        const own = region.facets.find((facet) => facet.from === control.name);
        const current = labelList(own);
        const next = all
          ? current.filter((value) => value !== stored)
          : multiple(control)
            ? [...new Set([...current, stored])]
            : [stored];
        const shape = region.facets.find((facet) => this.editor.isShapeFacet(region, facet));
        const answer = this.answer(control, next);
        if (!own && shape && !needsNoTool(control)) {
          edit.replaceFacet(id, shape.from, { from: control.name, type: control.type, answer });
        } else if (
          next.length === 0 &&
          own &&
          region.facets.length > 1 &&
          own !== shape &&
          !control.bool('allowEmpty')
        ) {
          edit.setAnswer(id, control.name, control.type, undefined);
        } else {
          edit.setAnswer(id, control.name, own?.type ?? this.editor.resultType(control, region), answer);
        }
      }
    });
    const title = this.find(control.name, stored)?.title ?? stored;
    this.editor.announce(
      `${able.length === 1 ? 'Region' : `${able.length} regions`}: ${all ? 'removed' : 'set'} ${title}`,
    );
  }

  /** The tool that a control's labels are drawn with, where the object has other labels too: equal names are told apart by it. */
  toolOf(control: ConfigNode): ToolDescriptor | undefined {
    for (const object of this.editor.config.targetsOf(control)) {
      const tools = this.editor.tools.of(object);
      const own = tools.find((tool) => tool.control === control.name && !tool.subtracts);
      const other = ({ control: name }: ToolDescriptor) =>
        name !== undefined && name !== control.name && this.of(name).length > 0;
      if (own && tools.some(other)) return own;
    }
    return undefined;
  }

  /** Can this control label this region? Same object, and a shape that the control makes. */
  fits(region: Region | undefined, control: ConfigNode): boolean {
    if (!region || !this.editor.config.targetsOf(control).includes(region.object)) return false;
    if (needsNoTool(control)) return true;
    const kind = this.editor.modules.forNode(control)?.shape?.kind;
    return kind === undefined || kind === region.kind;
  }

  /** Labels of a region with their definitions; unknown labels keep their stored text. */
  ofRegion(
    region: Region,
  ): readonly { readonly stored: string; readonly label: LabelDef | undefined; readonly control: string }[] {
    const found: { stored: string; label: LabelDef | undefined; control: string }[] = [];
    for (const facet of region.facets) {
      if (!this.definitions.has(facet.from)) continue;
      for (const stored of labelList(facet)) {
        found.push({ stored, label: this.find(facet.from, stored), control: facet.from });
      }
    }
    return found;
  }

  style(region: Region): RegionStyle {
    const labels = this.ofRegion(region);
    const known = labels.find((one) => one.label);
    const from = known?.control ?? labels[0]?.control ?? region.facets[0]?.from;
    const control = from ? this.editor.config.byName.get(from) : undefined;
    return {
      color: known?.label?.color ?? NO_LABEL_COLOR,
      fillOpacity: clamp01(control?.number('fillOpacity', control.number('opacity', 0.2)) ?? 0.2),
      strokeWidth: Math.max(0, Math.min(100, control?.number('strokeWidth', 1) ?? 1)),
      labels: labels.map((one) => one.label?.title ?? one.stored),
    };
  }

  /** Colour of the region that would be drawn now on this object. */
  activeColor(object: string, control?: string): string {
    const names = control
      ? [
          control,
          ...this.controls(object)
            .filter(needsNoTool)
            .map((c) => c.name),
        ]
      : this.controls(object).map((c) => c.name);
    for (const name of names) {
      const first = this.active(name)[0];
      const label = first === undefined ? undefined : this.find(name, first);
      if (label) return label.color;
    }
    return NO_LABEL_COLOR;
  }
}

/** The labels of a facet, paths by their keys; an empty list when its answer is no list. */
export function labelList(facet: Facet | undefined): readonly string[] {
  if (!Array.isArray(facet?.answer)) return [];
  return facet.answer.flatMap((one: unknown) =>
    typeof one === 'string' ? [one] : Array.isArray(one) ? [pathKey(one.map(String))] : [],
  );
}

/** Labels that go with any shape, or with spans: no tool is bound to them. */
function needsNoTool(control: ConfigNode): boolean {
  return ['labels', 'hypertextlabels', 'taxonomy'].includes(control.type);
}

function multiple(control: ConfigNode): boolean {
  return control.type === 'taxonomy' || control.oneOf('choice', ['single', 'multiple'], 'single') === 'multiple';
}

function clamp01(value: number): number {
  return Math.max(0, Math.min(1, value));
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
