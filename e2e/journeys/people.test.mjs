/** People come in by invitation, get roles, and see what their role lets them see. */
import assert from 'node:assert/strict';
import { ask, signUp } from './support/browser.mjs';
import { taskShown } from './support/editor.mjs';
import { journey } from './support/journey.mjs';
import { projectOfTexts } from './support/project.mjs';
import { enrol } from './support/second-factor.mjs';

const SECRET = 'Somebody else’s';

/** Status of a request as the person who is signed in. */
async function statusOf(page, address) {
  return (await page.request.get(address)).status();
}

async function choose(page, field, option) {
  await page.getByRole('button', { name: field }).click();
  await page.getByRole('option', { name: option }).click();
}

/** Turns roles on by the guided step, as it is proposed. */
async function turnRolesOn(page, people) {
  await page.goto('/organization/roles');
  await page.getByRole('button', { name: `Turn roles on for ${people}` }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Turn roles on for ${people}` })
    .click();
  await page.getByRole('region', { name: 'Permissions' }).first().waitFor();
}

async function invitationLink(page) {
  await page.goto('/organization/invitations');
  await page.waitForFunction(() => document.querySelector('input[readonly]')?.value.includes('token='));
  return page.getByLabel('Invitation link').inputValue();
}

/** Adds somebody to a project on its settings page. */
async function addToProject(page, project, email) {
  await page.goto(`/projects/${project}/settings/members`);
  await page.getByRole('button', { name: 'Add people' }).click();
  await page.getByRole('checkbox', { name: new RegExp(email) }).check({ force: true });
  await page.getByRole('button', { name: 'Add 1 person' }).click();
  await page.getByRole('row', { name: new RegExp(email) }).waitFor();
}

journey(
  'who joins by the link with roles on is annotator: labels in their project, and sees and takes no more',
  async ({ enter }) => {
    const ada = await enter();
    const project = await projectOfTexts(ada.page, 3);
    const { id: secret } = await ask(ada.page, 'POST', '/api/projects/', { title: SECRET });
    await turnRolesOn(ada.page, '1 person');
    const link = await invitationLink(ada.page);

    const ben = await enter();
    await signUp(ben.page, 'ben@example.com', link);
    await ben.page.getByRole('heading', { name: 'You belong to no project yet' }).waitFor();
    await addToProject(ada.page, project, 'ben@example.com');

    // Not before it is published: the page of members says so, and does it.
    await ben.page.goto('/projects/');
    await ben.page.getByRole('heading', { name: 'You belong to no project yet' }).waitFor();
    await ada.page.getByText('Not published').waitFor();
    await ada.page.getByRole('button', { name: 'Publish' }).click();
    await ada.page.getByText('Not published').waitFor({ state: 'detached' });
    await ben.page.goto('/projects/');
    await ben.page.getByRole('link', { name: 'Harbour' }).waitFor();
    await ben.page.waitForLoadState('networkidle');
    assert.equal(await ben.page.getByText(SECRET).count(), 0);
    for (const name of ['New project', 'Samples', /^Actions for/]) {
      assert.equal(await ben.page.getByRole('button', { name }).count(), 0, `${name}`);
    }
    assert.equal(await ben.page.getByRole('link', { name: 'Organization' }).count(), 0);

    await ben.page.getByRole('link', { name: 'Harbour' }).click();
    await ben.page.getByRole('button', { name: 'Label all 3 tasks' }).waitFor();
    for (const name of ['Export', 'Import', 'Settings', 'More actions']) {
      assert.equal(await ben.page.getByRole('button', { name, exact: true }).count(), 0, name);
    }
    await ben.page.getByRole('button', { name: 'Label all 3 tasks' }).click();
    const first = await taskShown(ben.page);
    await ben.page.keyboard.press('3');
    await ben.page.keyboard.press('Control+Enter');
    await taskShown(ben.page, first);

    // Not by address either, nor by the API.
    await ben.page.goto(`/projects/${secret}/data`);
    await ben.page.getByRole('heading', { name: 'This project cannot be shown' }).waitFor();
    await ben.page.goto(`/projects/${project}/settings`);
    await ben.page.getByRole('heading', { name: 'The settings are for others' }).waitFor();
    assert.equal(await statusOf(ben.page, `/api/projects/${secret}/`), 404);
    assert.equal(await statusOf(ben.page, `/api/projects/${secret}/export?exportType=JSON`), 404);
    assert.equal(await statusOf(ben.page, `/api/projects/${project}/export?exportType=JSON`), 403);
  },
);

journey('an owner makes an annotator a manager, deactivates them, and lets them in again', async ({ enter }) => {
  const ada = await enter();
  await signUp(ada.page, 'ada@example.com');
  await turnRolesOn(ada.page, '1 person');
  const link = await invitationLink(ada.page);
  const ben = await enter();
  await signUp(ben.page, 'ben@example.com', link);
  await ben.page.getByRole('heading', { name: 'You belong to no project yet' }).waitFor();

  await ada.page.goto('/organization/people');
  await choose(ada.page, /Role of ben/, /^Manager/);
  await ada.page.getByText('ben is a manager now').waitFor();
  // Another role is another session.
  await ben.page.goto('/projects/');
  if (ben.page.url().includes('/user/login')) await signIn(ben.page, 'ben@example.com');
  await ben.page.getByRole('heading', { name: 'Label your first data' }).waitFor();

  await ada.page
    .getByRole('row', { name: /ben@example.com/ })
    .getByRole('button', { name: 'Manage', exact: true })
    .click();
  await ada.page.getByRole('button', { name: 'Deactivate' }).click();
  await ada.page.getByRole('button', { name: 'Deactivate, and end sessions and tokens' }).click();
  const gone = ada.page.getByRole('region', { name: 'Deactivated' }).first();
  await gone.getByText('ben@example.com').waitFor();
  await ben.page.goto('/projects/');
  await ben.page.waitForURL(/\/user\/login\//);

  await gone.getByRole('button', { name: 'Activate' }).click();
  await ada.page.getByText('ben may sign in again').waitFor();
  await signIn(ben.page, 'ben@example.com');
  await ben.page.getByRole('heading', { name: 'Label your first data' }).waitFor();
});

journey('an owner resets a lost second factor, and hands the organization over', async ({ enter }) => {
  const ada = await enter();
  await signUp(ada.page, 'ada@example.com');
  await turnRolesOn(ada.page, '1 person');
  const ben = await enter();
  await signUp(ben.page, 'ben@example.com', await invitationLink(ada.page));
  await enrol(ben.page);

  await ada.page.goto('/organization/people');
  const open = () =>
    ada.page
      .getByRole('row', { name: /ben@example.com/ })
      .getByRole('button', { name: 'Manage', exact: true })
      .click();
  await open();
  const drawer = ada.page.getByRole('dialog', { name: 'ben' }).first();
  await drawer.getByText('Set up: ').waitFor();
  await drawer.getByRole('button', { name: 'Reset', exact: true }).click();
  await ada.page.getByRole('button', { name: 'Remove factors and recovery codes' }).click();
  await ada.page.getByText('The second factor was removed').waitFor();
  await drawer.getByText('None set up').waitFor();
  // Ben is signed out, and the password alone lets him in.
  await ben.page.goto('/projects/');
  await ben.page.waitForURL(/\/user\/login\//);
  await signIn(ben.page, 'ben@example.com');
  await ben.page.getByRole('heading', { name: 'You belong to no project yet' }).waitFor();

  await drawer.getByRole('button', { name: 'Hand the organization over' }).click();
  await ada.page
    .getByRole('alertdialog')
    .or(ada.page.getByRole('dialog', { name: /^Hand the organization over to/ }))
    .getByRole('button', { name: 'Hand the organization over' })
    .click();
  await ada.page.goto('/organization/people');
  await ada.page.getByRole('row', { name: /ben@example.com/ }).getByText('Owner').first().waitFor();
  const role = async (page) => (await ask(page, 'GET', '/api/current-user/whoami')).role;
  // Another role is another session.
  await ben.page.goto('/projects/');
  if (ben.page.url().includes('/user/login')) await signIn(ben.page, 'ben@example.com');
  assert.deepEqual([await role(ada.page), await role(ben.page)], ['AD', 'OW']);
});

async function signIn(page, email) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('Harbour-ferry-7');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/user/'));
}

journey(
  'a personal invitation gives a role and a project, its link is shown once and can be revoked',
  async ({ enter }) => {
    const ada = await enter();
    const project = await projectOfTexts(ada.page, 3);
    await ask(ada.page, 'PATCH', `/api/projects/${project}/`, { is_published: true });
    await turnRolesOn(ada.page, '1 person');
    await ada.page.goto('/organization/invitations');
    await ada.page.getByRole('button', { name: 'Invite people' }).click();
    await ada.page.getByLabel('E-mail addresses').fill('cleo@example.com, dan@example.com');
    await choose(ada.page, /Role/, /^Reviewer/);
    await ada.page.getByRole('checkbox', { name: 'Harbour' }).check({ force: true });
    await ada.page.getByRole('button', { name: 'Invite 2 people' }).click();
    const dialog = ada.page.getByRole('dialog', { name: '2 invitations' });
    const cleos = await dialog.getByLabel('cleo@example.com').inputValue();
    const dans = await dialog.getByLabel('dan@example.com').inputValue();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await ada.page
      .getByRole('row', { name: /dan@example.com/ })
      .getByRole('button', { name: 'Revoke' })
      .click();
    await ada.page.getByText('The invitation of dan@example.com no longer works').waitFor();

    const cleo = await enter();
    await cleo.page.goto(cleos);
    await cleo.page.getByLabel('Password').fill('Harbour-ferry-7');
    await cleo.page.getByRole('button', { name: 'Create the account' }).click();
    await cleo.page.getByRole('link', { name: 'Harbour' }).waitFor();
    const me = await ask(cleo.page, 'GET', '/api/current-user/whoami');
    assert.equal(me.email, 'cleo@example.com');
    assert.equal(me.role, 'RE');

    const dan = await enter();
    await dan.page.goto(dans);
    await dan.page.getByRole('heading', { name: 'An invitation is needed' }).waitFor();
  },
);
