/**
 * Relations between regions of the open document: making and changing them, and what of them is
 * looked at (hidden, hovered, chosen, the one being made). Only the relations themselves are saved.
 */
import { cssColor } from '../../core/config';
import type { Editor } from '../../core/editor';
import { Emitter } from '../../core/emitter';
import { newRegionId } from '../../core/ids';
import type { Relation } from '../../core/types';

export type Direction = Relation['direction'];

/** One label of the Relations tag. */
export interface RelationLabel {
  readonly value: string;
  /** `#rrggbb`, or null: the colour of relations without label. */
  readonly color: string | null;
}

const NEXT: Readonly<Record<Direction, Direction>> = { right: 'left', left: 'bi', bi: 'right' };
const SAID: Readonly<Record<Direction, string>> = {
  right: 'from first to second',
  left: 'from second to first',
  bi: 'both ways',
};

const states = new WeakMap<Editor, Relations>();

/** The relations of an editor. */
export function relationsOf(editor: Editor): Relations {
  let state = states.get(editor);
  if (!state) {
    state = new Relations(editor);
    states.set(editor, state);
  }
  return state;
}

export class Relations {
  /** What is looked at changed; changes of the relations themselves come from the document's store. */
  readonly changed = new Emitter();
  readonly labels: readonly RelationLabel[];
  /** May a relation carry several labels? */
  readonly multiple: boolean;
  /** Has the configuration a Relations tag? */
  readonly configured: boolean;
  private readonly hidden = new Set<string>();
  private fromId: string | null = null;
  private chosenId: string | null = null;
  private hoveredId: string | null = null;
  private stopFollowing: (() => void) | null = null;

  constructor(readonly editor: Editor) {
    const tags = [...(editor.config.root?.walk() ?? [])].filter((node) => node.type === 'relations');
    this.configured = tags.length > 0;
    this.multiple = tags.every((node) => node.oneOf('choice', ['single', 'multiple'], 'multiple') === 'multiple');
    const seen = new Map<string, RelationLabel>();
    for (const tag of tags) {
      for (const node of tag.walk()) {
        const value = node.type === 'relation' ? (node.given('value') ?? node.text) : '';
        if (value !== '' && !seen.has(value)) seen.set(value, { value, color: cssColor(node.get('background')) });
      }
    }
    this.labels = [...seen.values()];
    editor.documentChanged.subscribe(() => this.stop());
  }

  all(): readonly Relation[] {
    return this.editor.document.store.relations();
  }

  /** Region that waits for the other end; null when no relation is being made. */
  get from(): string | null {
    return this.fromId;
  }
  /** The relation that the keys act on. */
  get chosen(): string | null {
    return this.chosenId;
  }
  get hovered(): string | null {
    return this.hoveredId;
  }
  isHidden(id: string): boolean {
    return this.hidden.has(id);
  }
  get allHidden(): boolean {
    const all = this.all();
    return all.length > 0 && all.every((relation) => this.hidden.has(relation.id));
  }

  /** Colour of a relation: that of its first label that has one. */
  color(relation: Relation): string | null {
    for (const value of relation.labels) {
      const color = this.labels.find((label) => label.value === value)?.color;
      if (color) return color;
    }
    return null;
  }

  /**
   * Waits for the other end: the next region that is selected, anywhere, becomes it. With two regions
   * selected there is nothing to wait for.
   */
  begin(): void {
    const { editor } = this;
    const [first, second, third] = editor.document.view.selected;
    if (editor.readonly) {
      editor.notify('info', 'Relations of a read-only annotation can’t be changed. Copy it to a new annotation.');
      return;
    }
    if (first === undefined || third !== undefined) {
      editor.notify('info', 'Select the region where the relation begins, then press the key again.');
      return;
    }
    if (second !== undefined) {
      this.link(first, second);
      return;
    }
    this.stop();
    this.fromId = first;
    const { document } = editor;
    const offs = [
      document.view.selectionChanged.subscribe(() => this.picked()),
      document.store.membership.subscribe(() => document.store.get(first) ?? this.stop()),
    ];
    this.stopFollowing = () => {
      for (const off of offs) off();
    };
    editor.announce('Choose the region where the relation ends. Escape leaves it.');
    this.changed.emit();
  }

