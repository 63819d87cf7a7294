/** The one place where text of users is parsed as HTML: into a document that runs and loads nothing. */

interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): unknown };
}

let parse: ((text: string) => unknown) | null = null;

/**
 * Parses markup into an inert body. Where the page's content policy allows no policy of this name
 * the markup is shown as text (null).
 */
export function parseMarkup(html: string): HTMLElement | null {
  try {
    parse ??= createParser();
    const document = new DOMParser().parseFromString(parse(html) as string, 'text/html');
    return document.body;
  } catch {
    return null;
  }
}

function createParser(): (text: string) => unknown {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (!factory) return (text) => text;
  // The result is never put into the page: it is read element by element (see `CleanMarkup`).
  const policy = factory.createPolicy('labelkeep-markup', { createHTML: (text) => text });
  return (text) => policy.createHTML(text);
}
