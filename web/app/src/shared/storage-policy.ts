/**
 * A page may load from where its own project's storages are, and from no other project's (SEC-042). Going from page to page keeps
 * the document, and with it the policy that it came with: when that stops an object of a storage, the page is loaded anew, under the
 * policy of the project that is on screen.
 */

/** How long a page that was loaded anew is not loaded again, in milliseconds: the object then lies elsewhere than the policy says. */
const PAUSE = 60_000;

/** The project on screen when what was stopped is an object of a storage; else none. */
export function stoppedIn(blocked: string, page: URL): string | undefined {
  if (!URL.canParse(blocked, page)) return;
  const { origin, pathname } = new URL(blocked, page);
  if (origin !== page.origin || !/^\/(tasks|projects)\/\d+\/(resolve|presign)\/$/.test(pathname)) return;
  return /^\/projects\/(\d+)(\/|$)/.exec(page.pathname)?.[1];
}

export function watchStoragePolicy() {
  document.addEventListener('securitypolicyviolation', ({ blockedURI, disposition }) => {
    const project = disposition === 'enforce' ? stoppedIn(blockedURI, new URL(location.href)) : undefined;
    if (!project) return;
    const key = `storage-policy-${project}`;
    if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < PAUSE) return;
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  });
}
