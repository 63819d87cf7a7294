/** The editor over the whole screen. */
import { Emitter } from './emitter';

export class FullScreen {
  readonly changed = new Emitter();
  private root: HTMLElement | null = null;

  /** The element that fills the screen; given by whoever drew it. Returns what takes it back. */
  attach(root: HTMLElement): () => void {
    this.root = root;
    const page = root.ownerDocument;
    const tell = () => this.changed.emit();
    page.addEventListener('fullscreenchange', tell);
    return () => {
      page.removeEventListener('fullscreenchange', tell);
      if (this.root === root) this.root = null;
    };
  }

  get possible(): boolean {
    return this.root?.ownerDocument.fullscreenEnabled === true;
  }

  get on(): boolean {
    return this.root !== null && this.root.ownerDocument.fullscreenElement === this.host;
  }

  toggle(): void {
    const { host } = this;
    if (!host) return;
    // A browser may refuse (no gesture, forbidden by the page around): then nothing changes.
    const done = this.on ? host.ownerDocument.exitFullscreen() : host.requestFullscreen();
    done.catch(() => undefined);
  }

  /** The element that outlives the task: the screen stays full from one task to the next. */
  private get host(): HTMLElement | null {
    return this.root?.closest<HTMLElement>('[data-labelkeep-editor]') ?? this.root;
  }
}
