/**
 * Curves of relations over the data, between regions of any objects. One SVG for all of them, in the
 * labeling area's own coordinates, so that scrolling the area moves it without drawing; what else moves
 * regions is followed by `PlaceWatch`.
 */
import type { Editor } from '../../core/editor';
import type { Relation } from '../../core/types';
import { PlaceWatch } from '../../panels/parts/place-watch';
import { arrowAt, type Box, curveBetween } from './curve';
import { relationsOf } from './model';
import styles from './relations.module.css';

/** More curves than this can't be told apart. */
const MAX_CURVES = 400;
const SVG = 'http://www.w3.org/2000/svg';

interface Drawn {
  readonly group: SVGGElement;
  key: string;
}

export class RelationLayer {
  private readonly svg: SVGSVGElement;
  private readonly drawn = new Map<string, Drawn>();
  private readonly abort = new AbortController();
  private readonly places: PlaceWatch;
  private readonly off: () => void;

  constructor(
    private readonly area: HTMLElement,
    private readonly editor: Editor,
  ) {
    const page = area.ownerDocument;
    this.svg = page.createElementNS(SVG, 'svg');
    this.svg.setAttribute('class', styles['layer'] ?? '');
    this.svg.setAttribute('aria-hidden', 'true');
    area.append(this.svg);
    const relations = relationsOf(editor);
    this.places = new PlaceWatch(area, editor, () => {
      if (this.drawn.size === 0 && relations.all().length === 0) return false;
      this.update();
      return this.drawn.size > 0;
    });
    this.off = relations.changed.subscribe(this.places.watch);
  }

  destroy(): void {
    this.abort.abort();
    this.places.destroy();
    this.off();
    this.svg.remove();
  }

  /** Reads all places, then writes. */
  private update(): void {
    const relations = relationsOf(this.editor);
    const all = relations.all();
    const wanted: { relation: Relation; from: Box; to: Box; lane: number }[] = [];
    const area = this.area.getBoundingClientRect();
    const boxes = new Map<string, Box | null>();
    const boxOf = (id: string): Box | null => {
      const known = boxes.get(id);
      if (known !== undefined) return known;
      const box = this.boxOf(id);
      boxes.set(id, box);
      return box;
    };
    const lanes = new Map<string, number>();
    for (const relation of all) {
      if (wanted.length >= MAX_CURVES) break;
      if (relations.isHidden(relation.id)) continue;
      const from = boxOf(relation.from);
      const to = from && boxOf(relation.to);
      if (!from || !to || !isNear(from, to, area)) continue;
      const pair = [relation.from, relation.to].sort().join('\u0000');
      const lane = lanes.get(pair) ?? 0;
      lanes.set(pair, lane + 1);
      wanted.push({ relation, from, to, lane });
    }
    const { scrollLeft, scrollTop } = this.area;
    const dx = scrollLeft - area.left - this.area.clientLeft;
    const dy = scrollTop - area.top - this.area.clientTop;
    const seen = new Set<string>();
    for (const { relation, from, to, lane } of wanted) {
      seen.add(relation.id);
      this.draw(relation, moved(from, dx, dy), moved(to, dx, dy), lane);
    }
    for (const [id, { group }] of this.drawn) {
      if (seen.has(id)) continue;
      group.remove();
      this.drawn.delete(id);
    }
  }

  private boxOf(id: string): Box | null {
    const { document, objects } = this.editor;
    const region = document.store.get(id);
    if (!region || document.view.isHidden(id)) return null;
    const object = objects.get(region.object);
    const box = object?.regionBox?.(id);
    return box ?? null;
  }

  private draw(relation: Relation, from: Box, to: Box, lane: number): void {
    const relations = relationsOf(this.editor);
    const { id } = relation;
    const curve = curveBetween(from, to, lane);
    const color = relations.color(relation) ?? '';
    const state = relations.hovered === id ? 'hovered' : relations.chosen === id ? 'chosen' : '';
    const label = relation.labels.join(', ');
    // A chosen relation shows which regions it joins.
    const frames = state === '' ? '' : `${frameAround(from)} ${frameAround(to)}`;
    const key = [curve.path, frames, relation.direction, color, state, label].join('|');
    const known = this.drawn.get(id);
    if (known?.key === key) return;
    const entry = known ?? { group: this.group(id), key };
    entry.key = key;
    this.drawn.set(id, entry);
    const { group } = entry;
    group.setAttribute('class', `${styles['relation'] ?? ''} ${state === '' ? '' : (styles[state] ?? '')}`);
    if (color) group.style.setProperty('--relation', color);
    else group.style.removeProperty('--relation');
    const [ends, halo, line, hit, arrows, text] = Array.from(group.children) as SVGElement[];
    ends?.setAttribute('d', frames);
    for (const path of [halo, line, hit]) path?.setAttribute('d', curve.path);
    const heads: string[] = [];
    if (relation.direction !== 'left') heads.push(arrowAt(curve.end, curve.endAngle));
    if (relation.direction !== 'right') heads.push(arrowAt(curve.start, curve.startAngle));
    arrows?.setAttribute('d', heads.join(' '));
    if (!text) return;
    text.textContent = label.length > 40 ? `${label.slice(0, 39)}…` : label;
    text.setAttribute('x', String(Math.round(curve.middle.x)));
    text.setAttribute('y', String(Math.round(curve.middle.y)));
  }

  private group(id: string): SVGGElement {
    const page = this.svg.ownerDocument;
    const group = page.createElementNS(SVG, 'g');
    for (const [name, part] of [
      ['path', 'ends'],
      ['path', 'halo'],
      ['path', 'line'],
      ['path', 'hit'],
      ['path', 'arrows'],
      ['text', 'label'],
    ] as const) {
      const element = page.createElementNS(SVG, name);
      element.setAttribute('class', styles[part] ?? '');
      group.append(element);
    }
    const relations = relationsOf(this.editor);
    const { signal } = this.abort;
    group.addEventListener('pointerenter', () => relations.hover(id), { signal });
    group.addEventListener('pointerleave', () => relations.hovered === id && relations.hover(null), { signal });
    group.addEventListener('click', () => relations.choose(relations.chosen === id ? null : id), { signal });
    group.dataset['relation'] = id;
    this.svg.append(group);
    return group;
  }
}

/** A frame a little larger than a region, as a path. */
function frameAround({ left, top, right, bottom }: Box): string {
  const gap = 2;
  return `M${Math.round(left) - gap} ${Math.round(top) - gap}H${Math.round(right) + gap}V${Math.round(bottom) + gap}H${Math.round(left) - gap}Z`;
}

function moved(box: Box, dx: number, dy: number): Box {
  return { left: box.left + dx, top: box.top + dy, right: box.right + dx, bottom: box.bottom + dy };
}

/** Does the curve come near the part of the area that is on screen? */
function isNear(a: Box, b: Box, area: DOMRect): boolean {
  const margin = 80;
  return (
    Math.min(a.top, b.top) < area.bottom + margin &&
    Math.max(a.bottom, b.bottom) > area.top - margin &&
    Math.min(a.left, b.left) < area.right + margin &&
    Math.max(a.right, b.right) > area.left - margin
  );
}
