/** How fast something goes, and how long it will still go. */
import { count } from './numbers';

/** Over the last two seconds, so that it follows and does not flicker. */
const WINDOW = 2_000;

export class Rate {
  private readonly points: { at: number; done: number }[] = [];

  /** Notes how much is done; gives the rate a second, 0 while there is too little to tell. */
  note(done: number, at = performance.now()): number {
    if (this.points.length > 0 && done < (this.points.at(-1)?.done ?? 0)) this.points.length = 0;
    this.points.push({ at, done });
    while (this.points.length > 2 && at - (this.points[0]?.at ?? at) > WINDOW) this.points.shift();
    const [first] = this.points;
    const seconds = first ? (at - first.at) / 1_000 : 0;
    return first && seconds > 0.2 ? (done - first.done) / seconds : 0;
  }
}

/** Seconds in words: a rough number is all that can be told. */
export function timeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s left`;
  return `${count(Math.round(seconds / 60))} min left`;
}
