import { parseConfig } from './config';
import type { Diagnostic } from './diagnostic';

/** Errors and warnings of a configuration, in order of their place. */
export function validate(xml: string): readonly Diagnostic[] {
  return parseConfig(xml).errors;
}
