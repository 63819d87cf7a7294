/**
 * The stage puts the layers on top of each other, runs the frames and hands pointers and keys to
 * the active tool. It owns no regions: they are in the scene, and changes go to the model.
 */
import { Arrangement } from './arrange';
import { Camera, type CameraOptions, type Turns } from './camera';
import type { Size } from './geometry/percent';
import type { Box } from './geometry/point';
import { Keyboard } from './keyboard';
import type { StageModel } from './model';
import { pageBoxOf } from './page-box';
import { PointKeys } from './point-keys';
import { DEFAULT_LOOK, ImageLayer, type ImageLook } from './render/image-layer';
import { MaskLayer } from './render/mask-layer';
import { maskLooks } from './render/mask-looks';
import { OverlayPainter, type OverlayTheme } from './render/overlay';
import { createRenderer, type RegionRenderer } from './render/renderer';
import { Scene, type SceneItem } from './scene';
import { PointerInput } from './tools/input';
import { PointSelection } from './tools/point-selection';
import { Snapper, type SnapSettings } from './tools/snap';
import { selectedItems } from './tools/targets';
import type { BrushSettings, Tool, ToolContext, ToolPointer } from './tools/tool';
import { makeTools } from './tools/toolbox';

export interface StageOptions {
  readonly camera: CameraOptions;
  /** Factor of one zoom step (wheel, buttons). */
  readonly zoomBy: number;
  /** Wheel, pinch and buttons zoom. */
  readonly zoomEnabled: boolean;
  readonly invertZoom: boolean;
  /** Lines through the pointer. */
  readonly crosshair: boolean;
  /** Tags of regions on the image. */
  readonly captions: boolean;
}

export const DEFAULT_OPTIONS: StageOptions = {
  camera: {},
  zoomBy: 1.1,
  zoomEnabled: true,
  invertZoom: false,
  crosshair: false,
  captions: true,
};

/** With more regions in view than this only those that are hovered or selected carry their tag. */
const MOST_CAPTIONS = 150;

export class Stage {
  readonly camera: Camera;
  readonly scene: Scene;
  /** Drawing, moving and resizing by keys. */
  readonly keyboard: Keyboard;
  /** Points of the selected outline, by keys. */
  readonly pointKeys: PointKeys;
  /** Putting selected shapes in line, and measuring them. */
  readonly arrangement: Arrangement;
  /** After each frame. */
  onFrame: (() => void) | null = null;
  /** The camera moved (zoom display). */
  onCamera: (() => void) | null = null;

  private readonly image: ImageLayer;
  private readonly masks = new MaskLayer();
  private readonly renderer: RegionRenderer;
  private readonly overlay: OverlayPainter;
  private readonly input: PointerInput;
  private tools: ReadonlyMap<string, Tool>;
  private activeTool: Tool;
  private options: StageOptions = DEFAULT_OPTIONS;
  private look: ImageLook = DEFAULT_LOOK;
  private pointerAt: ToolPointer | null = null;
  private hoveredId: string | null = null;
  private brushSettings: BrushSettings = { diameter: 15 };

  /** The size for which the layers were made. */
  private measured = '';
  private frame = 0;
  private dirtyImage = true;
  private dirtyRegions = true;
  private dirtyMasks = true;
  private dirtyOverlay = true;
  private readonly observer: ResizeObserver;
  private readonly abort = new AbortController();
  private resolution: MediaQueryList | null = null;

  constructor(
    /** Takes the canvases; its size is the viewport. */
    readonly element: HTMLElement,
    private model: StageModel,
  ) {
    this.camera = new Camera(() => this.cameraChanged());
    this.scene = new Scene((change) => {
      // A stroke changes masks alone: the other regions are left as they are.
      if (change.boxes === null || change.boxes.length > 0) {
        this.renderer?.invalidate(change);
        this.dirtyRegions = true;
      }
      this.repaint();
    });
    this.image = new ImageLayer(() => {
      this.dirtyImage = true;
      this.schedule();
    });
    this.renderer = createRenderer(this.scene);
    this.overlay = new OverlayPainter(this.camera);
    element.style.touchAction = 'none';
    element.style.userSelect = 'none';
    for (const [name, { canvas }] of this.layers) {
      canvas.dataset['layer'] = name;
      canvas.setAttribute('aria-hidden', 'true');
      Object.assign(canvas.style, {
        position: 'absolute',
        inset: '0',
        width: '100%',
        height: '100%',
        pointerEvents: 'none',
      });
      element.append(canvas);
    }
    const { context } = this;
    this.tools = makeTools(context);
    this.activeTool = this.toolNamed('select');
    this.keyboard = new Keyboard(
      context,
      () => this.activeTool,
      () => this.pointerAt?.image ?? null,
    );
    this.pointKeys = new PointKeys(context);
    this.arrangement = new Arrangement(context);
    this.input = new PointerInput(this.inputTarget());
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(element);
    this.watchResolution();
    this.measure();
  }

