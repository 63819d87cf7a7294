// Shared by the generators: builds tasks with annotations and predictions, and writes the files of a sample.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const SAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..')

/** How many tasks a sample has, how many of the first are annotated, and how many after them have predictions. */
export const COUNTS = { tasks: 120, annotated: 24, predicted: 32 }

/** Rounds to `digits` decimals. */
export const round = (value, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits

/**
 * Puts task items together in the import format. `items[i]` has `data`; `annotate(i)` and `predict(i)` give results.
 * The score of a prediction is the mean of the scores of its regions.
 */
export function tasks({ random, items, annotate, predict, modelVersion, seconds }) {
  return items.map((data, i) => {
    const task = { data, annotations: [], predictions: [] }
    if (i < COUNTS.annotated) {
      const result = annotate(i)
      task.annotations.push({ result, lead_time: round(seconds(result) * random.between(0.7, 1.5), 1), was_cancelled: false, ground_truth: false })
    } else if (i < COUNTS.annotated + COUNTS.predicted) {
      const result = predict(i)
      const scores = result.map((item) => item.score).filter((score) => score !== undefined)
      task.predictions.push({ result, score: round(scores.reduce((a, b) => a + b, 0) / Math.max(1, scores.length)), model_version: modelVersion })
    }
    return task
  })
}

/** Writes tasks.json with one task a line, so that changes can be read in a diff. */
export function writeTasks(slug, list) {
  const folder = join(SAMPLES, slug)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tasks.json'), `[\n${list.map((task) => JSON.stringify(task)).join(',\n')}\n]\n`)
}
