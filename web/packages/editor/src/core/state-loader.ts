/** Earlier states of an annotation, fetched from the page when they are looked at. */
import type { Editor } from './editor';
import { diffResults, type ResultDiff } from './result-diff';
import type { ResultItem } from './types';

/** Results that are kept at once: two for a comparison, and those just looked at. */
const KEPT = 6;

type Id = number | string;

export class StateLoader {
  private readonly results = new Map<Id, Promise<readonly ResultItem[]>>();
  private readonly diffs = new Map<Id, Promise<ResultDiff>>();

  constructor(
    private readonly editor: Editor,
    private readonly annotation: Id,
  ) {}

  /** The result of a state; rejects when the page can't give it. */
  load(state: Id): Promise<readonly ResultItem[]> {
    const known = this.results.get(state);
    if (known) return known;
    const { loadState } = this.editor.options;
    if (!loadState) return Promise.reject(new Error('This page keeps no earlier states.'));
    const loading = loadState(this.annotation, state);
    loading.catch(() => this.results.delete(state));
    this.results.set(state, loading);
    const [oldest] = this.results.keys();
    if (this.results.size > KEPT && oldest !== undefined) this.results.delete(oldest);
    return loading;
  }

  /** What a state changed in the one before it; against nothing for the first. */
  diff(state: Id, before: Id | null): Promise<ResultDiff> {
    const known = this.diffs.get(state);
    if (known) return known;
    const earlier = before === null ? Promise.resolve([]) : this.load(before);
    const made = Promise.all([earlier, this.load(state)]).then(([old, now]) => diffResults(old, now));
    made.catch(() => this.diffs.delete(state));
    this.diffs.set(state, made);
    return made;
  }
}