  /** Regions in view after the last frame, masks among them. */
  get drawnCount(): number {
    return this.renderer.drawnCount + this.masks.drawnCount;
  }
  /** How the last frame was made, for measuring. */
  get renderPath(): string {
    return `${this.renderer.name}/${this.renderer.path}`;
  }
  get tool(): Tool {
    return this.activeTool;
  }
  /** The image's rectangle in the page, CSS pixels, cut to the viewport. */
  get visibleImage(): DOMRect {
    const { width, height } = this.camera.image;
    return pageBoxOf({ minX: 0, minY: 0, maxX: width, maxY: height }, this.camera, this.element);
  }

  /** Another owner of regions: nothing of what was in work for the one before is left in the hand. */
  setModel(model: StageModel): void {
    this.abandon();
    this.model = model;
    this.tools = makeTools(this.context);
    this.activeTool = this.toolNamed('select');
    this.points.clear();
    this.snapper.clear();
    this.hoveredId = null;
  }

  setImage(source: CanvasImageSource | null, size: Size, turns: Turns = 0): void {
    this.image.setImage(source, size);
    this.masks.setImage(size);
    this.keyboard.clear();
    this.camera.setImage(size, turns);
  }

  setOptions(options: Partial<StageOptions>): void {
    this.options = { ...this.options, ...options };
    if (options.camera) this.camera.configure(options.camera);
    this.repaint();
  }

  setLook(look: Partial<ImageLook>): void {
    this.look = { ...this.look, ...look };
    this.image.setLook(this.look);
  }
  get imageLook(): ImageLook {
    return this.look;
  }

  /** Diameter of the brush, pixels of the image. */
  get brush(): BrushSettings {
    return this.brushSettings;
  }
  setBrush(settings: BrushSettings): void {
    this.brushSettings = { diameter: Math.max(1, Math.round(settings.diameter)) };
    this.repaint();
  }

  /** Whether and how near points are drawn to neighbours and to the border. */
  setSnapping(settings: SnapSettings): void {
    this.snapper.settings = settings;
    this.snapper.clear();
    this.repaint();
  }

  setTheme(theme: OverlayTheme): void {
    this.overlay.setTheme(theme);
    this.repaint();
  }

  /** Changes the tool; a drawing that is not finished is abandoned, a polygon in work stays open. */
  setTool(name: string): void {
    const next = this.tools.get(name);
    if (!next || next === this.activeTool) return;
    this.abandon();
    this.activeTool = next;
    this.updateCursor(next.cursor(this.pointerAt));
    this.repaint();
  }

  /** Ends what is half done without touching regions: other regions are shown, or another tool was taken. */
  abandon(): void {
    this.input.interrupt();
    // What is a region already stays, and can be gone on with.
    if (this.activeTool.draftIsRegion) this.activeTool.pause?.();
    else this.activeTool.cancel();
    this.keyboard.clear();
    this.repaint();
  }

  /** Selection, hover, locks or labels changed: the interaction layer is painted again. */
  repaint(): void {
    this.dirtyOverlay = true;
    this.schedule();
  }

  setHovered(id: string | null): void {
    if (this.hoveredId === id) return;
    this.hoveredId = id;
    this.repaint();
  }

  /** One zoom step, in or out, about the middle of the view. */
  zoomStep(direction: 1 | -1): void {
    // A key press moves twice as far as a notch of the wheel, which comes in series.
    if (this.options.zoomEnabled) this.camera.zoomBy(this.options.zoomBy ** (2 * direction));
  }

  /** Takes back the last step of a drawing that is not yet a region. True when there was one. */
  undoStep(): boolean {
    return !this.activeTool.draftIsRegion && this.keyboard.back();
  }

  /** Rectangle of the page around a region; what is scrolled out of view stands at the view's edge. */
  pageBox(id: string): DOMRect | null {
    const box = this.scene.boundsOf([id]);
    return box && pageBoxOf(box, this.camera, this.element);
  }

  /** Brings a region into view. */
  reveal(id: string): void {
    const box = this.scene.boundsOf([id]);
    if (box) this.camera.reveal(box);
  }

  /** Abandons what is being drawn or dragged. */
  cancel(): boolean {
    const drawing = this.activeTool.cancel();
    const keyboard = this.keyboard.clear();
    const dragging = this.input.interrupt();
    this.repaint();
    return drawing || keyboard || dragging;
  }

  /** Draws now what would be drawn in the next frame (tests, screenshots). */
  flush(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.paint(performance.now());
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.frame = -1;
    this.abort.abort();
    this.observer.disconnect();
    this.input.destroy();
    this.image.destroy();
    this.masks.destroy();
    this.renderer.destroy();
    this.overlay.canvas.width = 0;
    for (const [, { canvas }] of this.layers) canvas.remove();
  }

  private readonly points = new PointSelection();
  private readonly context: ToolContext = this.toolContext();
  private readonly snapper = new Snapper(this.context);

  private toolContext(): ToolContext {
    const stage = this;
    return {
      get camera() {
        return stage.camera;
      },
      get scene() {
        return stage.scene;
      },
      get model() {
        return stage.model;
      },
      get limits(): Box {
        return stage.camera.imageBox;
      },
      get brush() {
        return stage.brushSettings;
      },
      get snapper() {
        return stage.snapper;
      },
      points: this.points,
      repaint: () => stage.repaint(),
    };
  }

