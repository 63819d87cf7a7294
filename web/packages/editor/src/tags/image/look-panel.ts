/** Brightness and contrast: two sliders over the image's corner. The picture is only looked at differently. */
import type { Stage } from '@labelkeep/canvas';
import type { ConfigNode } from '@labelkeep/labeling';
import styles from './image.module.css';

type Channel = 'brightness' | 'contrast';

export class LookPanel {
  readonly channels: readonly Channel[] = ['brightness', 'contrast'];
  /** Does the configuration ask for a button? The command is there in any case. */
  readonly offered: boolean;
  private readonly element: HTMLElement;
  private readonly inputs = new Map<
    Channel,
    { readonly input: HTMLInputElement; readonly output: HTMLOutputElement }
  >();

  constructor(
    root: HTMLElement,
    private readonly stage: Stage,
    node: ConfigNode,
  ) {
    this.offered = this.channels.some((channel) => node.bool(`${channel}Control`));
    const document = root.ownerDocument;
    this.element = document.createElement('div');
    this.element.className = styles['look'] ?? '';
    this.element.hidden = true;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', 'Brightness and contrast');
    for (const channel of this.channels) this.addSlider(document, channel);
    const reset = document.createElement('button');
    reset.type = 'button';
    reset.className = styles['retry'] ?? '';
    reset.textContent = 'Reset';
    reset.addEventListener('click', () => this.reset());
    this.element.append(reset);
    root.append(this.element);
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  toggle(open: boolean): void {
    this.element.hidden = !open;
    if (open) this.inputs.get(this.channels[0] ?? 'brightness')?.input.focus();
  }

  /** Shows the picture as it is. */
  reset(): void {
    for (const channel of this.channels) this.set(channel, 100);
  }

  destroy(): void {
    this.element.remove();
  }

  private addSlider(document: Document, channel: Channel): void {
    const label = document.createElement('label');
    label.className = styles['slider'] ?? '';
    const text = document.createElement('span');
    text.textContent = channel === 'brightness' ? 'Brightness' : 'Contrast';
    const input = document.createElement('input');
    input.type = 'range';
    input.min = '0';
    input.max = '200';
    input.step = '5';
    input.value = '100';
    const output = document.createElement('output');
    output.textContent = '100 %';
    input.addEventListener('input', () => this.set(channel, Number(input.value)));
    label.append(text, input, output);
    this.inputs.set(channel, { input, output });
    this.element.append(label);
  }

  private set(channel: Channel, percent: number): void {
    const slider = this.inputs.get(channel);
    if (!slider) return;
    slider.input.value = String(percent);
    slider.output.textContent = `${percent} %`;
    this.stage.setLook({ [channel]: percent / 100 });
  }
}
