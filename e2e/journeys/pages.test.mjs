/**
 * Every page, in both themes: axe finds nothing serious, nothing is asked of another origin, no content policy is broken and
 * nothing is written to the console (the last three are watched in all journeys).
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ask, fromWeb, signUp } from './support/browser.mjs';
import { taskShown } from './support/editor.mjs';
import { journey } from './support/journey.mjs';

const axe = await readFile(fromWeb.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it stands, in both themes. */
async function serious(page, name) {
  const found = [];
  await page.evaluate(axe);
  for (const theme of ['light', 'dark']) {
    await page.evaluate((chosen) => {
      document.documentElement.dataset.theme = chosen;
    }, theme);
    // Only colours differ in the dark.
    const rules = theme === 'dark' ? { runOnly: { type: 'rule', values: ['color-contrast'] } } : {};
    const { violations } = await page.evaluate(
      (only) => window.axe.run(document, { resultTypes: ['violations'], ...only }),
      rules,
    );
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      found.push(
        `${name}, ${theme}: ${id} at ${nodes
          .slice(0, 3)
          .map((node) => `${node.target} (${node.any[0]?.message ?? ''})`)
          .join(', ')}`,
      );
    }
  }
  return found;
}

journey('every page is accessible in both themes and stays at home', async ({ enter }) => {
  const { page } = await enter();
  const found = [];
  const look = async (name, address, ready) => {
    if (address) await page.goto(address);
    await ready();
    found.push(...(await serious(page, name)));
  };
  const heading = (name) => () => page.getByRole('heading', { name }).first().waitFor();

  await look('first sign-up', '/', heading('Create the first account'));
  await signUp(page, 'ada@example.com');
  await look('no projects yet', '/projects/', heading('Label your first data'));
  const ids = [];
  for (const slug of ['news-entities', 'product-reviews', 'street-scenes']) {
    ids.push((await ask(page, 'POST', `/api/samples/${slug}/`)).id);
  }
  const [news, reviews, streets] = ids;
  await look('projects', '/projects/', () => page.getByRole('link', { name: 'Street scenes' }).waitFor());
  await page.keyboard.press('Control+k');
  await look('palette', undefined, () => page.getByRole('option', { name: /Street scenes/ }).waitFor());
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await look('keys', undefined, () => page.getByRole('dialog', { name: 'Keys' }).waitFor());

  await look('create: name', '/projects/create', () => page.getByLabel('Title').waitFor());
  await page.getByRole('button', { name: 'Next: data' }).click();
  await look('create: data', undefined, () => page.getByRole('button', { name: /Drop files here/ }).waitFor());
  await page.getByRole('button', { name: 'Next: labeling setup' }).click();
  const templates = page.getByRole('list', { name: 'Templates' }).getByRole('button');
  await look('create: gallery', undefined, () => templates.first().waitFor());
  await templates.filter({ hasText: 'Named entity recognition' }).click();
  await look('create: setup', undefined, async () => {
    await page.getByRole('textbox', { name: 'Labeling configuration, XML' }).waitFor();
    await taskShown(page);
  });

  await look('tasks', `/projects/${streets}/data`, () =>
    page.getByRole('grid').getByText('Finished').first().waitFor(),
  );
  await page.getByRole('button', { name: 'Filter' }).click();
  await look('filters', undefined, () => page.getByRole('dialog', { name: 'Filters' }).waitFor());
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  await look('columns', undefined, () => page.getByRole('dialog', { name: 'Columns' }).waitFor());
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'As cards' }).click();
  await look('cards', undefined, () => page.getByRole('grid').getByText('Finished').first().waitFor());
  await page.getByRole('radio', { name: 'As a table' }).click();
  await page.getByRole('columnheader').first().waitFor();
  await page.getByRole('checkbox', { name: 'Select all' }).click();
  await look('selection', undefined, () => page.getByRole('toolbar', { name: 'Selected tasks' }).waitFor());
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('toolbar', { name: 'Selected tasks' }).waitFor({ state: 'detached' });
  await page.getByRole('grid').getByText('Finished').first().click();
  await look('task beside the list', undefined, () => taskShown(page));
  await look('overview', `/projects/${streets}/overview`, heading('Progress'));
  await look('trash', `/projects/${streets}/trash`, heading('The trash is empty'));
  await page.goto(`/projects/${streets}/data`);
  await page.getByRole('button', { name: 'Export' }).click();
  await look('export', undefined, () => page.getByText(/Nothing is left out|Left out of this file/).waitFor());
  await look('import', `/projects/${streets}/data?import=1`, () =>
    page.getByRole('dialog', { name: 'Import data' }).waitFor(),
  );
  for (const [name, id] of [
    ['text', news],
    ['review', reviews],
    ['picture', streets],
  ]) {
    await look(`labeling a ${name}`, `/projects/${id}/data?labeling=1`, async () => {
      await taskShown(page);
      await page.getByRole('dialog', { name: 'Instructions' }).waitFor();
    });
    await page.keyboard.press('Escape');
    await look(`labeling a ${name}, without the instructions`, undefined, () =>
      page.getByRole('dialog').waitFor({ state: 'detached' }),
    );
  }
  for (const part of ['general', 'labeling', 'annotation', 'predictions', 'danger-zone']) {
    await look(`settings: ${part}`, `/projects/${news}/settings/${part}`, async () => {
      await page.getByRole('tabpanel').first().waitFor();
      if (part === 'labeling') await taskShown(page);
    });
  }
  await look('account', '/user/account', heading('Account'));
  await look('password', '/user/account/password', () => page.getByLabel('Current password').waitFor());
  await look('second factor', '/user/account/second-factor', heading('A password alone can be stolen'));
  await look('sessions', '/user/account/sessions', heading('Where you are signed in'));
  await look('tokens', '/user/account/tokens', heading('No tokens yet'));
  await page.getByRole('button', { name: 'New API token' }).click();
  await page.getByText('Chosen projects').click();
  await look('new token', undefined, () => page.getByText('Street scenes').first().waitFor());
  await look('keys', '/user/account/keys', heading('Appearance'));
  await look('security', '/organization/security', () =>
    page.getByRole('textbox', { name: 'Minimum length, in characters' }).waitFor(),
  );
  await look('installation', '/organization/security/installation', () => page.getByText('LABELKEEP_LOCAL').waitFor());
  await look('token rules', '/organization/security/tokens', () =>
    page.getByRole('textbox', { name: 'Longest life of a new token, in days' }).waitFor(),
  );
  await look('people', '/organization', () => page.getByRole('row', { name: /ada@example.com/ }).waitFor());
  await page.getByRole('button', { name: 'Manage', exact: true }).click();
  await look('member', undefined, () => page.getByRole('list', { name: 'Sessions' }).waitFor());
  await look('invitations', '/organization/invitations', () => page.getByLabel('Invitation link').waitFor());
  await page.getByRole('button', { name: 'Invite people' }).click();
  await look('invite', undefined, () => page.getByLabel('E-mail addresses').waitFor());
  await look('roles', '/organization/roles', () => page.getByRole('button', { name: /^Turn roles on/ }).waitFor());
  await look('workspaces', '/organization/workspaces', () => page.getByText('My sandbox').waitFor());
  await look('audit', '/organization/audit', () => page.getByRole('cell', { name: 'Opened data' }).first().waitFor());
  await look('usage', '/organization/usage', heading('Annotations'));
  await look('members of a project', `/projects/${streets}/settings/members`, () =>
    page.getByRole('button', { name: 'Add people' }).waitFor(),
  );
  await look('no such project', '/projects/999/data', heading('This project cannot be shown'));
  await look('no such task', `/projects/${news}/data?task=99999`, heading('This task cannot be shown'));
  await look('no such page', '/nowhere', heading('There is no such page'));
  const stranger = await enter();
  for (const [name, address] of [
    ['sign-in', '/user/login/'],
    ['sign-up without a link', '/user/signup/'],
  ]) {
    await stranger.page.goto(address);
    found.push(...(await serious(stranger.page, name)));
  }
  assert.deepEqual(found, []);
});
