/** What of the screen is open. Not saved, not undone. */
import { Emitter } from './emitter';

export type Dialog = 'help' | 'palette' | 'instructions' | 'settings';

export class UiState {
  readonly changed = new Emitter();
  private open: Dialog | null = null;

  /** The dialog that is open; one at a time. */
  get dialog(): Dialog | null {
    return this.open;
  }

  show(dialog: Dialog): void {
    this.open = this.open === dialog ? null : dialog;
    this.changed.emit();
  }

  close(): void {
    if (this.open === null) return;
    this.open = null;
    this.changed.emit();
  }
}
