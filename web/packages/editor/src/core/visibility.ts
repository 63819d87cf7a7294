/**
 * `visibleWhen` and its companions: what is shown now, and which answers are written. Conditions
 * look at the selection and at answers; a hidden tag counts as not answered.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { isPerRegion } from './config';
import type { Editor } from './editor';
import { labelList } from './labels';
import { ANSWER } from './store';
import type { Facet, Region } from './types';

export class Visibility {
  constructor(private readonly editor: Editor) {}

  /** Is this tag shown now, with the present selection? Ancestors count. */
  isShown(node: ConfigNode): boolean {
    const region = this.selectedRegion();
    for (let one: ConfigNode | null = node; one; one = one.parent) {
      if (!this.holds(one, region, true, new Set())) return false;
    }
    return !isPerRegion(node) || (region !== undefined && this.appliesTo(node, region));
  }

  /** Does a perRegion control ask about this region: same object, and `whenLabelValue` fits? */
  appliesTo(node: ConfigNode, region: Region): boolean {
    if (region.kind === ANSWER || !this.editor.config.targetsOf(node).includes(region.object)) return false;
    const wanted = node.get('whenLabelValue');
    if (wanted && !this.hasLabel(region, wanted)) return false;
    const tag = node.get('whenTagName');
    const byRegion = node.get('visibleWhen') === 'region-selected';
    return !(byRegion && tag) || region.facets.some((facet) => facet.from === tag);
  }

  /**
   * Is this answer part of what is submitted? Answers of branches hidden by choices are not, nor
   * perRegion answers whose region lost the label they ask for. Selection plays no part.
   */
  isSaved(region: Region, facet: Facet): boolean {
    const node = this.editor.config.byName.get(facet.from);
    if (!node) return true;
    for (let one: ConfigNode | null = node; one; one = one.parent) {
      if (!this.holds(one, region, false, new Set())) return false;
    }
    const wanted = isPerRegion(node) ? node.get('whenLabelValue') : undefined;
    return !wanted || region.kind === ANSWER || this.hasLabel(region, wanted);
  }

  /** The one selected region. */
  selectedRegion(): Region | undefined {
    const { document } = this.editor;
    return document.view.single === null ? undefined : document.store.get(document.view.single);
  }

  /** Conditions of one tag; `bySelection` false leaves those about the selection out. */
  private holds(node: ConfigNode, region: Region | undefined, bySelection: boolean, seen: Set<ConfigNode>): boolean {
    const when = node.get('visibleWhen')?.trim().toLowerCase();
    switch (when) {
      case 'region-selected':
        return !bySelection || this.regionFits(node, region);
      case 'no-region-selected':
        return !bySelection || region === undefined;
      case 'choice-selected':
        return this.choiceFits(node, region, seen);
      case 'choice-unselected':
        return !this.choiceFits(node, region, seen);
      default:
        // Old form: whenChoiceValue alone, compared as a whole.
        return !node.has('whenChoiceValue') || this.choiceFits(node, region, seen, true);
    }
  }

  private regionFits(node: ConfigNode, region: Region | undefined): boolean {
    if (!region || region.kind === ANSWER) return false;
    const tag = node.get('whenTagName');
    if (tag && !region.facets.some((facet) => facet.from === tag)) return false;
    const label = node.get('whenLabelValue');
    return !label || this.hasLabel(region, label);
  }

  private choiceFits(node: ConfigNode, region: Region | undefined, seen: Set<ConfigNode>, exact = false): boolean {
    if (seen.has(node)) return false;
    seen.add(node);
    const wanted = node.get('whenChoiceValue');
    for (const control of this.referred(node)) {
      if (!this.isAnswerable(control, region, seen)) continue;
      const facet = this.answerOf(control, region);
      const chosen = leaves(facet?.answer);
      if (chosen.length === 0) continue;
      if (!wanted) return true;
      const values = exact ? [wanted] : [wanted, ...list(wanted)];
      if (chosen.some((value) => values.includes(value) || values.includes(this.titleOf(control, value)))) return true;
    }
    return false;
  }

  /** The control named by `whenTagName`, or every choices control but the tag itself. */
  private referred(node: ConfigNode): readonly ConfigNode[] {
    const name = node.get('whenTagName');
    if (name) {
      const control = this.editor.config.byName.get(name);
      return control ? [control] : [];
    }
    return this.editor.config.controls.filter(
      (control) => control !== node && (control.type === 'choices' || control.type === 'taxonomy'),
    );
  }

  private isAnswerable(control: ConfigNode, region: Region | undefined, seen: Set<ConfigNode>): boolean {
    for (let one: ConfigNode | null = control; one; one = one.parent) {
      if (seen.has(one) && one !== control) continue;
      if (!this.holds(one, region, false, seen)) return false;
    }
    return true;
  }

  private answerOf(control: ConfigNode, region: Region | undefined): Facet | undefined {
    const { store } = this.editor.document;
    if (isPerRegion(control)) return region?.facets.find((facet) => facet.from === control.name);
    const object = this.editor.config.targetsOf(control)[0] ?? '';
    const answer =
      store.answer(control.name, region?.itemIndex) ??
      store.answer(control.name, this.editor.page(object)) ??
      store.answer(control.name);
    return answer?.facets.find((facet) => facet.from === control.name);
  }

  /** Conditions may name the shown value of a choice that stores an alias. */
  private titleOf(control: ConfigNode, stored: string): string {
    for (const node of control.walk()) {
      if (node.type === 'choice' && node.get('alias') === stored) return node.get('value') ?? stored;
    }
    return stored;
  }

  private hasLabel(region: Region, wanted: string): boolean {
    const values = [wanted, ...list(wanted)];
    return region.facets.some((facet) => {
      const node = this.editor.config.byName.get(facet.from);
      if (!node?.type.endsWith('labels')) return false;
      return labelList(facet).some((stored) => {
        const title = this.editor.labels.find(facet.from, stored)?.title ?? stored;
        return values.includes(stored) || values.includes(title);
      });
    });
  }
}

/** Chosen values: of a path its last element. */
function leaves(answer: unknown): readonly string[] {
  if (!Array.isArray(answer)) return [];
  return answer
    .map((one: unknown) => (Array.isArray(one) ? one.at(-1) : one))
    .filter((one): one is string => typeof one === 'string');
}

function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
