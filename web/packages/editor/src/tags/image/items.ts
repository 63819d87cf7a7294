/** Regions as items of the scene: shape, colours and widths from labels and configuration, tag text. */
import type { ItemStyle, PathRules, SceneItem, Size } from '@labelkeep/canvas';
import type { ConfigNode } from '@labelkeep/labeling';
import { cssColor, type Editor, isLabelsControl, NO_LABEL_COLOR, type Region } from '../../core';
import { pathRules } from '../vector/rules';
import { bridgeOf } from './bridges';

/** Colour of shapes where neither a label nor their control gives one. */
const SHAPE_COLOR = '#f48a42';

/** What the control that drew a region says about changing it. */
type Traits = Pick<SceneItem, 'rotatable' | 'snapToPixel'>;

export class ItemMaker {
  /** Thousands of regions share a few looks. */
  private readonly styles = new Map<string, ItemStyle>();
  private readonly looks = new Map<string, ItemStyle>();
  private readonly rules = new Map<string, PathRules>();
  private readonly traits = new Map<ConfigNode | undefined, Traits>();

  constructor(
    private readonly editor: Editor,
    private readonly object: string,
    private readonly captions: () => boolean,
  ) {}

  /** Null for kinds that the canvas cannot draw, and for what is not decoded yet. */
  item(region: Region, size: Size): SceneItem | null {
    const bridge = bridgeOf(region.kind);
    if (!bridge) return null;
    if (bridge.ready?.(region.geometry) === false) return null;
    const control = this.controlOf(region);
    const { rotatable, snapToPixel } = this.traitsOf(control);
    const { id } = region;
    // Written out: copying parts of objects into others takes twice as long, a hundred thousand times.
    const item: SceneItem = {
      id,
      shape: bridge.toShape(region.geometry, size),
      style: this.style(region, control),
      order: region.seq,
      rotatable,
      snapToPixel,
      caption: () => this.caption(id),
    };
    return region.kind === 'vector' ? { ...item, rules: this.rulesOf(control) } : item;
  }

  private traitsOf(control: ConfigNode | undefined): Traits {
    let traits = this.traits.get(control);
    if (!traits) {
      traits = { rotatable: control?.bool('canRotate', true) ?? true, snapToPixel: snapsToPixel(control) };
      this.traits.set(control, traits);
    }
    return traits;
  }

  /** Look of what the active tool would draw. */
  draftStyle(control: ConfigNode | undefined, kind: string): ItemStyle {
    const armed = this.editor.labels.activeColor(this.object, control?.name);
    if (armed !== NO_LABEL_COLOR) return this.make(control, kind, { fill: armed });
    return this.make(control, kind, this.plainColors(control, kind));
  }

  /** The control that drew a region: its attributes decide widths and opacity. */
  controlOf(region: Region): ConfigNode | undefined {
    const { config } = this.editor;
    const { facets } = region;
    const drew = facets.length > 1 ? facets.find((one) => this.editor.isShapeFacet(region, one)) : undefined;
    const facet = drew ?? facets[0];
    return facet && config.byName.get(facet.from);
  }

  /** By far the most regions have one label and nothing else: those with the same one look the same. */
  private style(region: Region, control: ConfigNode | undefined): ItemStyle {
    const [facet] = region.facets;
    const answer = region.facets.length === 1 ? facet?.answer : undefined;
    const label = Array.isArray(answer) && answer.length === 1 ? answer[0] : undefined;
    if (!facet || typeof label !== 'string' || region.kind === 'polygon' || region.suggested)
      return this.ownStyle(region, control);
    const key = `${facet.from}\u0000${region.kind}\u0000${label}`;
    const known = this.looks.get(key);
    if (known) return known;
    const style = this.ownStyle(region, control);
    this.looks.set(key, style);
    return style;
  }

