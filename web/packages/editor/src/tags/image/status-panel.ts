/** What stands in the image's place while it is loaded and when it could not be. */

import styles from './image.module.css';
import { ImageError } from './load';

/** Waiting shorter than this shows nothing, milliseconds. */
const QUIET = 100;

export class StatusPanel {
  private element: HTMLElement | null = null;
  private timer = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly retry: () => void,
  ) {}

  loading(): void {
    this.done();
    this.root.setAttribute('aria-busy', 'true');
    this.timer = window.setTimeout(() => {
      const element = this.root.ownerDocument.createElement('div');
      element.className = `${styles['status']} ${styles['waiting']}`;
      element.textContent = 'Loading the image…';
      this.show(element);
    }, QUIET);
  }

  done(): void {
    window.clearTimeout(this.timer);
    this.root.removeAttribute('aria-busy');
    this.element?.remove();
    this.element = null;
  }

  failed(error: unknown): void {
    this.done();
    const known =
      error instanceof ImageError ? error : new ImageError('The image could not be shown.', '', String(error));
    const document = this.root.ownerDocument;
    const element = document.createElement('div');
    element.className = styles['status'] ?? '';
    element.setAttribute('role', 'alert');
    const add = (tag: string, name: string, text: string) => {
      if (text === '') return;
      const part = document.createElement(tag);
      part.className = styles[name] ?? '';
      part.textContent = text;
      element.append(part);
    };
    add('strong', 'title', known.message);
    add('code', 'address', known.url);
    add('p', 'hint', known.hint);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = styles['retry'] ?? '';
    button.textContent = 'Try again';
    button.addEventListener('click', this.retry);
    element.append(button);
    this.show(element);
  }

  private show(element: HTMLElement): void {
    this.element?.remove();
    this.element = element;
    this.root.append(element);
  }
}
