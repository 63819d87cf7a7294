/**
 * `$field` references. A whole attribute `$a.b[0].c` gives the raw value at that path; mixed text
 * has every reference replaced by its string form. Data is read by own properties only, so that
 * `$constructor` is a missing field and not a function.
 */

/** `task.data`: any JSON object. */
export type TaskData = Readonly<Record<string, unknown>>;

const WHOLE = /^\$([\w[\].{}]+)$/;
const EACH = /\$([\w[\].{}]+)/g;

/** Value of an attribute for a task. A missing field gives an empty string. */
export function resolveVariable(written: string, data: TaskData): unknown {
  const whole = WHOLE.exec(written.trim());
  if (whole) return lookup(data, whole[1] ?? '') ?? '';
  if (!written.includes('$')) return written;
  return written.replace(EACH, (match, path: string) => {
    // A full stop or a bracket at the end belongs to the sentence: "See $title."
    const tail = /[.{}[]+$/.exec(path)?.[0] ?? '';
    const value = lookup(data, tail ? path.slice(0, -tail.length) : path);
    if (value === undefined) return match === '$' ? match : tail;
    return asText(value) + tail;
  });
}

/** Value at a path such as `a.b[0].c`; undefined when some step is missing. */
export function lookup(data: unknown, path: string): unknown {
  let value = data;
  if (isRecord(value) && Object.hasOwn(value, path)) return value[path];
  for (const step of path.split(/[.[\]]+/)) {
    if (step === '') continue;
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** First field name that an attribute refers to, or null: what a task must have. */
export function fieldOf(written: string): string | null {
  return /\$(\w+)/.exec(written)?.[1] ?? null;
}

function asText(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}