  private ownStyle(region: Region, control: ConfigNode | undefined): ItemStyle {
    const incomplete = region.kind === 'polygon' && (region.geometry as { closed?: unknown }).closed === false;
    const dashed = incomplete || region.suggested === true;
    const labels = this.editor.labels.ofRegion(region);
    if (labels.length === 0) return this.make(control, region.kind, this.plainColors(control, region.kind), dashed);
    const known = labels.find((one) => one.label)?.label;
    // The control's outline is for labels that have no colour of their own.
    const outline = known?.node?.get('background') ? null : cssColor(control?.get('strokeColor'));
    const fill = known?.color ?? NO_LABEL_COLOR;
    return this.make(control, region.kind, outline === null ? { fill } : { fill, outline }, dashed);
  }

  private make(control: ConfigNode | undefined, kind: string, colors: Colors, dashed = false): ItemStyle {
    const { fill, outline } = colors;
    const key = [control?.name, kind, fill, outline, dashed].join('\u0000');
    const known = this.styles.get(key);
    if (known) return known;
    const labelled = control !== undefined && isLabelsControl(control);
    const bridge = bridgeOf(kind);
    const opacity = bridge?.fillOpacity ?? 0.2;
    const width = Math.max(0, Math.min(100, control?.number('strokeWidth', bridge?.strokeWidth ?? 1) ?? 1));
    const style: ItemStyle = {
      color: fill,
      ...(outline === undefined || outline === fill ? {} : { strokeColor: outline }),
      fillOpacity: unit(control?.number('fillOpacity', control.number('opacity', opacity)) ?? opacity),
      // Of key points it is the size; a wide outline would make them larger than the result says.
      ...(kind === 'keypoint' ? { strokeWidth: Math.min(1, width), markerSize: width } : { strokeWidth: width }),
      ...(dashed ? { dashed } : {}),
      ...pointSizes(control, kind, labelled),
      pointStyle: control?.oneOf('pointStyle', ['rectangle', 'circle'], labelled ? 'rectangle' : 'circle') ?? 'circle',
    };
    this.styles.set(key, style);
    return style;
  }

  /** Grey where a label is missing; the control's own colour where there are none to give. */
  private plainColors(control: ConfigNode | undefined, kind: string): Colors {
    if (this.editor.labels.controls(this.object).length > 0) return { fill: NO_LABEL_COLOR };
    const plain = bridgeOf(kind)?.color ?? SHAPE_COLOR;
    return {
      fill: cssColor(control?.get('fillColor')) ?? plain,
      outline: cssColor(control?.get('strokeColor')) ?? plain,
    };
  }

  private rulesOf(control: ConfigNode | undefined): PathRules {
    const name = control?.name ?? '';
    const rules = this.rules.get(name) ?? pathRules(control);
    this.rules.set(name, rules);
    return rules;
  }

  private caption(id: string): string {
    if (!this.captions()) return '';
    const { document, labels } = this.editor;
    const region = document.store.get(id);
    if (!region) return '';
    const name = region.suggested ? 'Suggested' : String(document.regionNumber(id));
    return [name, labels.style(region).labels.join(', ')].filter((part) => part !== '').join(' ');
  }
}

/** `#rrggbb`. */
interface Colors {
  readonly fill: string;
  /** Where it differs. */
  readonly outline?: string;
}

/** Half the side of a point handle, CSS pixels. */
const POINT_SIZES = { small: 4, medium: 4.5, large: 6 } as const;

function pointSizes(
  control: ConfigNode | undefined,
  kind: string,
  labelled: boolean,
): Pick<ItemStyle, 'pointSize' | 'dotSize'> {
  const fallback = labelled ? 'medium' : 'small';
  const named = POINT_SIZES[control?.oneOf('pointSize', ['small', 'medium', 'large'], fallback) ?? fallback];
  if (kind !== 'vector') return { pointSize: named };
  // Paths say it in pixels, for those that are selected and for the others.
  const size = (name: string, otherwise: number) =>
    Math.max(0, Math.min(50, control?.number(name, otherwise) ?? otherwise));
  return {
    pointSize: size('pointSizeEnabled', control?.get('pointSize') ? named : 5),
    dotSize: size('pointSizeDisabled', 3),
  };
}

export function snapsToPixel(control: ConfigNode | undefined): boolean {
  return control?.get('snap')?.trim().toLowerCase() === 'pixel';
}

function unit(value: number): number {
  return Math.max(0, Math.min(1, value));
}
