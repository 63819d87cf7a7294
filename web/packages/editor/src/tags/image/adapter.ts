/** Gives the canvas what it needs of the editor: selection, rights, edits as steps of undo. */
import {
  type CreateOptions,
  type ItemStyle,
  isMask,
  type PathRules,
  type Point,
  type Shape,
  type ShapeChange,
  type Size,
  type StageModel,
} from '@labelkeep/canvas';
import type { Mask } from '@labelkeep/canvas/raster';
import type { ConfigNode } from '@labelkeep/labeling';
import type { Edit, Editor, JsonObject, Region, ToolDescriptor } from '../../core';
import type { WandPicture } from '../raster/wand';
import { pathRules } from '../vector/rules';
import { bridgeOf } from './bridges';
import { type ItemMaker, snapsToPixel } from './items';

export interface ImageState {
  readonly object: string;
  readonly size: Size;
  /** Is there an image to draw on? */
  readonly loaded: boolean;
  /** The picture for the magic wand; null without one. */
  readonly picture: WandPicture | null;
  /** Degrees by which the view is turned. */
  readonly rotation: number;
  /** Page of a multi-image object; undefined for a single image. */
  readonly page: number | undefined;
}

/** Milliseconds without a stroke until the model is asked about a mask. */
const PAUSE = 1200;

