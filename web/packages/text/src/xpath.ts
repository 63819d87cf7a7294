/**
 * The small part of XPath that results use: child steps with 1-based numbers, ending in a text node.
 * `/div[1]/p[2]/text()[1]`. A number may be left out (`/p/text()`): it means the first.
 */

/** Path of a node below a root; `/` for the root itself. */
export function pathOf(root: Node, node: Node): string {
  const steps: string[] = [];
  for (let at: Node | null = node; at && at !== root; at = at.parentNode) {
    const name = nameOf(at);
    let index = 1;
    for (let before = at.previousSibling; before; before = before.previousSibling) if (nameOf(before) === name) index++;
    steps.push(`${name}[${index}]`);
  }
  return `/${steps.reverse().join('/')}`;
}

const STEP = /^(text\(\)|[a-z][\w.:-]*)(?:\[(\d+)\])?$/i;
/** Deeper paths than any parser makes. */
const MAX_STEPS = 1000;

/** The node at a path, or null. Steps that are none (functions, axes) never match and never throw. */
export function nodeAt(root: Node, path: string): Node | null {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  if (steps.length > MAX_STEPS) return null;
  let node: Node = root;
  for (const step of steps) {
    const parsed = STEP.exec(step);
    if (!parsed) return null;
    const name = (parsed[1] as string).toLowerCase();
    let left = parsed[2] === undefined ? 1 : Number(parsed[2]);
    let child = node.firstChild;
    for (; child; child = child.nextSibling) if (nameOf(child) === name && --left === 0) break;
    if (!child) return null;
    node = child;
  }
  return node;
}

function nameOf(node: Node): string {
  if (node.nodeType === 3) return 'text()';
  return node.nodeType === 1 ? (node as Element).localName.toLowerCase() : '';
}
