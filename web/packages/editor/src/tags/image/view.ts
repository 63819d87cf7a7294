/**
 * The Image object in the page: loads the picture, mirrors the open document into the canvas's scene and
 * follows selection, labels, tools and settings. Drawing is the canvas's; the model is the editor's.
 */
import { closeLater, type SceneItem, type Size, Stage } from '@labelkeep/canvas';
import type { ConfigNode } from '@labelkeep/labeling';
import type { AnnotationDocument, ChangeBatch, ObjectContext, ObjectHandle, Region } from '../../core';
import { BrushSize } from '../raster/brush-size';
import { MaskLoader } from '../raster/loader';
import { WandPicture } from '../raster/wand';
import { imageActions } from './actions';
import { ImageModel, type ImageState } from './adapter';
import { fitHeight } from './fit-height';
import styles from './image.module.css';
import { ItemMaker } from './items';
import { type LoadedImage, loadImage } from './load';
import { LookPanel } from './look-panel';
import { cameraOptions, crossOriginOf, gridOf, sizeStyles } from './options';
import { PageStrip, type StripSource } from './page-strip';
import { preload } from './preload';
import { StatusPanel } from './status-panel';
import { themeOf, watchTheme } from './theme';
import { canvasTool } from './tool-names';
import { ToolbarRoom } from './toolbar-room';

const ROLE = 'image canvas';
/** Pages that are fetched before they are asked for. */
const AHEAD = 3;
/** Tools that have a size. */
const SIZED: ReadonlySet<string> = new Set(['brush', 'eraser', 'bitmask', 'bitmask-eraser']);

export class ImageView implements ObjectHandle {
  ready: Promise<void>;
  readonly stage: Stage;
  readonly look: LookPanel;
  private readonly root: HTMLElement;
  private readonly surface: HTMLElement;
  private readonly toolbarRoom: ToolbarRoom;
  private readonly status: StatusPanel;
  private items: ItemMaker;
  private actionsOff: () => void = () => {};
  private readonly offs: (() => void)[] = [];
  /** Ends of what goes with the task, and with the document. */
  private taskOffs: (() => void)[] = [];
  private documentOffs: (() => void)[] = [];
  readonly brushSize: BrushSize;
  private image: LoadedImage | null = null;
  /** Set with the image, and ended with it. */
  private masks: MaskLoader | null = null;
  private picture: WandPicture | null = null;
  private loading = new AbortController();
  /** What the person sees over the picture; the configuration says how it begins. */
  grid = false;
  crosshair = false;
  /** The pages of a list; null for one picture. */
  private strip: PageStrip | null = null;
  /** A region that is to be brought into view once its page is there. */
  private awaited: string | null = null;
  /** Hidden regions as the scene knows them. */
  private hidden = new Set<string>();

  constructor(
    host: HTMLElement,
    public context: ObjectContext,
  ) {
    const { editor, node } = context;
    const { ownerDocument } = host;
    this.root = ownerDocument.createElement('div');
    this.root.className = styles['root'] ?? '';
    this.surface = ownerDocument.createElement('div');
    this.surface.className = styles['surface'] ?? '';
    this.surface.tabIndex = 0;
    // The keys of the canvas are its own, as in a drawing program: screen readers pass them on.
    this.surface.setAttribute('role', 'application');
    this.surface.setAttribute('aria-roledescription', ROLE);
    this.root.append(this.surface);
    host.append(this.root);
    this.toolbarRoom = new ToolbarRoom(host.parentElement ?? host, () => this.applySettings());
    Object.assign(this.root.style, sizeStyles(node));
    if (this.root.style.height === '') {
      this.offs.push(fitHeight(this.root, `${node.name}\n${editor.options.config}`));
    }

    this.items = itemMaker(context);
    this.stage = new Stage(this.surface, this.makeModel());
    this.status = new StatusPanel(this.root, () => this.reload());
    this.brushSize = new BrushSize(this.root, this.stage);
    this.look = new LookPanel(this.root, this.stage, node);
    const follow = () => this.stage.setTheme(themeOf(this.root));
    follow();
    this.offs.push(watchTheme(this.root, follow));
    const zoom = ownerDocument.createElement('div');
    zoom.className = styles['zoom'] ?? '';
    zoom.setAttribute('aria-hidden', 'true');
    this.root.append(zoom);
    this.stage.onCamera = () => {
      const percent = this.stage.camera.zoom * 100;
      zoom.textContent = this.image ? `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %` : '';
    };
    this.ready = this.begin();
  }

