/** The size of the brush: a slider over the corner of the image, and the keys [ and ]. */
import type { Stage } from '@labelkeep/canvas';
import type { ConfigNode } from '@labelkeep/labeling';
import type { Action } from '../../core';
import styles from './raster.module.css';

/** A key press makes the brush larger by this part, and by a pixel at least. */
const STEP = 1.15;
const SLIDER = 1000;

export class BrushSize {
  private readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly output: HTMLOutputElement;
  /** Sizes that people chose, by control. */
  private readonly chosen = new Map<string, number>();
  private control: ConfigNode | null = null;

  constructor(
    root: HTMLElement,
    private readonly stage: Stage,
  ) {
    const document = root.ownerDocument;
    this.element = document.createElement('label');
    this.element.className = styles['size'] ?? '';
    this.element.hidden = true;
    const text = document.createElement('span');
    text.textContent = 'Size';
    this.input = document.createElement('input');
    this.input.type = 'range';
    this.input.min = '0';
    this.input.max = String(SLIDER);
    this.input.title = 'Diameter of the brush in pixels of the image: [ smaller, ] larger';
    this.output = document.createElement('output');
    // The scale of sizes is even in proportions: small brushes need the finer choice.
    this.input.addEventListener('input', () => this.set(this.most ** (Number(this.input.value) / SLIDER)));
    this.element.append(text, this.input, this.output);
    root.append(this.element);
  }

  /** The brush of this control is in the hand; null for another tool. */
  show(control: ConfigNode | null): void {
    this.control = control;
    this.element.hidden = control === null;
    if (control) this.set(this.chosen.get(control.name) ?? this.first(control), false);
  }

  get shown(): boolean {
    return this.control !== null;
  }

  /** One step larger or smaller. */
  step(direction: 1 | -1): number {
    const { diameter } = this.stage.brush;
    const next = direction > 0 ? Math.max(diameter + 1, diameter * STEP) : Math.min(diameter - 1, diameter / STEP);
    this.set(next);
    return this.stage.brush.diameter;
  }

  destroy(): void {
    this.element.remove();
  }

  /** `strokeWidth` is what one sees on the fitted image; from then on sizes are pixels of the image. */
  private first(control: ConfigNode): number {
    return control.number('strokeWidth', 15) / this.stage.camera.fitZoom;
  }

  private get most(): number {
    const { width, height } = this.stage.camera.image;
    return Math.max(50, Math.min(2000, Math.max(width, height) / 2));
  }

  private set(diameter: number, byHand = true): void {
    const whole = Math.max(1, Math.min(Math.round(this.most), Math.round(diameter) || 1));
    this.stage.setBrush({ diameter: whole });
    if (byHand && this.control) this.chosen.set(this.control.name, whole);
    this.input.value = String(Math.round((Math.log(whole) / Math.log(this.most)) * SLIDER));
    this.input.setAttribute('aria-valuetext', `${whole} pixels`);
    this.output.textContent = `${whole} px`;
  }
}

/** The keys of the brush size. `id` makes the ids of an image's actions. */
export function sizeActions(
  size: BrushSize,
  id: (name: string) => string,
  enabled: () => boolean,
  announce: (text: string) => void,
): Action[] {
  const action = (name: string, label: string, shortcut: string, direction: 1 | -1): Action => ({
    id: id(name),
    label,
    group: 'Image',
    shortcut,
    repeat: true,
    enabled: () => size.shown && enabled(),
    run: () => announce(`Brush ${size.step(direction)} pixels`),
  });
  return [action('brush-smaller', 'Smaller brush', '[', -1), action('brush-larger', 'Larger brush', ']', 1)];
}
