/** A small client: JSON in and out, the CSRF token on changes, errors as one type. */

/** What the server said when it did not do as asked. `status` 0 means that it was not reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    /** One sentence for people. */
    readonly detail: string,
    /** Field name to texts; problems of the whole are under `non_field_errors`. */
    readonly fields: Readonly<Record<string, string[]>>,
    /** A fixed word for programs, where the server says one: `reauthentication_required`. */
    readonly code?: string,
  ) {
    super(detail);
  }
}

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface UploadOptions {
  /** Called with the bytes that have been sent, and of how many. */
  onProgress?: (sent: number, total: number) => void;
  signal?: AbortSignal;
}

function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return path;
  return `${path}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

/** The CSRF token, which the server keeps in a cookie that scripts may read. */
export function csrfToken(cookies = document.cookie): string {
  const found = /(?:^|;\s*)(?:__Host-)?csrftoken=([^;]*)/.exec(cookies);
  return found?.[1] ? decodeURIComponent(found[1]) : '';
}

/** Reads the error envelope; anything else becomes a plain sentence. */
export function errorOf(status: number, text: string): ApiError {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) {
      const { detail, validation_errors: errors, code } = body as Record<string, unknown>;
      const fields: Record<string, string[]> = {};
      for (const [name, value] of Object.entries((errors ?? (detail === undefined ? body : {})) as object)) {
        fields[name] = (Array.isArray(value) ? value : [value]).map((item) =>
          typeof item === 'string' ? item : JSON.stringify(item),
        );
      }
      const [first] = Object.values(fields).flat();
      return new ApiError(
        status,
        errors && first ? first : typeof detail === 'string' ? detail : (first ?? `Error ${status}`),
        fields,
        typeof code === 'string' ? code : undefined,
      );
    }
  } catch {
    // Not JSON: a proxy's page, or nothing.
  }
  return new ApiError(status, `The server answered with an error (${status}). Try again.`, {});
}

const unreachable = () => new ApiError(0, 'The server cannot be reached. Check the connection and try again.', {});

/** Signed out: to the sign-in form, and back here afterwards. */
function signIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/user/login/?next=${encodeURIComponent(here)}`);
}

/** Asks the person to prove once more who they are; resolves to whether they did. */
type Reauthenticate = () => Promise<boolean>;

let reauthenticate: Reauthenticate | undefined;

/**
 * What is done when the server wants a fresh proof of identity before it does something sensitive. When the person gives it, the
 * request is sent again, and who asked for it notices nothing.
 */
export function onReauthenticationRequired(ask: Reauthenticate | undefined): void {
  reauthenticate = ask;
}

/** Asks the person to sign in again; resolves to whether the same person has. False: the sign-in page takes over. */
type SignInAgain = () => Promise<boolean>;

let signInAgain: SignInAgain | undefined;

/** What is done when the session has ended while the page is open. Requests wait for it, and are then sent once more. */
export function onSessionEnded(ask: SignInAgain | undefined): void {
  signInAgain = ask;
}

let isClosed = false;

/**
 * Sends nothing from now on: somebody else is signed in, in whose name this page must not act (SEC-185). What waits stays in the
 * browser's database, under the id of whose it is. The page is loaded anew for the other person.
 */
export function closeClient(): void {
  isClosed = true;
}

const closed = () => new ApiError(0, 'Somebody else has signed in on this computer. Nothing was sent.', {});

interface SendOptions {
  headers?: Record<string, string>;
  query?: Query;
  signal?: AbortSignal;
  /** Asked by a timer, not by the person: it does not keep their session alive (SEC-027). */
  isBackground?: boolean;
  /** The page is being left: the request goes on without it. Bodies of all such together may have 64 KiB. */
  outlivesPage?: boolean;
  /** The person has just proven who they are; they are not asked twice. */
  isConfirmed?: boolean;
  /** The person has just signed in again. */
  isRenewed?: boolean;
}

/** `body` is written as JSON; a Blob is JSON that was written already. */
async function send<T>(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<T> {
  if (isClosed) throw closed();
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (options.isBackground) headers['X-Background'] = 'true';
  if (method !== 'GET') headers['X-CSRFToken'] = csrfToken();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      keepalive: options.outlivesPage ?? false,
      ...(body !== undefined ? { body: body instanceof Blob ? body : JSON.stringify(body) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw unreachable();
  }
  const text = await response.text();
  if (response.status === 401) {
    if (!options.isRenewed && (await signInAgain?.()))
      return send<T>(method, path, body, { ...options, isRenewed: true });
    if (!isClosed) signIn();
  }
  if (!response.ok) {
    const error = errorOf(response.status, text);
    if (error.code === 'reauthentication_required' && reauthenticate && !options.isConfirmed) {
      if (await reauthenticate()) return send<T>(method, path, body, { ...options, isConfirmed: true });
      throw new ApiError(error.status, 'Nothing was changed, as it was not confirmed.', {}, error.code);
    }
    throw error;
  }
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T;
  } catch {
    throw new ApiError(response.status, 'The server answered with something else than data. Try again.', {});
  }
}

/** Sends a form with progress, which fetch cannot tell. */
function upload<T>(
  path: string,
  form: FormData | URLSearchParams,
  { onProgress, signal }: UploadOptions = {},
  isRenewed = false,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (isClosed) {
      reject(closed());
      return;
    }
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('X-CSRFToken', csrfToken());
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded, event.total);
    request.onload = async () => {
      if (request.status === 401) {
        if (!isRenewed && (await signInAgain?.())) {
          upload<T>(path, form, { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) }, true).then(
            resolve,
            reject,
          );
          return;
        }
        if (!isClosed) signIn();
      }
      if (request.status < 200 || request.status >= 300) {
        reject(errorOf(request.status, request.responseText));
        return;
      }
      try {
        resolve(JSON.parse(request.responseText || 'null') as T);
      } catch {
        // A page where data was expected: a proxy's, or a sign-in form.
        reject(new ApiError(request.status, 'The server answered with something else than data. Try again.', {}));
      }
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

export const api = {
  get: <T>(path: string, query?: Query, options: Pick<SendOptions, 'isBackground'> = {}) =>
    send<T>('GET', path, undefined, query ? { ...options, query } : options),
  post: <T>(path: string, body: unknown = {}) => send<T>('POST', path, body),
  patch: <T>(path: string, body: unknown, options: Pick<SendOptions, 'outlivesPage'> = {}) =>
    send<T>('PATCH', path, body, options),
  put: <T>(path: string, body: unknown) => send<T>('PUT', path, body),
  delete: <T = void>(path: string, query?: Query) => send<T>('DELETE', path, undefined, query ? { query } : {}),
  send,
  upload: <T>(path: string, form: FormData | URLSearchParams, options: UploadOptions = {}) =>
    upload<T>(path, form, options),
};
