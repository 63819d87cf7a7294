/**
 * Names of people's making in texts where no element can stand: toasts, labels, titles. Letters that are written from right to left
 * turn what stands around them, unless they are isolated (SEC-180); where an element can stand, it is `<bdi>`.
 */
const OTHER_DIRECTION = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The text, isolated where it has letters of the other direction (U+2068, U+2069). */
export function isolated(text: string): string {
  return OTHER_DIRECTION.test(text) ? `\u2068${text}\u2069` : text;
}

/** A name in quotation marks. */
export function quoted(name: string): string {
  return `“${isolated(name)}”`;
}
