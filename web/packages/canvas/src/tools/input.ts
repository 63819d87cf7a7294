/**
 * Pointer events to gestures: what is a pan, a pinch, a press for the tool. The middle button, the
 * space bar, shift and the pan tool move the view and never draw; a second finger ends a press.
 */
import type { Camera } from '../camera';
import { distance, type Point } from '../geometry/point';
import type { Tool, ToolPointer } from './tool';

/** A press that moves less than this is a click, CSS pixels. */
const SLOP = { mouse: 3, pen: 5, touch: 10, keyboard: 0 } as const;
/** Two clicks within this time and distance are a double-click. */
const DOUBLE_TIME = 400;
const DOUBLE_DISTANCE = 8;

export interface InputTarget {
  readonly element: HTMLElement;
  readonly camera: Camera;
  readonly tool: Tool;
  /** Factor of one step of the wheel. */
  readonly zoomBy: number;
  readonly zoomEnabled: boolean;
  readonly invertZoom: boolean;
  /** Where the pointer is (cross-hair), or null when it left. */
  pointerMoved(pointer: ToolPointer | null): void;
  /** A pointer was pressed: keyboard drawing is over, the focus comes here. */
  pressed(): void;
  updateCursor(cursor: string): void;
}

type Mode =
  | { readonly name: 'none' }
  | { readonly name: 'tool'; readonly id: number; readonly start: ToolPointer; readonly dragged: boolean }
  | {
      readonly name: 'pan';
      readonly id: number;
      readonly last: Point;
      readonly start: ToolPointer;
      readonly moved: boolean;
      readonly clicks: boolean;
    }
  | { readonly name: 'pinch'; readonly spread: number; readonly middle: Point };

export class PointerInput {
  private mode: Mode = { name: 'none' };
  private readonly down = new Map<number, Point>();
  private spaceHeld = false;
  private penSeen = false;
  private lastClick: { readonly time: number; readonly at: Point; readonly count: number } | null = null;
  private readonly abort = new AbortController();

