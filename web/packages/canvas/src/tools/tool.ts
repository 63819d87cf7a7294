/**
 * Tools are small state machines fed by `PointerInput`: hover…, then press, then either drag… and
 * release, or click. A press can be interrupted at any time (second finger, lost pointer); a tool
 * then forgets the press and keeps what was made before it.
 */
import type { Camera } from '../camera';
import type { Box, Point } from '../geometry/point';
import type { StageModel } from '../model';
import type { OverlayPainter } from '../render/overlay';
import type { Scene } from '../scene';
import type { MaskPreview } from './mask-target';
import type { PointSelection } from './point-selection';
import type { Snapper } from './snap';

export interface ToolPointer {
  /** CSS pixels in the viewport. */
  readonly screen: Point;
  /** Pixels of the image; may lie outside it. */
  readonly image: Point;
  readonly kind: 'mouse' | 'pen' | 'touch' | 'keyboard';
  readonly shift: boolean;
  /** ctrl, or ⌘ on a Mac. */
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** How hard a pen presses, 0…1; only for pens that tell. */
  readonly pressure?: number;
  /** The right button, or the far end of a pen. Only for tools that paint. */
  readonly erase?: boolean;
}

export interface BrushSettings {
  /** Pixels of the image, at least 1. */
  readonly diameter: number;
}

/** What tools work with. */
export interface ToolContext {
  readonly camera: Camera;
  readonly scene: Scene;
  readonly model: StageModel;
  /** Area of the image: what is drawn stays in it. */
  readonly limits: Box;
  readonly brush: BrushSettings;
  readonly snapper: Snapper;
  /** Chosen points of the selected region. */
  readonly points: PointSelection;
  /** Asks for the overlay to be painted again. */
  repaint(): void;
}

export interface Tool {
  readonly id: string;
  /** CSS cursor. */
  cursor(pointer: ToolPointer | null): string;
  /** The pointer moves with no button held; null when it left. */
  hover(pointer: ToolPointer | null): void;
  press(pointer: ToolPointer): void;
  drag(pointer: ToolPointer): void;
  release(pointer: ToolPointer): void;
  click(pointer: ToolPointer, count: number): void;
  /** The press is over without a result. */
  interrupt(): void;
  /** Abandons what is being drawn. True when there was something. */
  cancel(): boolean;
  /** Does a press here with shift belong to the tool? Otherwise it pans. */
  wantsShift(pointer: ToolPointer): boolean;
  /** Is something half drawn (keys then belong to the tool)? */
  readonly drawing: boolean;
  /** Enter: finishes what is being drawn. True when it did. */
  finish?(): boolean;
  /** Backspace: takes the last step of the drawing back. True when it did. */
  back?(): boolean;
  /** Is it a tool that draws (keyboard cross-hair)? */
  readonly draws: boolean;
  /** What is half drawn is a region already: its points are steps of the document's own history. */
  readonly draftIsRegion?: boolean;
  /** Another tool is taken, or other regions are shown: such a region stays as it is. */
  pause?(): void;
  /** Does it paint: from the press on, with the right button too? */
  readonly paints?: boolean;
  /** A mask that is being changed, to be shown in place of what the scene has. */
  readonly preview?: MaskPreview | null;
  paint(painter: OverlayPainter): void;
}

/** How near a pointer must be to what it wants to take, CSS pixels: radius of a 24 or 44 px target. */
export function reach(pointer: Pick<ToolPointer, 'kind'>): number {
  return pointer.kind === 'touch' ? 22 : pointer.kind === 'pen' ? 14 : 10;
}

/** How near a click must be to an outline to mean the region, CSS pixels. */
export function nearness(pointer: Pick<ToolPointer, 'kind'>): number {
  return pointer.kind === 'touch' ? 12 : 3;
}
