/** Waiting for what comes later than the step that causes it: a frame, a save, an answer, an event of the server. */
import { setTimeout as pause } from 'node:timers/promises';
import { STEP } from './browser.mjs';

/**
 * Proves again and again until it holds, and gives what the proof gives; in the end the last reason why not is thrown. For what
 * shall *not* happen it is no help, as that holds at once: there, something that comes after it is waited for first.
 */
export async function eventually(proof) {
  const until = Date.now() + STEP;
  for (;;) {
    try {
      return await proof();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await pause(50);
  }
}
