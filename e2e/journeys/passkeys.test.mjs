/** Passkeys, with an authenticator that the browser plays: made, used beside the password, alone, as a confirmation, and removed. */
import assert from 'node:assert/strict';
import { signUp } from './support/browser.mjs';
import { journey } from './support/journey.mjs';

const EMAIL = 'ada@example.com';
const PASSWORD = 'Harbour-ferry-7';

/** Plugs an authenticator into the page: one that knows its owner by a finger, and keeps what it makes. */
async function plugIn(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const tell = (method, rest = {}) => session.send(`WebAuthn.${method}`, { authenticatorId, ...rest });
  return {
    /** Whether somebody touches it when it is asked. */
    touched: (enabled) => tell('setAutomaticPresenceSimulation', { enabled }),
    /** Whether the finger is the owner's. */
    verified: (isUserVerified) => tell('setUserVerified', { isUserVerified }),
    passkeys: async () => (await tell('getCredentials')).credentials,
    forget: () => tell('clearCredentials'),
  };
}

async function addPasskey(page, name) {
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create the passkey' }).click();
  return dialog;
}

async function signOut(page) {
  await page.getByRole('button', { name: /^AE: / }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/user\/login/);
}

async function typePassword(page) {
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const signedIn = (page) => page.waitForURL((url) => !url.pathname.startsWith('/user/'));

journey('a passkey: made, used as second step, alone and to confirm, and removed', async ({ server, enter }) => {
  const { page } = await enter();
  await signUp(page, EMAIL);
  const authenticator = await plugIn(page);
  await page.goto('/user/account/second-factor');

  // Whoever cannot show who they are gets a word about it, and may try again.
  await authenticator.verified(false);
  const dialog = await addPasskey(page, 'Work laptop');
  await dialog.getByRole('alert').getByText(/cancelled, or took too long/).waitFor();
  await authenticator.verified(true);
  await dialog.getByRole('button', { name: 'Try again' }).click();
  const codes = page.getByRole('dialog', { name: 'Your recovery codes' });
  await codes.getByText('I have kept them').click();
  await codes.getByRole('button', { name: 'Done' }).click();
  const list = page.getByRole('list', { name: 'Passkeys' });
  await list.getByText('Work laptop').waitFor();
  assert.equal((await authenticator.passkeys()).length, 1);

  // The same authenticator makes no second one.
  const again = await addPasskey(page, 'Work laptop again');
  await again.getByRole('alert').getByText(/holds a passkey of your account already/).waitFor();
  await again.getByRole('button', { name: 'Cancel' }).click();
  await list.getByRole('button', { name: 'Rename Work laptop' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Old laptop');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await list.getByText('Old laptop').waitFor();

  // Password, then the passkey. Nobody touches the authenticator while the form waits for one of the two.
  await authenticator.touched(false);
  await signOut(page);
  await typePassword(page);
  await page.waitForURL(/\/user\/second-factor/);
  await authenticator.touched(true);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await signedIn(page);

  // The passkey alone, chosen among what the browser suggests for the address.
  await signOut(page);
  await signedIn(page);

  // By the button, as in a browser that suggests none.
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await signedIn(page);

  // It confirms what is sensitive, when the sign-in is some time ago.
  await page.goto('/user/account/second-factor');
  const refusal = { status_code: 403, detail: 'Confirm that it is you.', code: 'reauthentication_required' };
  await page.route('**/api/current-user/factors/*/', (route) => route.fulfill({ status: 403, json: refusal }), {
    times: 1,
  });
  await list.getByRole('button', { name: 'Remove Old laptop' }).click();
  await page.getByRole('dialog', { name: 'Remove the passkey?' }).getByRole('button', { name: 'Remove it' }).click();
  const confirm = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await confirm.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('The passkey was removed').waitFor();
  await page.getByText('Sign in with a finger, a face or a PIN').waitFor();

  // What was removed signs nobody in, and the password is enough again.
  await authenticator.touched(false);
  await signOut(page);
  await authenticator.touched(true);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('alert').getByText(/This passkey was not accepted/).waitFor();
  await authenticator.forget();
  await typePassword(page);
  await signedIn(page);
  assert.equal(new URL(page.url()).origin, new URL(server.url).origin);
});

journey('a passkey where the organization requires a factor', async ({ enter }) => {
  const { page } = await enter();
  await signUp(page, EMAIL);
  const authenticator = await plugIn(page);
  await page.goto('/user/account/second-factor');
  await addPasskey(page, 'Mine');
  const codes = page.getByRole('dialog', { name: 'Your recovery codes' });
  await codes.getByText('I have kept them').click();
  await codes.getByRole('button', { name: 'Done' }).click();
  assert.equal((await authenticator.passkeys()).length, 1);
  const { invite_url: link } = await (await page.request.get('/api/invite')).json();
  const cookies = await page.context().cookies();
  const token = cookies.find((cookie) => cookie.name.endsWith('csrftoken'))?.value ?? '';
  const policy = await page.request.patch('/api/factor-policy/', {
    headers: { 'X-CSRFToken': decodeURIComponent(token) },
    data: { required_roles: ['ME', 'AN'] },
  });
  assert.ok(policy.ok(), await policy.text());

  const member = await enter();
  await plugIn(member.page);
  await member.page.goto(link);
  await member.page.getByLabel('E-mail').fill('grace@example.com');
  await member.page.getByLabel('Password').fill(PASSWORD);
  await member.page.getByRole('button', { name: 'Create the account' }).click();
  await member.page.waitForURL(/\/user\/second-factor\/setup/);
  await member.page.getByRole('button', { name: 'Set up a passkey instead' }).click();
  await member.page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
  assert.equal((await member.page.locator('pre').textContent()).split('\n').length, 10);
  await member.page.getByRole('link', { name: 'Go on' }).click();
  await signedIn(member.page);
});