export class ImageModel implements StageModel {
  private asking: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly editor: Editor,
    private readonly items: ItemMaker,
    private readonly state: () => ImageState,
  ) {}

  /** Asks nobody any more. */
  destroy(): void {
    clearTimeout(this.asking);
  }

  selected(): readonly string[] {
    return this.editor.document.view.selected;
  }
  select(ids: readonly string[]): void {
    const { view, store } = this.editor.document;
    const before = view.selected;
    view.select(ids);
    if (view.selected === before) return;
    const region = view.single === null ? undefined : store.get(view.single);
    if (region) this.editor.announce(`Selected ${this.editor.describe(region)}`);
    else this.editor.announce(ids.length === 0 ? 'Nothing selected' : `${ids.length} regions selected`);
  }
  hover(id: string | null): void {
    this.editor.document.view.hover(id);
  }
  canChange(id: string): boolean {
    return this.editor.document.canChange(id);
  }
  canDraw(): boolean {
    const { loaded, object } = this.state();
    // Without an image there is no size, and percent of nothing would be saved.
    return loaded && this.editor.canCreate(object, this.control()?.name);
  }

  armed(): boolean {
    const control = this.control();
    if (!control || this.editor.readonly) return false;
    return this.editor.labels
      .activeControls(this.state().object)
      .some((one) => one === control || one.type === 'labels');
  }

  hasLabels(): boolean {
    return this.editor.labels.controls(this.state().object).length > 0;
  }

  draftStyle(): ItemStyle {
    return this.items.draftStyle(
      this.control(),
      this.editor.modules.forTag(this.control()?.type ?? '')?.shape?.kind ?? '',
    );
  }
  snapToPixel(): boolean {
    return snapsToPixel(this.control());
  }

  wandThreshold(): number {
    return this.wand()?.number('defaultThreshold', 15) ?? 15;
  }

  async flood(at: Point, threshold: number): Promise<Mask | null> {
    const { picture } = this.state();
    if (!picture) return null;
    try {
      return await picture.flood(at, threshold, this.wand()?.number('blurRadius', 5) ?? 5);
    } catch (error) {
      this.tell(error instanceof Error ? error.message : 'The magic wand found nothing.');
      return null;
    }
  }

  create(shape: Shape, how: CreateOptions = {}): string | null {
    const control = this.control();
    const bridge = bridgeOf(shape.kind);
    if (!control || !bridge) return null;
    const { object, size, page, loaded } = this.state();
    if (!loaded) return null;
    const id = this.editor.createRegion({
      object,
      kind: bridge.kind,
      geometry: bridge.toGeometry(shape, size, null),
      control: control.name,
      envelope: this.envelope(this.prompt(shape, how)),
      ...(page === undefined ? {} : { itemIndex: page }),
    });
    // One goes on painting the same region.
    if (id !== null && isMask(shape)) this.editor.document.view.select([id]);
    else if (id !== null && isWhole(shape)) this.afterDrawing();
    if (id !== null && this.asks) {
      if (isMask(shape)) this.askSoon(id);
      else this.editor.askModel(id);
    }
    return id;
  }

  finished(): void {
    this.afterDrawing();
  }

  pathRules(): PathRules {
    return pathRules(this.control());
  }

  remove(label: string, ids: readonly string[]): void {
    this.editor.document.edit(label, (edit) => edit.remove(ids));
  }

  change(label: string): ShapeChange {
    const gesture = this.editor.document.gesture(label);
    return {
      update: (shapes) => gesture.update((edit) => this.write(edit, shapes)),
      commit: () => gesture.commit(),
      cancel: () => gesture.cancel(),
    };
  }

  edit(label: string, shapes: ReadonlyMap<string, Shape>, mergeKey?: string): boolean {
    const closes = [...shapes].some(([id, shape]) => isWhole(shape) && isOpen(this.editor.document.store.get(id)));
    const done = this.editor.document.edit(
      label,
      (edit) => this.write(edit, shapes),
      mergeKey === undefined ? {} : { mergeKey },
    );
    if (done && closes) this.afterDrawing();
    for (const [id, shape] of shapes) if (done && this.asks && isMask(shape)) this.askSoon(id);
    return done;
  }

  tell(text: string): void {
    this.editor.notify('info', text);
  }

  announce(text: string): void {
    this.editor.announce(text);
  }

  /** The control of the tool in the hand. */
  control(): ConfigNode | undefined {
    const tool = this.tool();
    const name = tool?.alsoFor?.find((one) => this.editor.labels.active(one).length > 0) ?? tool?.control;
    return name === undefined ? undefined : this.editor.config.byName.get(name);
  }

  /** The Magicwand whose tool is in the hand. */
  private wand(): ConfigNode | undefined {
    const name = this.editor.tools.active(this.state().object)?.id.split(':')[1];
    return name === undefined ? undefined : this.editor.config.byName.get(name);
  }

  /** Does the tool in the hand hand what it draws to a model? */
  private get asks(): boolean {
    return this.tool()?.offered === 'with-model';
  }

  /** A mask is painted in several strokes: the model is asked when one pauses. */
  private askSoon(id: string): void {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.editor.askModel(id), PAUSE);
  }

  private tool(): ToolDescriptor | null {
    return this.editor.tools.active(this.state().object);
  }

  /** A point that is drawn for a model says whether it is meant or not meant. */
  private prompt(shape: Shape, how: CreateOptions): JsonObject {
    const asks = shape.kind === 'keypoint' && this.asks;
    return asks ? { is_positive: how.negative !== true } : {};
  }

  private write(edit: Edit, shapes: ReadonlyMap<string, Shape>): void {
    const { size, loaded } = this.state();
    if (!loaded) return;
    for (const [id, shape] of shapes) {
      const region = edit.get(id);
      const bridge = region && bridgeOf(region.kind);
      if (!region || !bridge) continue;
      edit.setGeometry(id, bridge.toGeometry(shape, size, region.geometry));
      const envelope = this.envelope(region.envelope);
      if (Object.entries(envelope).some(([key, value]) => region.envelope[key] !== value))
        edit.setEnvelope(id, envelope);
    }
  }

  private envelope(before: JsonObject): JsonObject {
    const { size, rotation } = this.state();
    return { ...before, original_width: size.width, original_height: size.height, image_rotation: rotation };
  }

  /** Without "keep tool" one goes back to selecting. */
  private afterDrawing(): void {
    const { object } = this.state();
    if (!this.editor.settings.get('keepTool')) this.editor.tools.activate(object, 'select');
  }
}

function isWhole(shape: Shape): boolean {
  return (shape as { readonly closed?: boolean }).closed !== false;
}

function isOpen(region: Region | undefined): boolean {
  return region !== undefined && (region.geometry as { readonly closed?: boolean } | undefined)?.closed === false;
}
