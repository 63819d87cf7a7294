/** The one place where text of users is parsed as HTML: into a document that runs and loads nothing. */
import { trustedPolicy } from '../../core/trusted';

/** Parses markup into an inert body; null (show it as text) where the page's content policy forbids it. */
export function parseMarkup(html: string): HTMLElement | null {
  try {
    return new DOMParser().parseFromString(trustedPolicy().createHTML(html) as string, 'text/html').body;
  } catch {
    return null;
  }
}
