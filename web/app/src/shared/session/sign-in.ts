/** The sign-in forms of the server, filled in from a dialog. */
import { csrfToken } from '@labelkeep/api';
import { PasskeyProblem, type PasskeyQuestion, usePasskey } from '../passkeys/webauthn';

/** Where the server wants to go on: `code` is the second step, `elsewhere` what only a page of its own can do. */
export type Step = 'done' | 'wrong' | 'code' | 'busy' | 'elsewhere' | 'unreachable';

const SIGN_IN = '/user/login/';
const SECOND_STEP = '/user/second-factor/';
/** A small answer to be led to when all is done. */
const END = '/health';

export const sendPassword = (email: string, password: string): Promise<Step> =>
  submit(SIGN_IN, { email, password, next: END });

export const sendCode = (code: string): Promise<Step> => submit(SECOND_STEP, { code, next: END });

/** Signs in by a passkey alone; a text says why not. */
export async function sendPasskey(): Promise<'done' | { problem: string }> {
  try {
    // The form brings the token with which the questions may be asked.
    await fetch(`${SIGN_IN}?next=${END}`, { credentials: 'same-origin' });
    const question = (await post(`${SIGN_IN}passkey/begin/`, {})) as PasskeyQuestion;
    await post(`${SIGN_IN}passkey/finish/`, { ...(await usePasskey(question)), next: END });
    return 'done';
  } catch (error) {
    return { problem: error instanceof PasskeyProblem ? error.message : 'The server cannot be reached. Try again.' };
  }
}

async function post(path: string, body: object): Promise<unknown> {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
    body: JSON.stringify(body),
  });
  const json = (await answer.json().catch(() => ({}))) as { detail?: string };
  if (!answer.ok) throw new PasskeyProblem(json.detail ?? `The server answered ${answer.status}.`);
  return json;
}

async function submit(path: string, fields: Record<string, string>): Promise<Step> {
  try {
    // The form brings the token with which it may be sent.
    const form = await fetch(`${path}?next=${END}`, { credentials: 'same-origin' });
    if (pathOf(form) === END) return 'done';
    if (pathOf(form) !== path) return stepAt(form, path);
    const answer = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      body: new URLSearchParams({ ...fields, csrfmiddlewaretoken: csrfToken() }),
    });
    return stepAt(answer, path);
  } catch {
    return 'unreachable';
  }
}

function stepAt(answer: Response, sent: string): Step {
  if (answer.status === 429 || answer.status === 503) return 'busy';
  const path = pathOf(answer);
  if (path === sent) return answer.ok ? 'wrong' : 'elsewhere';
  if (path === SECOND_STEP) return 'code';
  return path === END ? 'done' : 'elsewhere';
}

function pathOf(answer: Response): string {
  return new URL(answer.url).pathname;
}

/** The id of the account that is signed in now; undefined when nobody is. */
export async function whoIsThere(): Promise<number | undefined> {
  try {
    const answer = await fetch('/api/current-user/whoami', {
      credentials: 'same-origin',
      headers: { Accept: 'application/json', 'X-Background': 'true' },
    });
    if (!answer.ok) return undefined;
    const { id } = (await answer.json()) as { id?: unknown };
    return typeof id === 'number' ? id : undefined;
  } catch {
    return undefined;
  }
}
