/** What a Taxonomy offers now: its tree, with entries that annotators added (`legacy`). */
import type { ConfigNode } from '@labelkeep/labeling';
import { type ChoiceTree, choiceTree, indexChoices, pathKey } from '../../core/choice-tree';
import type { ChoiceDef } from '../../core/config';
import type { Editor } from '../../core/editor';
import type { Path } from './answer';
import { RemoteTree } from './remote';

const remotes = new WeakMap<Editor, Map<string, RemoteTree>>();

/** The remote tree of a control with `apiUrl`; the same one as long as the task is open. */
export function remoteTree(editor: Editor, node: ConfigNode): RemoteTree | null {
  if (!node.given('apiUrl') || node.bool('legacy')) return null;
  const known = remotes.get(editor) ?? new Map<string, RemoteTree>();
  remotes.set(editor, known);
  let tree = known.get(node.name);
  if (!tree) {
    const address = editor.valueOf(node, 'apiUrl');
    const base = typeof document === 'undefined' ? 'http://localhost/' : document.baseURI;
    tree = new RemoteTree(typeof address === 'string' ? address : '', base);
    known.set(node.name, tree);
  }
  return tree;
}

const additions = new WeakMap<Editor, Map<string, Path[]>>();

/** Entries that were added by hand in this sitting; they stay in the tree when they are taken away. */
export function addedPaths(editor: Editor, node: ConfigNode): Path[] {
  const known = additions.get(editor) ?? new Map<string, Path[]>();
  additions.set(editor, known);
  const paths = known.get(node.name) ?? [];
  known.set(node.name, paths);
  return paths;
}

/** The tree with further paths put in where they belong; the same tree when it has them all. */
export function withPaths(tree: ChoiceTree, paths: readonly Path[]): ChoiceTree {
  const missing = paths.filter((path) => path.length > 0 && !tree.byPath.has(pathKey(path)));
  if (missing.length === 0) return tree;
  let { roots } = tree;
  for (const path of missing) roots = withPath(roots, path);
  return indexChoices(roots);
}

function withPath(level: readonly ChoiceDef[], [step, ...rest]: Path): readonly ChoiceDef[] {
  if (step === undefined) return level;
  const at = level.findIndex((choice) => choice.stored === step);
  if (at < 0) return [...level, added(step, withPath([], rest))];
  return level.map((choice, index) =>
    index === at ? { ...choice, children: withPath(choice.children, rest) } : choice,
  );
}

function added(stored: string, children: readonly ChoiceDef[]): ChoiceDef {
  const nothing = { hint: '', html: '', hotkey: '', style: '', color: null };
  return { stored, title: stored, ...nothing, selected: false, readonly: false, children };
}

/** The entries offered for these answers. */
export function offeredTree(editor: Editor, node: ConfigNode, answer: readonly Path[]): ChoiceTree {
  const remote = remoteTree(editor, node);
  if (remote) return remote.tree;
  const tree = choiceTree(node, editor.task.data);
  return node.bool('legacy') ? withPaths(tree, [...answer, ...addedPaths(editor, node)]) : tree;
}
