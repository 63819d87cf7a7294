/** Addresses that people keep: each opens what it did, signed in or after signing in. */
import assert from 'node:assert/strict';
import { ask, signUp } from './support/browser.mjs';
import { taskShown } from './support/editor.mjs';
import { eventually } from './support/eventually.mjs';
import { journey } from './support/journey.mjs';
import { projectOfTexts } from './support/project.mjs';

journey('bookmarked addresses open what they did', async ({ enter }) => {
  const { page } = await enter();
  const project = await projectOfTexts(page, 3);
  const [, second] = (await ask(page, 'GET', `/api/tasks/?project=${project}`)).tasks.map((task) => task.id);

  for (const [address, heading] of [
    ['/', 'Projects'],
    ['/projects', 'Projects'],
    ['/projects/', 'Projects'],
    [`/projects/${project}`, 'Harbour'],
    [`/projects/${project}/data`, 'Harbour'],
    [`/projects/${project}/data/`, 'Harbour'],
    [`/projects/${project}/data?tab=17`, 'Harbour'],
    [`/projects/${project}/settings`, 'Settings'],
    [`/projects/${project}/settings/labeling`, 'Settings'],
    ['/projects/create', 'New project'],
    ['/user/account', 'Account'],
    ['/user/account/', 'Account'],
    ['/organization', 'People'],
    ['/people', 'People'],
  ]) {
    await page.goto(address);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await eventually(async () => assert.match(await page.title(), /Labelkeep$/, address));
  }

  // A task in a tab of the upstream's data manager.
  for (const query of [`tab=17&task=${second}`, `task=${second}`]) {
    await page.goto(`/projects/${project}/data?${query}`);
    assert.equal(await taskShown(page), second);
    await eventually(async () => assert.equal(await page.title(), `Task ${second} · Harbour · Labelkeep`));
  }
  // With the project of another task, it leads to where the task is.
  const other = await ask(page, 'POST', '/api/projects/', { title: 'Elsewhere' });
  await page.goto(`/projects/${other.id}/data?task=${second}`);
  assert.equal(await taskShown(page), second);
  await page.waitForURL((url) => url.pathname === `/projects/${project}/data`);

  // Signed out, the address waits behind the sign-in form.
  const fresh = await enter();
  await fresh.page.goto(`/projects/${project}/data?task=${second}`);
  await fresh.page.getByLabel('E-mail').fill('ada@example.com');
  await fresh.page.getByLabel('Password').fill('wrong-password-1');
  await fresh.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await fresh.page.getByRole('alert').filter({ hasText: /./ }).waitFor();
  await fresh.page.getByLabel('Password').fill('Harbour-ferry-7');
  await fresh.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  assert.equal(await taskShown(fresh.page), second);

  // And signing out ends it.
  await page.goto('/projects/');
  await page.getByRole('button', { name: 'AE: ada@example.com' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: /Sign in/ }).waitFor();
  await page.goto('/projects/');
  await page.waitForURL(/\/user\/login\//);
});

journey('an invitation makes an account in the organization of who invited', async ({ enter }) => {
  const ada = await enter();
  await signUp(ada.page, 'ada@example.com');
  const { invite_url: invitation } = await ask(ada.page, 'GET', '/api/invite');
  const ben = await enter();
  await signUp(ben.page, 'ben@example.com', invitation);
  await ben.page.goto('/organization');
  await ben.page.getByText('ada@example.com').waitFor();
  await ben.page.waitForLoadState('networkidle');
  // Members see each other; what is done about people is for the owner and administrators.
  assert.equal(await ben.page.getByRole('button', { name: 'Manage', exact: true }).count(), 0);
  await ada.page.goto('/organization');
  await ada.page
    .getByRole('row', { name: /ben@example.com/ })
    .getByRole('button', { name: 'Manage', exact: true })
    .click();
  await ada.page.getByRole('button', { name: 'Remove' }).click();
  await ada.page.getByRole('button', { name: 'Remove from the organization' }).click();
  await ada.page.getByText('ben is no longer a member').waitFor();
  await ben.page.goto('/projects/');
  await ben.page.waitForURL(/\/user\/login\//);
});
