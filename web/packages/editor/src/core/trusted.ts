/**
 * The one Trusted Types policy of the product (`trusted-types labelkeep`). A policy can be made
 * once only, so it lives under a well-known symbol where every package finds it.
 */

export interface TrustedPolicy {
  /** For `DOMParser` alone: the inert document is read element by element and never put into the page. */
  createHTML(text: string): unknown;
  /** For workers: addresses of this site and blobs; anything else throws. */
  createScriptURL(url: string): unknown;
}

interface Factory {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string; createScriptURL(url: string): string },
  ): TrustedPolicy;
}

const KEY = Symbol.for('labelkeep.trusted-types');

/** The policy; where the browser has no Trusted Types, functions that hand their text through. */
export function trustedPolicy(): TrustedPolicy {
  const global = globalThis as { [KEY]?: TrustedPolicy; trustedTypes?: Factory };
  const rules = { createHTML: (text: string) => text, createScriptURL: ownScript };
  global[KEY] ??= global.trustedTypes?.createPolicy('labelkeep', rules) ?? rules;
  return global[KEY];
}

function ownScript(url: string): string {
  const { origin, protocol } = new URL(url, location.href);
  if (protocol !== 'blob:' && origin !== location.origin)
    throw new TypeError(`Scripts are loaded from this site alone, not from ${url}`);
  return url;
}
