/**
 * The one Trusted Types policy of the page (SEC-041): addresses of our own scripts, for workers. Markup is never made from
 * text, so there is no rule for it.
 */
interface Factory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): unknown };
}

export function trustOwnScripts(): void {
  const factory = (window as unknown as { trustedTypes?: Factory }).trustedTypes;
  if (!factory) return;
  const policy = factory.createPolicy('labelkeep', {
    createScriptURL: (url) => {
      if (new URL(url, window.location.href).origin !== window.location.origin) throw new TypeError('Not a script of ours.');
      return url;
    },
  });
  (window as unknown as { labelkeepScripts?: unknown }).labelkeepScripts = policy;
}
