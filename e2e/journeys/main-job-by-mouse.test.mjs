/** From the first start to the exported file, with the mouse: what a new user is promised. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ask, signUp } from './support/browser.mjs';
import { dragOver, drawOn, regionCount, regionsAre, taskShown } from './support/editor.mjs';
import { eventually } from './support/eventually.mjs';
import { journey } from './support/journey.mjs';
import { annotationsOf, delivered } from './support/project.mjs';

/** Follows what a click downloads, to its content. */
async function downloaded(page, click) {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

/** A label of the palette. */
function label(page, name) {
  return page.getByRole('toolbar', { name: 'Labels label' }).getByRole('button', { name: new RegExp(`^${name}`) });
}

journey('from the first start to an exported file', async ({ server, enter }) => {
  assert.match(server.output, new RegExp(`ready: ${server.url}`));
  assert.ok(server.output.includes(server.folder), 'it says where the data lies');
  assert.match(server.output, /make the first one/);

  const { page } = await enter();
  await page.goto('/');
  await page.getByRole('heading', { name: 'Create the first account' }).waitFor();
  await signUp(page, 'ada@example.com', page.url());
  await page.getByRole('heading', { name: 'Label your first data' }).waitFor();

  // The organization is theirs, and nobody else gets in without a link.
  const me = await ask(page, 'GET', '/api/current-user/whoami');
  const organization = await ask(page, 'GET', `/api/organizations/${me.active_organization}`);
  assert.equal(organization.created_by, me.id);
  const stranger = await enter();
  await stranger.page.goto('/user/signup/');
  assert.equal(await stranger.page.getByRole('button', { name: 'Create the account' }).count(), 0);

  // Three steps: name, data, labeling setup.
  await page.getByRole('link', { name: 'New project' }).click();
  await page.getByLabel('Title').fill('Ferries');
  await page.getByRole('button', { name: 'Next: data' }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: /Drop files here/ }).click(),
  ]);
  const rows = [
    'text,harbour',
    '"The ferry left Ostermoor at ten.",north',
    '"Linden, a port, has two ferries.",south',
    'Nobody came.,west',
  ];
  await chooser.setFiles({ name: 'ferries.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
  await page.getByText('ferries.csv').waitFor();
  await page.getByRole('button', { name: 'Next: labeling setup' }).click();
  const templates = page.getByRole('list', { name: 'Templates' }).getByRole('button');
  await templates.nth(19).waitFor();
  await page.getByRole('button', { name: /^Text \d+$/ }).click();
  await templates.filter({ hasText: 'Named entity recognition' }).click();
  // The preview shows the person's own first row.
  await page.getByText('Preview with your first task').waitFor();
  await page.getByText('The ferry left Ostermoor at ten.').waitFor();
  await page.getByRole('button', { name: 'Create and import 1 item' }).click();
  await page.getByText('3 tasks came in.').waitFor();
  await page.getByRole('button', { name: 'See the tasks' }).click();
  const grid = page.getByRole('grid', { name: 'Tasks' });
  await grid.getByText('Linden, a port, has two ferries.').waitFor();

  // Labeling: mark, submit, and the next task comes by itself.
  await page.getByRole('button', { name: 'Label all 3 tasks' }).click();
  const first = await taskShown(page);
  await page.locator('[role=document]').getByText('The ferry left').waitFor();
  await label(page, 'Place').click();
  await dragOver(page, 'Ostermoor');
  await regionsAre(page, 1);
  await page.getByRole('button', { name: /^Submit/ }).click();
  const second = await taskShown(page, first);
  await page.getByRole('button', { name: /^Skip/ }).click();
  const third = await taskShown(page, second);
  // Back to the first one, which is changed and updated.
  await page.getByRole('button', { name: 'Previous task' }).click();
  await taskShown(page, third);
  await page.getByRole('button', { name: 'Next task' }).click();
  await taskShown(page, second);
  await page.getByRole('button', { name: /^Submit/ }).click();
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  const project = Number(/\/projects\/(\d+)\//.exec(page.url())[1]);
  await delivered(page, project, [first, second, third]);
  await page.getByRole('button', { name: 'See the tasks' }).click();
  await grid.getByText('Finished').first().waitFor();

  // A finished task is opened from the table and changed.
  await grid.getByText('The ferry left Ostermoor at ten.').click();
  await taskShown(page);
  await regionsAre(page, 1);
  await label(page, 'Person').click();
  await dragOver(page, 'ferry');
  await regionsAre(page, 2);
  await page.getByRole('button', { name: /^Update/ }).click();
  await eventually(async () => {
    const [changed] = (await annotationsOf(page, project)).get(first);
    assert.equal(changed.result.length, 2);
  });
  await page.getByRole('button', { name: 'Close the task' }).click();

  // Results out.
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByText('Nothing is left out.').waitFor();
  const file = await downloaded(page, () => page.getByRole('button', { name: 'Download JSON' }).click());
  const exported = JSON.parse(file.content);
  assert.match(file.name, /\.json$/);
  const marked = exported.find((task) => task.data.harbour === 'north').annotations[0].result;
  assert.deepEqual(marked.map((item) => item.value.text).sort(), ['Ostermoor', 'ferry']);
  assert.ok(exported.find((task) => task.data.harbour === 'south').annotations[0].was_cancelled);

  await page.getByRole('button', { name: 'Export' }).click();
  await page.locator('label').filter({ hasText: /^CSV/ }).click();
  const table = await downloaded(page, () => page.getByRole('button', { name: 'Download CSV' }).click());
  assert.match(table.content.toString(), /The ferry left Ostermoor at ten\./);

  // The same from the server, which has prepared it: it stays until it is removed.
  await page.getByRole('button', { name: 'Export' }).click();
  await page.locator('label').filter({ hasText: /^CSV/ }).click();
  await page.getByRole('button', { name: 'Prepare on the server' }).click();
  const prepared = page.getByRole('region', { name: 'Prepared on the server' });
  const again = await downloaded(page, () => prepared.getByRole('button', { name: 'Download' }).click());
  assert.match(again.name, /\.csv$/);
  assert.equal(again.content.toString(), table.content.toString());
  await prepared.getByRole('button', { name: 'Remove' }).click();
  await prepared.waitFor({ state: 'detached' });
});

journey('a sample with boxes: corrected, drawn, exported to COCO with what is left out', async ({ enter }) => {
  const { page } = await enter();
  await signUp(page, 'ada@example.com');
  const sample = page.getByRole('region', { name: 'Street scenes' });
  await sample.getByRole('button', { name: 'Open this sample' }).click();
  await page.getByRole('grid', { name: 'Tasks' }).getByText('Finished').first().waitFor();
  await page.getByRole('button', { name: 'Label all 96 tasks' }).click();
  await page.getByRole('dialog', { name: 'Instructions' }).getByRole('button', { name: 'Close' }).click();
  const first = await taskShown(page);
  const suggested = await regionCount(page);
  assert.ok(suggested > 0, 'it begins with what the model suggests');
  await page.keyboard.press('1');
  await drawOn(page, 'image', [0.02, 0.03], [0.2, 0.2]);
  await regionsAre(page, suggested + 1);
  await page.getByRole('button', { name: /^Submit/ }).click();
  await taskShown(page, first);
  await page.getByRole('link', { name: 'Street scenes' }).click();
  await page.getByRole('button', { name: 'Export' }).click();
  await page.locator('label').filter({ hasText: /^COCO/ }).first().click();
  await page.getByText(/Nothing is left out|Left out of this file/).waitFor();
  const file = await downloaded(page, () => page.getByRole('button', { name: 'Download COCO' }).click());
  assert.match(file.name, /\.zip$/);
  assert.equal(file.content.subarray(0, 2).toString(), 'PK');
});
