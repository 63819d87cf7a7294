/** Regions as items of the scene: shape, colours and widths from labels and configuration, tag text. */
import type { ItemStyle, SceneItem, Size } from '@labelkeep/canvas';
import type { ConfigNode } from '@labelkeep/labeling';
import { cssColor, type Editor, isLabelsControl, NO_LABEL_COLOR, type Region } from '../../core';
import { bridgeOf } from './bridges';

/** Colour of shapes of a control that has no labels at all. */
const SHAPE_COLOR = '#f48a42';

export class ItemMaker {
  /** Thousands of regions share a few looks. */
  private readonly styles = new Map<string, ItemStyle>();

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
    return {
      id: region.id,
      shape: bridge.toShape(region.geometry, size),
      style: this.style(region, control),
      order: region.seq,
      rotatable: control?.bool('canRotate', true) ?? true,
      snapToPixel: snapsToPixel(control),
      caption: () => this.caption(region.id),
    };
  }

  /** Look of what the active tool would draw. */
  draftStyle(control: ConfigNode | undefined, kind: string): ItemStyle {
    const armed = this.editor.labels.activeColor(this.object, control?.name);
    return this.make(control, kind, armed === NO_LABEL_COLOR ? this.plainColor(control) : armed, false);
  }

  /** The control that drew a region: its attributes decide widths and opacity. */
  controlOf(region: Region): ConfigNode | undefined {
    const { config } = this.editor;
    const facet = region.facets.find((one) => this.editor.isShapeFacet(region, one)) ?? region.facets[0];
    return facet && config.byName.get(facet.from);
  }

  private style(region: Region, control: ConfigNode | undefined): ItemStyle {
    const look = this.editor.labels.style(region);
    const color = look.labels.length > 0 ? look.color : this.plainColor(control);
    const open = region.kind === 'polygon' && (region.geometry as { closed?: unknown }).closed === false;
    return this.make(control, region.kind, color, open);
  }

  private make(control: ConfigNode | undefined, kind: string, color: string, dashed: boolean): ItemStyle {
    const key = `${control?.name}\u0000${kind}\u0000${color}\u0000${dashed}`;
    const known = this.styles.get(key);
    if (known) return known;
    const labelled = control !== undefined && isLabelsControl(control);
    const bridge = bridgeOf(kind);
    const opacity = bridge?.fillOpacity ?? 0.2;
    const style: ItemStyle = {
      color,
      fillOpacity: unit(control?.number('fillOpacity', control.number('opacity', opacity)) ?? opacity),
      strokeWidth: Math.max(0, Math.min(100, control?.number('strokeWidth', bridge?.strokeWidth ?? 1) ?? 1)),
      ...(dashed ? { dashed } : {}),
      pointSize:
        POINT_SIZES[
          control?.oneOf('pointSize', ['small', 'medium', 'large'], labelled ? 'medium' : 'small') ?? 'small'
        ],
      pointStyle: control?.oneOf('pointStyle', ['rectangle', 'circle'], labelled ? 'rectangle' : 'circle') ?? 'circle',
    };
    this.styles.set(key, style);
    return style;
  }

  /** Grey where a label is missing; the control's own colour where there are none to give. */
  private plainColor(control: ConfigNode | undefined): string {
    if (this.editor.labels.controls(this.object).length > 0) return NO_LABEL_COLOR;
    return cssColor(control?.get('fillColor')) ?? cssColor(control?.get('strokeColor')) ?? SHAPE_COLOR;
  }

  private caption(id: string): string {
    if (!this.captions()) return '';
    const { document, labels } = this.editor;
    const region = document.store.get(id);
    if (!region) return '';
    return [String(document.regionNumber(id)), labels.style(region).labels.join(', ')]
      .filter((part) => part !== '')
      .join(' ');
  }
}

/** Half the side of a point handle, CSS pixels. */
const POINT_SIZES = { small: 4, medium: 4.5, large: 6 } as const;

export function snapsToPixel(control: ConfigNode | undefined): boolean {
  return control?.get('snap')?.trim().toLowerCase() === 'pixel';
}

function unit(value: number): number {
  return Math.max(0, Math.min(1, value));
}