  /** The canvases, their size and the size of the brush stay as they are; all else is as in a view that was just made. */
  openTask(context: ObjectContext): void {
    this.leave();
    this.showNothing();
    this.context = context;
    this.items = itemMaker(context);
    this.stage.setModel(this.makeModel());
    this.look.toggle(false);
    this.look.reset();
    this.ready = this.begin();
  }

  private begin(): Promise<void> {
    const { node } = this.context;
    this.strip = this.isList && this.pages > 1 ? new PageStrip(this.root, this.stripSource()) : null;
    this.root.toggleAttribute('data-pages', this.strip !== null);
    this.followEditor();
    this.crosshair = node.bool('crosshair');
    this.showGrid(node.bool('grid'));
    this.applySettings();
    this.applyTool();
    this.documentChanged();
    return this.load();
  }

  /** Ends what belongs to the task. */
  private leave(): void {
    this.loading.abort();
    for (const off of [...this.taskOffs, ...this.documentOffs]) off();
    this.taskOffs = [];
    this.documentOffs = [];
    this.masks?.end();
    this.masks = null;
    this.strip?.destroy();
    this.awaited = null;
  }

  private makeModel(): ImageModel {
    const model = new ImageModel(this.context.editor, this.items, () => this.state());
    this.taskOffs.push(() => model.destroy());
    return model;
  }

  get name(): string {
    return this.context.node.name;
  }

  /** Addresses of the pages: one, or those of `valueList`. */
  get addresses(): readonly unknown[] {
    const { value, node } = this.context;
    return Array.isArray(value) ? value : node.has('valueList') && value === undefined ? [] : [value];
  }
  get isList(): boolean {
    return Array.isArray(this.context.value);
  }
  get pages(): number {
    return Math.max(1, this.addresses.length);
  }
  get page(): number {
    return Math.max(0, Math.min(this.pages - 1, this.context.editor.page(this.name)));
  }
  /** Is the keyboard's focus on the image? */
  get focused(): boolean {
    return this.surface.ownerDocument.activeElement === this.surface;
  }

  /** Has another image the keyboard's focus? */
  otherFocused(): boolean {
    const active = this.surface.ownerDocument.activeElement;
    return active !== this.surface && active?.getAttribute('aria-roledescription') === ROLE;
  }

  state(): ImageState {
    return {
      object: this.name,
      size: this.size,
      loaded: this.image !== null,
      picture: this.picture,
      rotation: this.stage.camera.turns * 90,
      page: this.isList ? this.page : undefined,
    };
  }

  destroy(): void {
    this.leave();
    for (const off of this.offs) off();
    this.look.destroy();
    this.toolbarRoom.destroy();
    this.brushSize.destroy();
    this.stage.destroy();
    this.image?.close();
    this.image = null;
    this.root.remove();
  }

  reveal(regionId: string): void {
    // A page that is on its way shows the region when it has come.
    this.awaited = this.root.hasAttribute('aria-busy') ? regionId : null;
    this.stage.reveal(regionId);
  }

  regionBox(regionId: string): DOMRect | null {
    return this.hidden.has(regionId) ? null : this.stage.pageBox(regionId);
  }

  box(): DOMRect {
    return this.stage.visibleImage;
  }

  drawnCount(): number {
    return this.stage.drawnCount;
  }

  cancel(): boolean {
    if (this.look.open) {
      this.look.toggle(false);
      return true;
    }
    return this.stage.cancel() || this.stage.pointKeys.clear();
  }

  undoStep(): boolean {
    return this.stage.undoStep();
  }

  documentChanged(): void {
    for (const off of this.documentOffs) off();
    this.stage.abandon();
    const { document } = this.context.editor;
    this.documentOffs = [
      document.store.changed.subscribe((batch) => {
        this.mirror(document, batch);
        if (!batch.transient) this.strip?.changed();
      }),
      document.view.changed.subscribe((ids) => this.mirrorView(document, ids)),
    ];
    this.loadScene();
    this.strip?.changed();
  }

  showGrid(on: boolean): void {
    this.grid = on;
    this.stage.setLook({ grid: on ? gridOf(this.context.node) : null });
    this.context.editor.actions.refresh();
  }

  showCrosshair(on: boolean): void {
    this.crosshair = on;
    this.applySettings();
    this.context.editor.actions.refresh();
  }

  /** Turns the view by quarters; regions turn with it, their coordinates do not. */
  turn(quarters: number): void {
    this.stage.camera.turn(quarters);
    this.context.editor.announce(`View turned to ${this.stage.camera.turns * 90} degrees`);
  }

  private get size(): Size {
    return this.image?.size ?? { width: 1, height: 1 };
  }