  /** Leaves the making of a relation. True when one was being made. */
  stop(): boolean {
    if (this.fromId === null) return false;
    this.stopFollowing?.();
    this.stopFollowing = null;
    this.fromId = null;
    this.changed.emit();
    return true;
  }

  /** Makes a relation as one step and chooses it; null when there is one, or the document is read-only. */
  link(from: string, to: string): string | null {
    const { editor } = this;
    const { document } = editor;
    if (from === to) return null;
    const known = this.all().find((one) => one.from === from && one.to === to);
    if (known) {
      editor.notify('info', 'These regions have this relation already.');
      this.choose(known.id);
      return null;
    }
    const id = `relation-${newRegionId()}`;
    const made = document.edit('Add relation', (edit) =>
      edit.putRelation(id, {
        id,
        from,
        to,
        direction: 'right',
        labels: [],
        seq: document.store.takeSeq(),
        changed: true,
      }),
    );
    if (!made) return null;
    editor.announce(`Relation from ${this.nameOf(from)} to ${this.nameOf(to)} added`);
    this.choose(id);
    return id;
  }

  /** Turns the arrow: right, left, both ways. */
  turn(id: string): void {
    const relation = this.editor.document.store.relation(id);
    if (!relation) return;
    const direction = NEXT[relation.direction];
    this.change(id, 'Turn relation', { direction });
    this.editor.announce(`Relation goes ${SAID[direction]}`);
  }

  /** Adds or takes off a label; with single choice it replaces the others. */
  toggleLabel(id: string, value: string): void {
    const relation = this.editor.document.store.relation(id);
    if (!relation) return;
    const on = relation.labels.includes(value);
    const rest = this.multiple ? relation.labels.filter((one) => one !== value) : [];
    this.change(id, 'Label relation', { labels: on ? rest : [...rest, value] });
  }

  remove(ids: readonly string[]): void {
    const { editor } = this;
    const removed = editor.document.edit(
      ids.length === 1 ? 'Delete relation' : `Delete ${ids.length} relations`,
      (edit) => {
        for (const id of ids) edit.putRelation(id, null);
      },
    );
    if (!removed) return;
    if (this.chosenId !== null && ids.includes(this.chosenId)) this.chosenId = null;
    this.hoveredId = null;
    editor.announce(ids.length === 1 ? 'Relation deleted' : `${ids.length} relations deleted`);
    this.changed.emit();
  }

  setHidden(ids: readonly string[], hidden: boolean): void {
    for (const id of ids) {
      if (hidden) this.hidden.add(id);
      else this.hidden.delete(id);
    }
    this.changed.emit();
  }

  choose(id: string | null): void {
    if (id === this.chosenId) return;
    this.chosenId = id;
    this.changed.emit();
  }

  hover(id: string | null): void {
    if (id === this.hoveredId) return;
    this.hoveredId = id;
    this.changed.emit();
  }

  /** A few words about a region at an end. */
  nameOf(id: string): string {
    const region = this.editor.document.store.get(id);
    return region ? this.editor.describe(region) : 'a region that is gone';
  }

  private picked(): void {
    const { fromId } = this;
    const { view } = this.editor.document;
    const to = view.selected.find((id) => id !== fromId);
    if (fromId === null || to === undefined) return;
    this.stop();
    this.link(fromId, to);
    // The eye is at the other end now; the next relation often begins where this one did.
    view.select([fromId]);
  }

  private change(id: string, step: string, part: Partial<Pick<Relation, 'direction' | 'labels'>>): void {
    const { document } = this.editor;
    document.edit(step, (edit) => {
      const relation = document.store.relation(id);
      if (relation) edit.putRelation(id, { ...relation, ...part, changed: true });
    });
  }
}
