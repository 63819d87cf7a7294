/** The whole main job without a mouse: nothing here clicks. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ask, tabTo } from './support/browser.mjs';
import { regionsAre, taskShown } from './support/editor.mjs';
import { journey } from './support/journey.mjs';
import { delivered } from './support/project.mjs';

/** The project whose page is shown. */
const projectIn = (page) => Number(/\/projects\/(\d+)\//.exec(page.url())[1]);

journey('from sign-up to an exported file by keyboard alone', async ({ enter }) => {
  const { page } = await enter();
  const { keyboard } = page;
  await page.goto('/');
  // The first field has the focus.
  await page.getByRole('heading', { name: 'Create the first account' }).waitFor();
  await keyboard.type('ada@example.com');
  await keyboard.press('Tab');
  await keyboard.type('Harbour-ferry-7');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Label your first data' }).waitFor();

  // The palette leads everywhere.
  await keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).waitFor();
  await keyboard.type('new pro');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'New project' }).waitFor();
  await tabTo(page, page.getByLabel('Title'));
  await keyboard.press('Control+a');
  await keyboard.type('Kettles');
  await keyboard.press('Enter');
  const drop = page.getByRole('button', { name: /Drop files here/ });
  await tabTo(page, drop);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), keyboard.press('Enter')]);
  const reviews = [{ text: 'The kettle boils fast.' }, { text: 'The lid fell off on Monday.' }];
  await chooser.setFiles({
    name: 'reviews.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(reviews)),
  });
  await page.getByText('reviews.json').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Next: labeling setup' }), 'Shift+Tab');
  await keyboard.press('Enter');
  await tabTo(page, page.getByRole('searchbox', { name: 'Find a template' }));
  await keyboard.type('named entity');
  const template = page.getByRole('list', { name: 'Templates' }).getByRole('button').first();
  await page.getByRole('list', { name: 'Templates' }).getByText('Named entity recognition').waitFor();
  await tabTo(page, template);
  await keyboard.press('Enter');
  await page.getByText('Preview with your first task').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Create and import 1 item' }), 'Shift+Tab');
  await keyboard.press('Enter');
  await page.getByText('2 tasks came in.').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'See the tasks' }));
  await keyboard.press('Enter');

  // The table: select two with Shift, clear, open the second one, and go back.
  const grid = page.getByRole('grid', { name: 'Tasks' });
  await grid.getByText('The kettle boils fast.').waitFor();
  await tabTo(page, grid);
  await keyboard.press('Space');
  await page.getByText('1 task selected').waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('Shift+Space');
  await page.getByText('2 tasks selected').waitFor();
  await keyboard.press('Enter');
  await taskShown(page);
  await page.locator('[role=document]').getByText('The lid fell off').waitFor();
  await page.goBack();
  await grid.getByText('The lid fell off').waitFor();

  // Labeling: a word is selected with the arrows, gets its label with a digit, and goes out with Ctrl and Enter.
  await tabTo(page, page.getByRole('button', { name: 'Label all 2 tasks' }));
  await keyboard.press('Enter');
  const first = await taskShown(page);
  await page.locator('[role=document]').getByText('The kettle boils').waitFor();
  await keyboard.press('Alt+t');
  await keyboard.press('Control+Home');
  for (let step = 0; step < 4; step += 1) await keyboard.press('ArrowRight');
  for (let step = 0; step < 6; step += 1) await keyboard.press('Shift+ArrowRight');
  await keyboard.press('3');
  await keyboard.press('Enter');
  await regionsAre(page, 1);
  await keyboard.press('Control+z');
  await regionsAre(page, 0);
  await keyboard.press('Control+Shift+z');
  await regionsAre(page, 1);
  await keyboard.press('Control+Enter');
  const second = await taskShown(page, first);
  await keyboard.press('Control+Space');
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  await delivered(page, projectIn(page), [first, second]);
  await tabTo(page, page.getByRole('button', { name: 'See the tasks' }));
  await keyboard.press('Enter');

  await grid.getByText('Finished').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Export' }));
  await keyboard.press('Enter');
  await page.getByText('Nothing is left out.').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Download JSON' }));
  const [download] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
  const exported = JSON.parse(await readFile(await download.path()));
  const [marked] = exported[0].annotations[0].result;
  assert.deepEqual(marked.value, { start: 4, end: 10, text: 'kettle', labels: ['Place'] });
});

journey('a box drawn by keyboard alone', async ({ enter }) => {
  const { page } = await enter();
  const { keyboard } = page;
  await page.goto('/user/signup/');
  await keyboard.type('ada@example.com');
  await keyboard.press('Tab');
  await keyboard.type('Harbour-ferry-7');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Label your first data' }).waitFor();
  const config =
    '<View><RectangleLabels name="label" toName="image"><Label value="Car" hotkey="1"/><Label value="Bus" hotkey="2"/></RectangleLabels><Image name="image" value="$image"/></View>';
  const { id } = await ask(page, 'POST', '/api/projects/', { title: 'Boxes', label_config: config });
  await ask(page, 'POST', `/api/projects/${id}/import`, [{ data: { image: '/templates/media/street.png' } }]);
  await page.goto(`/projects/${id}/data?labeling=1`);
  const task = await taskShown(page);
  await tabTo(page, page.locator('[aria-roledescription="image canvas"]'));
  await keyboard.press('1');
  for (let step = 0; step < 3; step += 1) await keyboard.press('Shift+ArrowLeft');
  await keyboard.press('Enter');
  for (let step = 0; step < 6; step += 1) await keyboard.press('Shift+ArrowRight');
  for (let step = 0; step < 4; step += 1) await keyboard.press('Shift+ArrowDown');
  await keyboard.press('Enter');
  await regionsAre(page, 1);
  await keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  const [saved] = (await delivered(page, id, [task])).get(task);
  assert.equal(saved.result.length, 1);
  assert.deepEqual(saved.result[0].value.rectanglelabels, ['Car']);
  assert.ok(saved.result[0].value.width > 0 && saved.result[0].value.height > 0);
});
