/** Keys of the regions tree, as screen readers know them from other trees. */
import type { Editor } from '../core/editor';
import { moveBelow, type Row, type Rows } from '../core/region-rows';

export interface TreeContext {
  readonly editor: Editor;
  readonly rows: Rows;
  /** Row that has the focus; -1 when none has. */
  readonly index: number;
  go(index: number): void;
  select(row: Row, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): void;
  fold(key: string, close: boolean): void;
  openMenu(row: Row): void;
}

/** Carries out a key, or leaves it to the editor. */
export function treeKey(event: React.KeyboardEvent, tree: TreeContext): void {
  // Questions that stand in rows have their own keys.
  if ((event.target as Element).closest('[data-row-field]')) return;
  const { editor, rows } = tree;
  const { view } = editor.document;
  const index = Math.max(0, tree.index);
  const row = rows.at(index);
  const own = () => {
    event.preventDefault();
    event.stopPropagation();
  };
  const go = (to: number) => {
    own();
    const next = Math.max(0, Math.min(rows.length - 1, to));
    const target = rows.at(next);
    if (event.shiftKey && target?.kind === 'region' && !view.isSelected(target.id)) {
      const from = row?.kind === 'region' && !view.isSelected(row.id) ? [row.id] : [];
      view.select([...view.selected, ...from, target.id]);
    }
    tree.go(next);
  };
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.altKey && row?.kind === 'region' && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
    own();
    if (event.key === 'ArrowLeft') moveBelow(editor, [row.id], parentOf(rows, parentIndex(rows, index)));
    else {
      const above = previousSibling(rows, index);
      if (above !== null) moveBelow(editor, [row.id], above);
    }
    return;
  }
  if (!plain) return;
  switch (event.key) {
    case 'ArrowDown':
      return go(tree.index < 0 ? 0 : index + 1);
    case 'ArrowUp':
      return go(index - 1);
    case 'Home':
      return go(0);
    case 'End':
      return go(rows.length - 1);
    case 'PageDown':
      return go(index + 10);
    case 'PageUp':
      return go(index - 10);
    case ' ':
    case 'Enter':
      if (!row) return;
      own();
      return tree.select(row, event.key === ' ' ? { shiftKey: false, ctrlKey: true, metaKey: false } : event);
    case 'F2':
      if (row?.kind !== 'region') return;
      if (!view.isSelected(row.id)) view.select([row.id]);
      return;
    case 'F10':
    case 'ContextMenu':
      if (!row || (event.key === 'F10' && !event.shiftKey)) return;
      own();
      return tree.openMenu(row);
    case 'ArrowRight':
      if (!row) return;
      if (isParent(row) && row.folded) {
        own();
        return tree.fold(foldKey(row), false);
      }
      return isParent(row) ? go(index + 1) : own();
    case 'ArrowLeft':
      if (!row) return;
      if (isParent(row) && !row.folded) {
        own();
        return tree.fold(foldKey(row), true);
      }
      return go(parentIndex(rows, index));
    default:
  }
}

/** Under what a row is remembered as folded. */
function foldKey(row: Row): string {
  return row.kind === 'region' ? row.id : row.key;
}

function isParent(row: Row): boolean {
  return row.kind === 'group' || row.parent;
}

function levelOf(row: Row | undefined): number {
  return row?.kind === 'region' ? row.level : 1;
}

/** The row above that this one stands below; itself when it stands below none. */
function parentIndex(rows: Rows, index: number): number {
  const level = levelOf(rows.at(index));
  for (let at = index - 1; at >= 0; at--) if (levelOf(rows.at(at)) < level) return at;
  return index;
}

function parentOf(rows: Rows, index: number): string | null {
  const above = parentIndex(rows, index);
  const up = above === index ? undefined : rows.at(above);
  return up?.kind === 'region' ? up.id : null;
}

/** The region on the same level right above; it can take this one below itself. */
function previousSibling(rows: Rows, index: number): string | null {
  const level = levelOf(rows.at(index));
  for (let at = index - 1; at >= 0; at--) {
    const row = rows.at(at);
    if (levelOf(row) < level) return null;
    if (levelOf(row) === level) return row?.kind === 'region' ? row.id : null;
  }
  return null;
}
