/**
 * Offers passkeys on the forms around signing in, which work without a script otherwise. The block that carries `data-passkeys` is
 * shown when the server says `on` and the browser knows passkeys; its `data-does` says what its button does.
 */
import {
  type Answer,
  canSuggest,
  createPasskey,
  hasPasskeys,
  type NewPasskeyQuestion,
  PasskeyProblem,
  type PasskeyQuestion,
  usePasskey,
} from '../shared/passkeys/webauthn';

/** A question is good for five minutes; one that waits among the suggestions is renewed before. */
const RENEW_AFTER = 4 * 60 * 1_000;

const block = document.querySelector<HTMLElement>('[data-passkeys]');
const form = document.querySelector('form');
const button = block?.querySelector('button');
const alert = block?.querySelector('[role=alert]');

/** What waits among the suggestions. */
let suggestion: AbortController | undefined;

if (block && form && button && block.dataset.passkeys === 'on') {
  if (hasPasskeys()) {
    block.hidden = false;
    button.addEventListener('click', () => void press(block.dataset.does ?? ''));
    if (block.dataset.does === 'sign-in') void suggest();
  } else if (block.dataset.does === 'second-step') {
    block.hidden = false;
    button.hidden = true;
    say('This browser cannot use passkeys. Enter a code instead.');
  }
}

async function press(does: string): Promise<void> {
  if (!button || button.disabled) return;
  suggestion?.abort();
  say('');
  button.disabled = true;
  try {
    if (does === 'register') {
      await register();
    } else {
      const path = does === 'sign-in' ? '/user/login/passkey/' : '/user/second-factor/passkey/';
      await finish(path, await usePasskey(await post<PasskeyQuestion>(`${path}begin/`, {})));
    }
  } catch (error) {
    say(error instanceof PasskeyProblem ? error.message : 'The server cannot be reached. Try again.');
    button.disabled = false;
    if (does === 'sign-in') void suggest();
  }
}

/** Offers the passkeys of this server in the address field, until one is chosen or the button is pressed. */
async function suggest(): Promise<void> {
  if (!(await canSuggest())) return;
  const path = '/user/login/passkey/';
  const controller = new AbortController();
  suggestion = controller;
  const timer = window.setTimeout(() => {
    controller.abort();
    void suggest();
  }, RENEW_AFTER);
  try {
    const question = await post<PasskeyQuestion>(`${path}begin/`, {});
    if (controller.signal.aborted) return;
    const answer = await usePasskey(question, { suggest: true, signal: controller.signal });
    if (!controller.signal.aborted) await finish(path, answer);
  } catch (error) {
    // Nobody has asked for the suggestions: only what the server says about a passkey that was chosen is worth a word.
    if (error instanceof Refused && !controller.signal.aborted) say(error.message);
  } finally {
    window.clearTimeout(timer);
  }
}

async function finish(path: string, answer: Answer): Promise<void> {
  const isKept = form?.querySelector<HTMLInputElement>('[name=persist_session]')?.checked === true;
  const { next } = await post<{ next: string }>(`${path}finish/`, {
    ...answer,
    next: value('next') || new URLSearchParams(window.location.search).get('next'),
    persist_session: isKept,
  });
  window.location.assign(next);
}

/** Sets a passkey up for somebody whose organization requires a factor, and shows the recovery codes. */
async function register(): Promise<void> {
  const path = '/api/current-user/passkeys/';
  const answer = await createPasskey(await post<NewPasskeyQuestion>(`${path}begin/`, {}));
  const done = await post<{ recovery_codes: string[] | null }>(`${path}finish/`, { ...answer, name: 'Passkey' });
  const next = value('next') || '/';
  const template = document.querySelector('template');
  const main = document.querySelector('main');
  if (!done.recovery_codes || !template || !main) {
    window.location.assign(next);
    return;
  }
  const page = template.content.cloneNode(true) as DocumentFragment;
  const codes = page.querySelector('pre');
  if (codes) codes.textContent = done.recovery_codes.join('\n');
  page.querySelector('a')?.setAttribute('href', next);
  main.replaceChildren(page);
  main.querySelector('h1')?.focus();
}

/** The server's word about a passkey. */
class Refused extends PasskeyProblem {}

async function post<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': value('csrfmiddlewaretoken') },
    body: JSON.stringify(body),
  });
  const json = (await answer.json().catch(() => ({}))) as { detail?: string; validation_errors?: Fields } & T;
  if (answer.ok) return json;
  const fields = Object.values(json.validation_errors ?? {}).flat();
  throw new Refused(fields.join(' ') || json.detail || `The server answered ${answer.status}.`);
}

type Fields = Record<string, string[]>;

function value(name: string): string {
  return form?.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value ?? '';
}

function say(text: string): void {
  if (alert) alert.textContent = text;
}