  private async load(): Promise<void> {
    this.loading.abort();
    const loading = new AbortController();
    this.loading = loading;
    this.masks?.end();
    this.masks = null;
    this.picture = null;
    const { editor, node } = this.context;
    const written = this.addresses[this.page];
    const address = typeof written === 'string' && written.trim() !== '' ? editor.resolveUrl(written, node) : written;
    this.status.loading();
    this.strip?.turned();
    try {
      const image = await loadImage(address, crossOriginOf(node), loading.signal);
      if (this.image) closeLater([this.image]);
      this.image = image;
      this.status.done();
      this.stage.setImage(image.source, image.size, this.savedTurns());
      this.picture = new WandPicture(image.source, image.size);
      this.masks = new MaskLoader(
        editor,
        () => image.size,
        (ids) => this.masksRead(ids),
      );
      this.brushSize.show(this.brushControl());
    } catch (error) {
      if (loading.signal.aborted) return;
      this.showNothing();
      this.status.failed(error);
    }
    this.loadScene();
    if (this.awaited !== null) this.stage.reveal(this.awaited);
    this.awaited = null;
    this.stage.flush();
    this.preloadNext();
    await this.masks?.done();
  }

  private showNothing(): void {
    this.stage.setImage(null, { width: 1, height: 1 });
    if (this.image) closeLater([this.image]);
    this.image = null;
  }

  /** Lets the browser fetch the next pages. */
  private preloadNext(): void {
    if (!this.strip) return;
    const crossOrigin = crossOriginOf(this.context.node);
    for (let page = this.page + 1; page <= this.page + AHEAD; page++) preload(this.addressOf(page), crossOrigin);
  }

  private addressOf(page: number): string | null {
    const { editor, node } = this.context;
    const written = this.addresses[page];
    return typeof written === 'string' && written.trim() !== '' ? editor.resolveUrl(written, node) : null;
  }

  private stripSource(): StripSource {
    return {
      object: this.name,
      editor: this.context.editor,
      pages: this.pages,
      crossOrigin: crossOriginOf(this.context.node),
      page: () => this.page,
      address: (page) => this.addressOf(page),
    };
  }

  /** The control whose brush or eraser is in the hand. */
  private brushControl(): ConfigNode | null {
    const { editor } = this.context;
    const tool = editor.tools.active(this.name);
    const sized = tool && SIZED.has(canvasTool(tool.id)) ? tool.control : undefined;
    return (sized !== undefined && editor.config.byName.get(sized)) || null;
  }

  /** Masks were decoded. */
  private masksRead(ids: readonly string[]): void {
    const { document } = this.context.editor;
    document.store.refresh(ids);
    const hidden = ids.filter((id) => document.view.isHidden(id));
    for (const id of hidden) this.hidden.add(id);
    this.stage.scene.setHidden(hidden, true);
  }

  private reload(): void {
    this.stage.abandon();
    this.ready = this.load();
  }

  /** The turn with which the regions were saved. */
  private savedTurns(): 0 | 1 | 2 | 3 {
    for (const region of this.regions(this.context.editor.document)) {
      const rotation = region.envelope['image_rotation'];
      if (rotation === 90 || rotation === 180 || rotation === 270) return (rotation / 90) as 1 | 2 | 3;
      if (rotation === 0) return 0;
    }
    return 0;
  }

  private *regions(document: AnnotationDocument): Generator<Region> {
    yield* document.store.onObject(this.name, this.isList ? this.page : undefined);
  }

  private loadScene(): void {
    const { document } = this.context.editor;
    const items: SceneItem[] = [];
    const hidden: string[] = [];
    if (this.image) {
      for (const region of this.regions(document)) {
        const item = this.items.item(region, this.size);
        if (!item) {
          this.masks?.wants(region);
          continue;
        }
        items.push(item);
        if (document.view.isHidden(region.id)) hidden.push(region.id);
      }
    }
    this.stage.scene.load(items);
    this.stage.scene.setHidden(hidden, true);
    this.hidden = new Set(hidden);
    this.describe();
    this.stage.repaint();
  }

  private mirror(document: AnnotationDocument, batch: ChangeBatch): void {
    if (!this.image) return;
    const { scene } = this.stage;
    const items: SceneItem[] = [];
    for (const id of [...batch.added, ...batch.updated]) {
      const region = document.store.get(id);
      if (!region || region.object !== this.name) continue;
      if (this.isList && (region.itemIndex ?? 0) !== this.page) continue;
      const item = this.items.item(region, this.size);
      if (item) items.push(item);
      else this.masks?.wants(region);
    }
    if (items.length > 0) scene.put(items);
    if (batch.removed.length > 0) scene.remove(batch.removed);
    if (batch.added.length > 0 || batch.removed.length > 0) this.describe();
    this.stage.repaint();
  }

