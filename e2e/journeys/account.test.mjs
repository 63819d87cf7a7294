/** One's own account: a second factor from setting up to its loss, tokens with a scope, sessions that are ended. */
import assert from 'node:assert/strict';
import { ask, signUp } from './support/browser.mjs';
import { dragOver, regionCount, regionsAre, taskShown } from './support/editor.mjs';
import { eventually } from './support/eventually.mjs';
import { journey } from './support/journey.mjs';
import { annotationsOf, delivered, projectOfTexts } from './support/project.mjs';
import { codeOf, enrol } from './support/second-factor.mjs';

const EMAIL = 'ada@example.com';
const PASSWORD = 'Harbour-ferry-7';

async function signOut(page) {
  await page.getByRole('button', { name: /^AE: / }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/user\/login/);
}

/** Ends the session behind the page's back. */
async function endSession(page) {
  const cookies = await page.context().cookies();
  const token = cookies.find((cookie) => cookie.name.endsWith('csrftoken'))?.value ?? '';
  const answer = await page.request.post('/logout', { headers: { 'X-CSRFToken': decodeURIComponent(token) } });
  assert.ok(answer.ok(), `signing out: ${answer.status()}`);
}

/** Fills in the sign-in form; with a code the second step too. */
async function signIn(page, code) {
  await page.goto('/user/login/');
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  if (code) {
    await page.waitForURL(/\/user\/second-factor/);
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  await page.waitForURL((url) => !url.pathname.startsWith('/user/'));
}

journey('a second factor: set up, asked for at sign-in, and replaced by a recovery code', async ({ enter }) => {
  const { page } = await enter();
  await signUp(page, EMAIL);
  const { secret, codes } = await enrol(page);
  await signOut(page);
  // The code of setting up was used; the next one is taken already.
  await signIn(page, codeOf(secret, 1));
  await signOut(page);
  await signIn(page, codes[0]);
  await page.goto('/user/account/second-factor');
  await page.getByText('9 codes left').waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByRole('heading', { name: 'A password alone can be stolen' }).waitFor();
  await signOut(page);
  await signIn(page);
});

journey('a token does what its scope says, is shown once, and ends at once', async ({ server, enter }) => {
  const { page } = await enter();
  await signUp(page, EMAIL);
  const [mine, other] = [
    await ask(page, 'POST', '/api/projects/', { title: 'Harbour' }),
    await ask(page, 'POST', '/api/projects/', { title: 'Market' }),
  ];
  await page.goto('/user/account/tokens');
  await page.getByRole('heading', { name: 'No tokens yet' }).waitFor();
  await page.getByRole('button', { name: 'New API token' }).click();
  const form = page.getByRole('dialog', { name: 'New API token' });
  await form.getByLabel('Name').fill('Nightly reading');
  await form.getByText('Chosen projects').click();
  await form.getByText('Harbour').click();
  await form.getByRole('button', { name: 'Make the token' }).click();
  const token = await page.getByLabel('Nightly reading, shown this once').inputValue();
  const status = async (address, init = {}) =>
    (
      await fetch(`${server.url}${address}`, {
        ...init,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      })
    ).status;
  assert.equal(await status(`/api/projects/${mine.id}/`), 200);
  assert.equal(await status(`/api/projects/${other.id}/`), 404);
  assert.equal(await status(`/api/projects/${mine.id}/`, { method: 'PATCH', body: '{"title":"Quay"}' }), 403);
  const row = page.getByRole('list', { name: 'API tokens' }).getByRole('listitem');
  // The time of its use is written beside the requests, which do not wait for it.
  await eventually(async () => {
    await page.reload();
    await row.waitFor();
    assert.match(await row.textContent(), /last used/);
  });
  assert.equal(await page.getByLabel('Nightly reading, shown this once').count(), 0);
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click();
  await row.getByText('Revoked').waitFor();
  assert.equal(await status(`/api/projects/${mine.id}/`), 401);
});

journey('a session ended from elsewhere: one signs in again in place, and no work is lost', async ({ enter }) => {
  const { page } = await enter();
  const project = await projectOfTexts(page, 4);
  const away = await enter();
  await signIn(away.page);
  await away.page.goto(`/projects/${project}/data?labeling=1`);
  const task = await taskShown(away.page);
  await away.page.waitForLoadState('networkidle');

  await page.goto('/user/account/sessions');
  await page.getByRole('button', { name: 'End 1 other session' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End 1 session' }).click();
  await page.getByText('You are signed in nowhere else').waitFor();

  await away.page.keyboard.press('3');
  await away.page.keyboard.press('Control+Enter');
  const dialog = away.page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.getByLabel('Password').fill('not the right one');
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.getByText('This is not your password').waitFor();
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await away.page.getByText(/Kept on this computer|Saving/).waitFor({ state: 'detached' });
  const kept = (await delivered(page, project, [task])).get(task);
  assert.equal(kept.length, 1);
  assert.deepEqual(kept[0].result[0].value, { choices: ['Good'] });
});

journey('the session ends with a second factor set up: the dialog asks for the code as well', async ({ enter }) => {
  const { page } = await enter();
  await signUp(page, EMAIL);
  const { codes } = await enrol(page);
  await page.goto('/user/account/profile');
  await page.getByLabel('First name').fill('Ada');
  await endSession(page);
  await page.getByRole('button', { name: 'Save the profile' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.getByLabel(/Code of your authenticator app/).fill(codes[3]);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Saved').waitFor();
  await eventually(async () =>
    assert.equal((await ask(page, 'GET', '/api/current-user/whoami')).first_name, 'Ada'),
  );
});

journey(
  'somebody else signs in on the same computer: nothing of the first person is shown or sent',
  async ({ enter }) => {
    const { page, context } = await enter();
    const project = await projectOfTexts(page, 2);
    const { invite_url: link } = await ask(page, 'GET', '/api/invite');
    const [task] = (await annotationsOf(page, project)).keys();
    await page.goto(`/projects/${project}/data?task=${task}`);
    await taskShown(page);
    await page.waitForLoadState('networkidle');
    await page.keyboard.press('1');
    await dragOver(page, 'ferry');
    await regionsAre(page, 1);
    await page.getByText(/Draft saved/).waitFor();
    await page.evaluate(() => {
      window.isFirst = true;
    });
    const other = await context.newPage();
    await other.goto('/user/login/');
    await endSession(other);
    await signUp(other, 'ben@example.com', link);
    await other.goto(`/projects/${project}/data?task=${task}`);
    assert.equal(await taskShown(other), task);
    // The window of the first person finds out by itself, and belongs to the second now.
    await page.waitForFunction(() => window.isFirst === undefined);
    await taskShown(page);
    for (const window of [page, other]) {
      assert.equal(await regionCount(window), 0);
    }
    const drafts = await ask(other, 'GET', `/api/tasks/${task}/drafts`);
    assert.deepEqual(
      drafts.filter(({ user }) => user === 'ben@example.com'),
      [],
    );
  },
);

/** A picture of one colour, 64 pixels wide and high, as the browser itself writes it. */
async function picture(page, color) {
  const base64 = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
    const context = canvas.getContext('2d');
    context.fillStyle = fill;
    context.fillRect(0, 0, 64, 64);
    return canvas.toDataURL('image/png').split(',')[1];
  }, color);
  return { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(base64, 'base64') };
}

journey('a picture of oneself: put up, shown in the head of the page, replaced, taken away', async ({ enter }) => {
  const { page } = await enter();
  await signUp(page, EMAIL);
  await page.goto('/user/account');
  const put = async (name, file) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name }).click();
    await (await chooser).setFiles(file);
  };
  const shown = page.getByRole('banner').locator('img[src*="avatar"]');
  await put('Add a picture', { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') });
  await page.getByText('The picture must be a JPEG, PNG or GIF file.').waitFor();
  assert.equal(await shown.count(), 0);
  await put('Add a picture', await picture(page, 'teal'));
  await shown.waitFor();
  const first = await shown.getAttribute('src');
  assert.ok(await shown.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  await put('Replace the picture', await picture(page, 'plum'));
  await page.waitForFunction((before) => {
    const image = document.querySelector('header img[src*="avatar"]');
    return image && image.getAttribute('src') !== before;
  }, first);
  await page.getByRole('button', { name: 'Remove the picture' }).click();
  await page.getByRole('button', { name: 'Add a picture' }).waitFor();
  await shown.waitFor({ state: 'detached' });
});
