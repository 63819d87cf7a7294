import { expect, test } from 'vitest';
import { type Prepared, stageOf } from './prepared';

const made = (change: Partial<Prepared>): Prepared => ({
  id: 1,
  title: 'A project',
  created_at: '2026-11-29T10:00:00Z',
  created_by: null,
  status: 'completed',
  counters: { task_number: 7 },
  converted_formats: [],
  ...change,
});
const format = (status: string, done?: number) => ({
  id: 1,
  export_type: 'CSV',
  status,
  traceback: status === 'failed' ? 'The disk is full' : null,
  ...(done === undefined ? {} : { done }),
});

test('an export is gathered, written, and ready', () => {
  expect(stageOf(made({ status: 'in_progress', total: 9 }))).toEqual({ kind: 'running', done: 7, total: 9 });
  expect(stageOf(made({ converted_formats: [format('in_progress', 3)] }))).toEqual({
    kind: 'running',
    format: 'CSV',
    done: 3,
    total: 7,
  });
  expect(stageOf(made({ converted_formats: [format('completed')] }))).toEqual({ kind: 'ready', formats: ['CSV'] });
});

test('without a format it is the JSON that it is kept as', () => {
  expect(stageOf(made({}))).toEqual({ kind: 'ready', formats: ['JSON'] });
});

test('what went wrong is said, unless another format is there', () => {
  expect(stageOf(made({ status: 'failed' }))).toEqual({ kind: 'failed', text: 'It broke off.' });
  expect(stageOf(made({ converted_formats: [format('failed')] }))).toEqual({
    kind: 'failed',
    text: 'The disk is full',
  });
  const both = [format('failed'), { ...format('completed'), export_type: 'YOLO' }];
  expect(stageOf(made({ converted_formats: both }))).toEqual({ kind: 'ready', formats: ['YOLO'] });
});