  private mirrorView(document: AnnotationDocument, ids: readonly string[]): void {
    const { view } = document;
    const { scene } = this.stage;
    const changed = ids.filter((id) => scene.get(id) && this.hidden.has(id) !== view.isHidden(id));
    const hide = changed.filter((id) => view.isHidden(id));
    const show = changed.filter((id) => !view.isHidden(id));
    for (const id of hide) this.hidden.add(id);
    for (const id of show) this.hidden.delete(id);
    if (hide.length > 0) scene.setHidden(hide, true);
    if (show.length > 0) scene.setHidden(show, false);
    this.stage.setHovered(view.hovered);
    this.stage.repaint();
    this.context.editor.actions.refresh();
  }

  private followEditor(): void {
    const { editor, node } = this.context;
    this.taskOffs.push(
      editor.tools.changed.subscribe((object) => object === this.name && this.applyTool()),
      editor.settings.changed.subscribe(() => this.applySettings()),
      editor.labels.changed.subscribe(() => this.labelsChanged()),
      editor.pageChanged.subscribe((object) => object === this.name && this.reload()),
      editor.tools.offered.subscribe(() => this.registerActions()),
      () => this.actionsOff(),
    );
    this.registerActions();
    // With one shape control and no labels there is nothing to choose first.
    const drawing = editor.tools.of(node.name).find((tool) => tool.control !== undefined);
    const remembered = editor.settings.get('keepTool') ? editor.storage?.getItem(this.toolKey) : null;
    if (remembered && editor.tools.of(node.name).some((tool) => tool.id === remembered)) {
      editor.tools.activate(node.name, remembered);
    } else if (drawing && editor.labels.controls(node.name).length === 0) {
      editor.tools.activate(node.name, drawing.id);
    } else {
      this.labelsChanged();
    }
  }

  private registerActions(): void {
    this.actionsOff();
    this.actionsOff = this.context.editor.actions.register(imageActions(this));
  }

  private get toolKey(): string {
    return `${this.context.editor.options.storagePrefix ?? 'labelkeep'}.editor.tool.${this.name}`;
  }

  private applyTool(): void {
    const { editor } = this.context;
    const tool = editor.tools.active(this.name);
    if (!tool) return;
    this.stage.setTool(canvasTool(tool.id));
    this.brushSize.show(this.brushControl());
    try {
      if (editor.settings.get('keepTool')) editor.storage?.setItem(this.toolKey, tool.id);
    } catch {
      // Full or forbidden storage: the choice holds until the page is left.
    }
    editor.actions.refresh();
  }

  private applySettings(): void {
    const { editor, node } = this.context;
    const { settings } = editor;
    this.stage.setOptions({
      camera: cameraOptions(node, this.toolbarRoom.width),
      zoomBy: Math.max(1.01, Math.min(4, node.number('zoomBy', 1.1))),
      zoomEnabled: node.bool('zoom', true),
      invertZoom: settings.get('invertZoom'),
      crosshair: this.crosshair,
      captions: settings.get('regionLabels'),
    });
    // Where masks are exact to the pixel one must see the pixels.
    const exact = editor.config.controlsOf(node.name).some((control) => control.type.startsWith('bitmask'));
    const distance = Math.max(1, Math.min(40, settings.get('snapDistance')));
    this.stage.setSnapping({ enabled: settings.get('snapping'), distance });
    this.stage.setLook({ smoothing: !exact && node.bool('smoothing', settings.get('smoothing')) });
  }

  /** A label that waits to be used needs a tool in the hand: the last one that drew, or the first. */
  private labelsChanged(): void {
    const { editor } = this.context;
    this.stage.repaint();
    if (editor.labels.activeControls(this.name).length === 0) return;
    if (editor.tools.active(this.name)?.control !== undefined) return;
    const controls = editor.labels.activeControls(this.name);
    const drawing = editor.tools
      .of(this.name)
      .find(
        (tool) =>
          tool.control !== undefined &&
          controls.some((control) => control.name === tool.control || control.type === 'labels'),
      );
    if (drawing) editor.tools.activate(this.name, drawing.id);
  }

  private describe(): void {
    const count = this.stage.scene.size;
    const page = this.isList ? `, picture ${this.page + 1} of ${this.pages}` : '';
    this.surface.setAttribute(
      'aria-label',
      `Image ${this.name}${page}, ${count === 1 ? '1 region' : `${count} regions`}`,
    );
  }
}

function itemMaker({ editor, node }: ObjectContext): ItemMaker {
  return new ItemMaker(editor, node.name, () => editor.settings.get('regionLabels'));
}
