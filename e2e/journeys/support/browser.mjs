/** A real browser, and a watch over what its pages complain about and ask for. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

// The packages of the browser app are the only ones installed; scripts outside of that folder name it.
export const fromWeb = createRequire(path.resolve(import.meta.dirname, '../../../web/package.json'));
const { chromium } = fromWeb('playwright-core');

/** Where Chromium is; `CHROMIUM` overrides it. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Milliseconds for a single step of a journey: what takes longer on a busy machine will not come. */
export const STEP = 60_000;

export async function launch() {
  if (!existsSync(CHROMIUM)) throw new Error(`there is no Chromium at ${CHROMIUM}`);
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A person's own window: cookies and storage apart from all others. `complaints` collects console errors, broken content
 * policies, exceptions, and requests to other origins but for those that are `expected`; a journey ends with
 * `assert.deepEqual(complaints, [])`.
 */
export async function person(browser, server, { expected = [], ...options } = {}) {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(STEP);
  const complaints = [];
  context.on('weberror', (error) => complaints.push(`exception: ${error.error().message}`));
  context.on('console', (message) => {
    // What the network or the server refuses is told to the person; the browser's own line about it is no fault.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  context.on('request', (request) => {
    const url = request.url();
    if (url.startsWith(server.url) || /^(data|blob):/.test(url) || expected.includes(url)) return;
    complaints.push(`another origin: ${url}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  return { context, page, complaints };
}

/** Makes an account by the sign-up form; the first one owns the installation, the others need an invitation's address. */
export async function signUp(page, email, address = '/user/signup/', password = 'Harbour-ferry-7') {
  await page.goto(address);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/user/signup'));
}

/** Asks the API as the person who is signed in. */
export async function ask(page, method, address, body) {
  const cookies = await page.context().cookies();
  const token = cookies.find((cookie) => cookie.name.endsWith('csrftoken'))?.value ?? '';
  const answer = await page.request.fetch(address, {
    method,
    headers: { 'X-CSRFToken': decodeURIComponent(token) },
    ...(body === undefined ? {} : { data: body }),
  });
  if (!answer.ok()) throw new Error(`${method} ${address}: ${answer.status()} ${await answer.text()}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

/** Presses Tab until the element has the focus; fails when it cannot be reached. */
export async function tabTo(page, locator, key = 'Tab') {
  await locator.waitFor({ state: 'attached' });
  for (let step = 0; step < 80; step += 1) {
    if (await locator.evaluate((element) => element.ownerDocument.activeElement === element)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${locator} cannot be reached with ${key}`);
}
