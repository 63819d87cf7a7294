/**
 * The pictures of the README and the documentation, taken from the running program: `node e2e/screenshots.mjs`. Everything in
 * them comes from the sample projects, so that they are the same on every machine.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ask, launch, person, signUp } from './journeys/support/browser.mjs';
import { taskShown } from './journeys/support/editor.mjs';
import { Server } from './journeys/support/server.mjs';

const FOLDER = path.resolve(import.meta.dirname, '../docs/images');
/** The pages that show them shall load quickly, in bytes. */
const LARGEST = 300_000;

const server = await Server.start();
const browser = await launch();
try {
  const { page, complaints } = await person(browser, server, { viewport: { width: 1440, height: 900 } });
  await signUp(page, 'ada@example.com');
  await ask(page, 'PATCH', `/api/users/${(await ask(page, 'GET', '/api/current-user/whoami')).id}/`, {
    first_name: 'Ada',
    last_name: 'Lindqvist',
  });
  const projects = {};
  for (const slug of ['news-entities', 'product-reviews', 'street-scenes']) {
    projects[slug] = (await ask(page, 'POST', `/api/samples/${slug}/`)).id;
  }

  const take = async (name, theme, height = 900) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate(() => document.fonts.ready);
    await page.mouse.move(720, 4);
    const file = path.join(FOLDER, `${name}.png`);
    await page.screenshot({ path: file, clip: { x: 0, y: 0, width: 1440, height } });
    const { size } = await stat(file);
    console.log(`${path.relative(process.cwd(), file)}: ${Math.round(size / 1000)} kB`);
    if (size > LARGEST) throw new Error(`${file} has ${size} bytes; ${LARGEST} are the most`);
  };
  /** Opens a task by its place in the project; the model's suggestions are in it. */
  const open = async (slug, place) => {
    const { tasks } = await ask(page, 'GET', `/api/tasks/?project=${projects[slug]}&page_size=200`);
    await page.goto(`/projects/${projects[slug]}/data?task=${tasks[place].id}`);
    await taskShown(page);
  };

  await page.goto('/projects/');
  await page.getByRole('link', { name: 'Street scenes' }).waitFor();
  await take('projects', 'light', 400);

  await page.goto(`/projects/${projects['street-scenes']}/data`);
  await page.getByRole('grid').getByText('Finished').first().waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('[role=grid] img')].every((image) => image.complete));
  await take('tasks', 'light');

  await page.goto('/projects/create');
  await page.getByLabel('Title').fill('Harbour cameras');
  await page.getByRole('button', { name: 'Next: data' }).click();
  await page.getByRole('button', { name: 'Next: labeling setup' }).click();
  await page.getByRole('list', { name: 'Templates' }).getByRole('button').first().waitFor();
  await take('gallery', 'light');

  await open('street-scenes', 31);
  await page
    .getByRole('treeitem', { name: /^\d+ Bus/ })
    .first()
    .click();
  await take('labeling-boxes', 'light');

  await open('news-entities', 41);
  await page
    .getByRole('treeitem', { name: /^\d+ Organization/ })
    .first()
    .click();
  await take('labeling-text', 'dark');
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
} finally {
  await browser.close();
  await server.stop();
}