  private inputTarget(): ConstructorParameters<typeof PointerInput>[0] {
    const stage = this;
    return {
      element: this.element,
      camera: this.camera,
      get tool() {
        return stage.activeTool;
      },
      get zoomBy() {
        return stage.options.zoomBy;
      },
      get zoomEnabled() {
        return stage.options.zoomEnabled;
      },
      get invertZoom() {
        return stage.options.invertZoom;
      },
      pointerMoved(pointer) {
        stage.pointerAt = pointer;
        if (stage.options.crosshair || stage.activeTool.paints) stage.repaint();
      },
      pressed() {
        stage.keyboard.clear();
        // The keys of the image work after a click on it; the page must not jump.
        stage.element.focus({ preventScroll: true });
      },
      updateCursor: (cursor) => stage.updateCursor(cursor),
    };
  }

  private toolNamed(name: string): Tool {
    const tool = this.tools.get(name);
    if (!tool) throw new Error(`There is no tool named "${name}".`);
    return tool;
  }

  private updateCursor(cursor: string): void {
    if (this.element.style.cursor !== cursor) this.element.style.cursor = cursor;
  }

  private cameraChanged(): void {
    this.dirtyImage = true;
    this.dirtyRegions = true;
    this.dirtyMasks = true;
    this.repaint();
    this.onCamera?.();
  }

  private measure(): void {
    const width = this.element.clientWidth;
    const height = this.element.clientHeight;
    if (width === 0 || height === 0) return;
    // More than three device pixels for one cannot be seen and would cost nine times the drawing.
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    // Who observes sizes is called once at the beginning too: all would be drawn a second time.
    const size = `${width}x${height}@${ratio}`;
    if (size === this.measured) return;
    this.measured = size;
    for (const [, layer] of this.layers) layer.resize(width, height, ratio);
    this.camera.setViewport({ width, height });
    this.cameraChanged();
    // A resized canvas is empty: waiting for the next frame would flash.
    this.flush();
  }

  private watchResolution(): void {
    if (this.abort.signal.aborted) return;
    this.resolution = matchMedia(`(resolution: ${globalThis.devicePixelRatio}dppx)`);
    this.resolution.addEventListener(
      'change',
      () => {
        this.measure();
        this.watchResolution();
      },
      { once: true, signal: this.abort.signal },
    );
  }

  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0;
      this.paint(now);
    });
  }

  private paint(now: number): void {
    if (this.abort.signal.aborted) return;
    if (this.dirtyImage) this.image.draw(this.camera);
    this.dirtyImage = false;
    if (this.dirtyRegions) this.dirtyRegions = this.renderer.draw(this.camera, now);
    if (this.dirtyRegions) this.schedule();
    // Selection and pointer show on masks too, and a stroke that runs.
    if (this.dirtyOverlay && this.masks.show(maskLooks(this.scene, this.model, this.activeTool, this.hoveredId)))
      this.dirtyMasks = true;
    if (this.dirtyMasks) this.dirtyMasks = this.masks.draw(this.camera);
    if (this.dirtyMasks) this.schedule();
    if (this.dirtyOverlay) this.paintOverlay();
    this.dirtyOverlay = false;
    // All is on the screen: the pointer that comes next asks what lies under it.
    if (!this.dirtyRegions) setTimeout(() => this.scene.prepare());
    this.onFrame?.();
  }

  /** From the lowest to the uppermost. */
  private get layers() {
    return [
      ['image', this.image],
      ['masks', this.masks],
      ['regions', this.renderer],
      ['overlay', this.overlay],
    ] as const;
  }

  private paintOverlay(): void {
    const { overlay, scene, options } = this;
    overlay.begin();
    const selected = selectedItems(this.context);
    if (!this.activeTool.drawing) this.points.keepFor(selected);
    for (const item of selected) overlay.emphasis(item, true, scene.isLifted(item.id));
    const hovered = this.hoveredId !== null && scene.isVisible(this.hoveredId) ? scene.get(this.hoveredId) : undefined;
    if (hovered && !selected.includes(hovered)) overlay.emphasis(hovered, false);
    if (options.captions) this.paintCaptions(selected, hovered);
    this.activeTool.paint(overlay);
    const { point } = this.keyboard;
    if (point) overlay.crosshair(this.camera.toScreen(point), true);
    else if (options.crosshair && this.pointerAt) overlay.crosshair(this.pointerAt.screen, false);
  }

  private paintCaptions(selected: readonly SceneItem[], hovered: SceneItem | undefined): void {
    const { overlay, scene } = this;
    const height = this.camera.view.height;
    // The picture is moving: tags would cost more than what they belong to.
    const few = this.renderer.path === 'direct' && this.drawnCount <= MOST_CAPTIONS;
    const items = few ? scene.within(this.camera.visibleBox) : selected.slice(0, MOST_CAPTIONS);
    for (const item of items) if (overlay.roomForCaption(item)) overlay.caption(item, height);
    if (hovered && !few) overlay.caption(hovered, height);
  }
}
