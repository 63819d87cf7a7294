/** What of the screen is open. Not saved, not undone. */
import { Emitter } from './emitter';

export type Dialog = 'help' | 'palette' | 'relabel' | 'instructions' | 'settings' | 'delete-annotation';

export class UiState {
  readonly changed = new Emitter();
  private open: Dialog | null = null;
  private comparing = false;

  /** The dialog that is open; one at a time. */
  get dialog(): Dialog | null {
    return this.open;
  }

  /** Are all annotations shown side by side? */
  get compare(): boolean {
    return this.comparing;
  }

  setCompare(on: boolean): void {
    if (this.comparing === on) return;
    this.comparing = on;
    this.changed.emit();
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
