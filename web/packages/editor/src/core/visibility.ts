/**
 * `visibleWhen` and its companions: what is shown now, and which answers are written. Conditions
 * look at the selection and at answers; a hidden tag counts as not answered.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { choiceTree } from './choice-tree';
import { isPerItem, isPerRegion, labelsRegions } from './config';
import type { Editor } from './editor';
import { labelList } from './labels';
import { ANSWER } from './store';
import { answerHolder } from './subjects';
import type { Facet, Region } from './types';

export class Visibility {
  constructor(private readonly editor: Editor) {}

  /** Is this tag shown now, with the present selection? Ancestors count. */
  isShown(node: ConfigNode): boolean {
    const region = this.selectedRegion();
    if (!this.allHold(node, look(region, true))) return false;
    return !isPerRegion(node) || (region !== undefined && this.appliesTo(node, region));
  }

  /**
   * Does a perRegion control ask about this region: same object, its `whenLabelValue` and `whenRole`
   * fit, and so do those of every part around it that is shown for selected regions only?
   */
  appliesTo(node: ConfigNode, region: Region): boolean {
    if (region.kind === ANSWER || !this.editor.config.targetsOf(node).includes(region.object)) return false;
    if (!this.fitsWords(node, region)) return false;
    for (let one: ConfigNode | null = node; one; one = one.parent) {
      if (condition(one) === 'region-selected' && !this.regionFits(one, region)) return false;
    }
    return true;
  }

  /**
   * Is this answer part of what is submitted? Answers of branches hidden by choices are not, nor
   * perRegion answers whose region lost the label they ask for. Selection plays no part.
   */
  isSaved(region: Region, facet: Facet, at: Look = look(region, false)): boolean {
    const node = this.editor.config.byName.get(facet.from);
    if (!node) return true;
    if (!this.allHold(node, at)) return false;
    const wanted = isPerRegion(node) ? node.given('whenLabelValue') : undefined;
    return !wanted || region.kind === ANSWER || this.hasLabel(region, wanted);
  }

  /** `isSaved` for a whole result: each control is looked at once for the task, and once for each region. */
  keeper(): (region: Region, facet: Facet) => boolean {
    const task = look(undefined, false);
    let last: Look | null = null;
    return (region, facet) => {
      if (region.kind === ANSWER && region.itemIndex === undefined) return this.isSaved(region, facet, task);
      if (last?.region !== region) last = look(region, false);
      return this.isSaved(region, facet, last);
    };
  }

  /** The one selected region. */
  selectedRegion(): Region | undefined {
    const { document } = this.editor;
    return document.view.single === null ? undefined : document.store.get(document.view.single);
  }

  /** Do the conditions of a tag and of everything around it hold? */
  private allHold(node: ConfigNode, at: Look): boolean {
    for (let one: ConfigNode | null = node; one; one = one.parent) if (!this.holds(one, at)) return false;
    return true;
  }

  private holds(node: ConfigNode, at: Look): boolean {
    switch (condition(node)) {
      case 'region-selected':
        return !at.bySelection || this.regionFits(node, at.region);
      case 'no-region-selected':
        return !at.bySelection || at.region === undefined;
      case 'choice-selected':
        return this.choiceFits(node, at);
      case 'choice-unselected':
        return !this.choiceFits(node, at);
      default:
        // Old form: whenChoiceValue alone, compared as a whole.
        return !node.given('whenChoiceValue') || this.choiceFits(node, at, true);
    }
  }

  private regionFits(node: ConfigNode, region: Region | undefined): boolean {
    if (!region || region.kind === ANSWER) return false;
    const tag = node.given('whenTagName');
    if (tag && !region.facets.some((facet) => facet.from === tag)) return false;
    return this.fitsWords(node, region);
  }

  /** Do the region's labels and role fit what the tag names? */
  private fitsWords(node: ConfigNode, region: Region): boolean {
    const label = node.given('whenLabelValue');
    if (label && !this.hasLabel(region, label)) return false;
    const role = node.given('whenRole');
    return !role || list(role).includes(roleOf(region));
  }

  private choiceFits(node: ConfigNode, at: Look, exact = false): boolean {
    const wanted = node.given('whenChoiceValue');
    const values = wanted === undefined ? null : new Set(exact ? [wanted] : [wanted, ...list(wanted)]);
    for (const control of this.referred(node)) {
      if (!this.isAnswerable(control, at)) continue;
      for (const facet of this.answersOf(control, at)) {
        const chosen = leaves(facet.answer);
        if (chosen.length === 0) continue;
        if (!values) return true;
        if (chosen.some((value) => values.has(value) || values.has(this.titleOf(control, value)))) return true;
      }
    }
    return false;
  }

  /** The control named by `whenTagName`, or every choices control but the tag itself. */
  private referred(node: ConfigNode): readonly ConfigNode[] {
    const name = node.given('whenTagName');
    if (name) {
      const control = this.editor.config.byName.get(name);
      return control ? [control] : [];
    }
    this.choiceControls ??= this.editor.config.controls.filter(
      (control) => control.type === 'choices' || control.type === 'taxonomy',
    );
    return this.choiceControls.filter((control) => control !== node);
  }
  private choiceControls: readonly ConfigNode[] | null = null;

  /** A hidden control is not answered; each control is looked at once, also when controls wait in a circle. */
  private isAnswerable(control: ConfigNode, at: Look): boolean {
    const known = at.answerable.get(control);
    if (known !== undefined) return known;
    at.answerable.set(control, false);
    let able = true;
    for (let one: ConfigNode | null = control; one && able; one = one.parent) {
      // What stands in a part for selected regions was answered while one was selected.
      const bySelection = condition(one) === 'region-selected' || condition(one) === 'no-region-selected';
      able = bySelection || this.holds(one, at);
    }
    at.answerable.set(control, able);
    return able;
  }

  /**
   * What a control says about a region, or about the task. Without a region, a perRegion control
   * says nothing on the screen; in what is saved it says what it says about any region.
   */
  private answersOf(control: ConfigNode, { region, bySelection }: Look): readonly Facet[] {
    const { store } = this.editor.document;
    const from = (holder: Region | undefined) => holder?.facets.filter((facet) => facet.from === control.name) ?? [];
    const marked = region && region.kind !== ANSWER ? region : undefined;
    if (isPerRegion(control)) {
      if (marked || bySelection) return from(marked);
      return [...store.all()].filter((one) => one.kind !== ANSWER && !one.suggested).flatMap(from);
    }
    if (!isPerItem(control)) return from(store.answer(control.name));
    const index = region?.itemIndex ?? (bySelection ? this.editor.page(this.objectOf(control)) : undefined);
    if (index !== undefined) return from(answerHolder(this.editor, control, index));
    return [...store.all()].filter((one) => one.kind === ANSWER).flatMap(from);
  }

  private objectOf(control: ConfigNode): string {
    return this.editor.config.targetsOf(control)[0] ?? '';
  }

  /** Conditions may name the shown value of a choice that stores an alias. */
  private titleOf(control: ConfigNode, stored: string): string {
    return choiceTree(control, this.editor.task.data).byStored.get(stored)?.choice.title ?? stored;
  }

  private hasLabel(region: Region, wanted: string): boolean {
    const values = [wanted, ...list(wanted)];
    return region.facets.some((facet) => {
      const node = this.editor.config.byName.get(facet.from);
      if (!node || !labelsRegions(node)) return false;
      return labelList(facet).some((stored) => {
        const title = this.editor.labels.find(facet.from, stored)?.title ?? stored;
        return values.includes(stored) || values.includes(title);
      });
    });
  }
}

/** One look at the conditions: for the screen (`bySelection`) or for what is saved about a region. */
interface Look {
  readonly region: Region | undefined;
  readonly bySelection: boolean;
  /** Controls that were looked at already. */
  readonly answerable: Map<ConfigNode, boolean>;
}

function look(region: Region | undefined, bySelection: boolean): Look {
  return { region, bySelection, answerable: new Map() };
}

/** `visibleWhen` of a tag in lower case. */
function condition(node: ConfigNode): string | undefined {
  return node.get('visibleWhen')?.trim().toLowerCase();
}

/** Role of a region that is a chat message; empty for other regions. */
function roleOf(region: Region): string {
  for (const { answer } of region.facets) {
    if (typeof answer === 'object' && answer !== null && Object.hasOwn(answer, 'role')) {
      return String((answer as { readonly role: unknown }).role);
    }
  }
  return '';
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
