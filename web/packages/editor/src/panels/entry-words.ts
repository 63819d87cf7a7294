/** What a tab is called, and what state it is in. */
import type { Entry } from '../core/entries';
import { exactly, personName, when } from './words';

export interface EntryWords {
  readonly title: string;
  /** "draft", "skipped", a score, or the age. */
  readonly state: string;
  readonly hint: string;
}

export function entryWords(entry: Entry): EntryWords {
  const { annotation, prediction } = entry;
  if (entry.kind === 'prediction') {
    const score = prediction?.score;
    return {
      title: prediction?.model_version || 'Prediction',
      state: typeof score === 'number' ? score.toFixed(2) : '',
      hint: [`Prediction ${prediction?.id ?? ''}, read-only`, prediction?.created_at && exactly(prediction.created_at)]
        .filter(Boolean)
        .join(' · '),
    };
  }
  if (!annotation) {
    return { title: 'New annotation', state: entry.changedSinceSave ? 'draft' : '', hint: 'Not submitted yet' };
  }
  const at = annotation.updated_at ?? annotation.created_at;
  const age = at ? when(at) : '';
  return {
    title: personName(annotation.completed_by, annotation.created_username) || `Annotation ${annotation.id}`,
    state: annotation.was_cancelled ? 'skipped' : entry.changedSinceSave ? 'draft' : age,
    hint: [
      `Annotation ${annotation.id}`,
      at && exactly(at),
      annotation.was_cancelled && 'skipped',
      annotation.ground_truth && 'ground truth',
      annotation.editable === false && 'read-only',
    ]
      .filter(Boolean)
      .join(' · '),
  };
}
