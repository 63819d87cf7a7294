/** Markup of task data as an inert tree. */
import { parseMarkup } from '../../panels/parts/parse-markup';

/**
 * The body of the parsed markup. `fragment`: as content of an element, where white space before the first
 * element counts; otherwise as a document of its own. Null where the page's policy forbids parsing.
 */
export function parseContent(markup: string, fragment: boolean): HTMLElement | null {
  return parseMarkup(fragment ? `<!doctype html><html><head></head><body>${markup}` : markup);
}