  constructor(private readonly target: InputTarget) {
    const { element } = target;
    const { signal } = this.abort;
    const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void) =>
      element.addEventListener(name, listener, { signal, passive: false });
    on('pointerdown', (event) => this.onDown(event));
    on('pointermove', (event) => this.onMove(event));
    on('pointerup', (event) => this.onUp(event));
    on('pointercancel', (event) => this.onCancel(event));
    on('pointerleave', (event) => {
      if (this.mode.name === 'none' && !this.down.has(event.pointerId)) this.leave();
    });
    on('wheel', (event) => this.onWheel(event));
    // The middle button would start the browser's own scrolling, a long touch its menu.
    on('mousedown', (event) => {
      if (event.button === 1) event.preventDefault();
    });
    on('contextmenu', (event) => {
      if (this.mode.name !== 'none' || target.tool.paints) event.preventDefault();
    });
    const view = element.ownerDocument.defaultView;
    view?.addEventListener('keydown', (event) => this.onKey(event, true), { signal });
    view?.addEventListener('keyup', (event) => this.onKey(event, false), { signal });
    view?.addEventListener('blur', () => this.setSpace(false), { signal });
  }

  destroy(): void {
    this.interrupt();
    this.abort.abort();
  }

  /** Ends whatever pointers are doing, without a result. True when a drag was ended. */
  interrupt(): boolean {
    const { mode } = this;
    this.mode = { name: 'none' };
    if (mode.name === 'tool') this.target.tool.interrupt();
    return mode.name === 'tool' && mode.dragged;
  }

  private onDown(event: PointerEvent): void {
    const { target } = this;
    // While a pen is down a touch is the palm beside it.
    if (event.pointerType === 'touch' && this.mode.name === 'tool' && this.mode.start.kind === 'pen') return;
    const pointer = this.pointer(event);
    if (event.pointerType === 'pen') this.penSeen = true;
    this.down.set(event.pointerId, pointer.screen);
    try {
      target.element.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already (a tap that ended while the page was busy): its up event ends the press.
    }
    if (event.pointerType === 'touch' && this.down.size >= 2) {
      if (this.mode.name === 'tool') target.tool.interrupt();
      this.startPinch();
      event.preventDefault();
      return;
    }
    if (this.mode.name !== 'none') return;
    target.pressed();
    // With a pen at work a finger is a palm or wants to look around: it pans.
    const palm = this.penSeen && event.pointerType === 'touch';
    const panTool = target.tool.id === 'pan';
    const pans =
      event.button === 1 ||
      (event.button === 0 &&
        (this.spaceHeld || palm || panTool || (event.shiftKey && !target.tool.wantsShift(pointer))));
    if (pans) {
      this.mode = {
        name: 'pan',
        id: event.pointerId,
        last: pointer.screen,
        start: pointer,
        moved: false,
        clicks: panTool && event.button === 0,
      };
      target.updateCursor('grabbing');
      event.preventDefault();
      return;
    }
    // 2 is the right button, 5 the far end of a pen.
    if (event.button !== 0 && !(target.tool.paints && (event.button === 2 || event.button === 5))) return;
    this.mode = { name: 'tool', id: event.pointerId, start: pointer, dragged: false };
    target.tool.press(pointer);
    target.updateCursor(target.tool.cursor(pointer));
  }

  private onMove(event: PointerEvent): void {
    const { target, mode } = this;
    const pointer = this.pointer(event);
    if (this.down.has(event.pointerId)) this.down.set(event.pointerId, pointer.screen);
    target.pointerMoved(pointer);
    switch (mode.name) {
      case 'none':
        if (event.pointerType !== 'touch') target.tool.hover(pointer);
        target.updateCursor(this.spaceHeld ? 'grab' : target.tool.cursor(pointer));
        return;
      case 'pinch':
        this.pinch(mode);
        return;
      case 'pan': {
        if (event.pointerId !== mode.id) return;
        const moved = mode.moved || distance(mode.start.screen, pointer.screen) > SLOP[pointer.kind];
        if (!moved) return;
        target.camera.panBy(pointer.screen.x - mode.last.x, pointer.screen.y - mode.last.y);
        this.mode = { ...mode, last: pointer.screen, moved };
        return;
      }
      case 'tool': {
        if (event.pointerId !== mode.id) return;
        const slop = target.tool.paints ? 0 : SLOP[pointer.kind];
        const dragged = mode.dragged || distance(mode.start.screen, pointer.screen) > slop;
        if (!dragged) return;
        if (!mode.dragged) this.mode = { ...mode, dragged };
        if (target.tool.paints) {
          // All places between two frames: a quick curve stays a curve.
          for (const one of event.getCoalescedEvents?.() ?? []) target.tool.drag(this.pointer(one));
        }
        target.tool.drag(pointer);
        target.updateCursor(target.tool.cursor(pointer));
      }
    }
  }

  private onUp(event: PointerEvent): void {
    const { target, mode } = this;
    const pointer = this.pointer(event);
    this.down.delete(event.pointerId);
    if (mode.name === 'pinch') {
      // The finger that stays down does not draw: it ends with the gesture.
      if (this.down.size === 0) this.mode = { name: 'none' };
      else if (this.down.size >= 2) this.startPinch();
      return;
    }
    if (mode.name === 'none' || event.pointerId !== mode.id) return;
    this.mode = { name: 'none' };
    if (mode.name === 'pan') {
      if (!mode.moved && mode.clicks) target.tool.click(pointer, this.countClick(event.timeStamp, pointer.screen));
    } else if (mode.dragged) {
      target.tool.release(pointer);
      this.lastClick = null;
    } else {
      target.tool.click(pointer, this.countClick(event.timeStamp, pointer.screen));
    }
    if (event.pointerType === 'touch') this.leave();
    else target.tool.hover(pointer);
    target.updateCursor(this.spaceHeld ? 'grab' : target.tool.cursor(pointer));
  }

  private onCancel(event: PointerEvent): void {
    this.down.delete(event.pointerId);
    if (
      this.mode.name === 'pinch' ? this.down.size === 0 : this.mode.name !== 'none' && this.mode.id === event.pointerId
    ) {
      this.interrupt();
    }
  }

  private leave(): void {
    this.target.pointerMoved(null);
    this.target.tool.hover(null);
  }

  private startPinch(): void {
    const [a, b] = this.twoFingers();
    this.mode = { name: 'pinch', spread: distance(a, b), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  }

  private pinch(mode: Mode & { name: 'pinch' }): void {
    if (this.down.size < 2) return;
    const [a, b] = this.twoFingers();
    const spread = distance(a, b);
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    const { camera, zoomEnabled } = this.target;
    const factor = zoomEnabled && mode.spread > 0 && spread > 0 ? spread / mode.spread : 1;
    camera.place(camera.zoom * factor, camera.toImage(mode.middle), middle);
    this.mode = { name: 'pinch', spread, middle };
  }

  private twoFingers(): readonly [Point, Point] {
    const [a, b] = [...this.down.values()];
    const origin = { x: 0, y: 0 };
    return [a ?? origin, b ?? a ?? origin];
  }

  private onWheel(event: WheelEvent): void {
    const { target } = this;
    const { camera } = target;
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE
        ? 16
        : event.deltaMode === WheelEvent.DOM_DELTA_PAGE
          ? camera.view.height
          : 1;
    if (event.ctrlKey || event.metaKey) {
      // The page itself must not zoom over the image, also when zooming is switched off.
      event.preventDefault();
      if (!target.zoomEnabled) return;
      const delta = event.deltaY * unit * (target.invertZoom ? -1 : 1);
      // A step of a mouse wheel is 100 or 120; trackpads send many small ones for a pinch.
      const factor = Math.abs(delta) >= 50 ? target.zoomBy ** (-delta / 100) : Math.exp(-delta / 100);
      camera.zoomBy(factor, this.pointer(event).screen);
      return;
    }
    if (!camera.zoomed || this.mode.name === 'pinch') return;
    const sideways = event.shiftKey && event.deltaX === 0;
    const dx = (sideways ? event.deltaY : event.deltaX) * unit;
    const dy = (sideways ? 0 : event.deltaY) * unit;
    // At the border the page may scroll.
    if (camera.panBy(-dx, -dy)) event.preventDefault();
  }

  private onKey(event: KeyboardEvent, held: boolean): void {
    if (event.key !== ' ' || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) {
      if (event.key === ' ' && !held) this.setSpace(false);
      return;
    }
    const { element } = this.target;
    const active = element.ownerDocument.activeElement;
    const here = active === element || active === null || active === element.ownerDocument.body;
    if (held && !here) return;
    if (held && (element.matches(':hover') || active === element)) event.preventDefault();
    this.setSpace(held);
  }

  private setSpace(held: boolean): void {
    if (this.spaceHeld === held) return;
    this.spaceHeld = held;
    if (this.mode.name === 'none') this.target.updateCursor(held ? 'grab' : this.target.tool.cursor(null));
  }

  private countClick(time: number, at: Point): number {
    const last = this.lastClick;
    const again = last !== null && time - last.time < DOUBLE_TIME && distance(last.at, at) < DOUBLE_DISTANCE;
    const count = again ? last.count + 1 : 1;
    this.lastClick = { time, at, count };
    return count;
  }

  private pointer(event: MouseEvent & Partial<Pick<PointerEvent, 'pointerType' | 'pressure'>>): ToolPointer {
    const box = this.target.element.getBoundingClientRect();
    const screen = { x: event.clientX - box.left, y: event.clientY - box.top };
    return {
      screen,
      image: this.target.camera.toImage(screen),
      kind: event.pointerType === 'touch' ? 'touch' : event.pointerType === 'pen' ? 'pen' : 'mouse',
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      ...(event.pointerType === 'pen' && event.pressure !== undefined && event.buttons !== 0
        ? { pressure: event.pressure }
        : {}),
      // 2 is the right button, 32 the far end of a pen.
      ...((event.buttons & 34) !== 0 ? { erase: true } : {}),
    };
  }
}
