/** Two people label the same project at once, the second one came by an invitation. */
import assert from 'node:assert/strict';
import { ask, signUp } from './support/browser.mjs';
import { taskShown } from './support/editor.mjs';
import { journey } from './support/journey.mjs';
import { delivered } from './support/project.mjs';

const CONFIG =
  '<View><Text name="text" value="$text"/><Choices name="mood" toName="text"><Choice value="Good" hotkey="1"/><Choice value="Bad" hotkey="2"/></Choices></View>';
const TASKS = 12;

journey('neither gets the other one’s task, and all are done once', async ({ enter }) => {
  const ada = await enter();
  await signUp(ada.page, 'ada@example.com');
  const { id } = await ask(ada.page, 'POST', '/api/projects/', { title: 'Shared', label_config: CONFIG });
  await ask(
    ada.page,
    'POST',
    `/api/projects/${id}/import`,
    Array.from({ length: TASKS }, (_, n) => ({ data: { text: `Text ${n}` } })),
  );

  // The link is on the page of invitations; a reset one is dead.
  await ada.page.goto('/organization/invitations');
  const link = ada.page.getByLabel('Invitation link');
  await ada.page.waitForFunction(() => document.querySelector('input[readonly]')?.value.includes('token='));
  const old = await link.inputValue();
  await ada.page.getByRole('button', { name: 'Make a new link' }).click();
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Make a new link' }).click();
  await ada.page.waitForFunction((before) => {
    const { value = '' } = document.querySelector('input[readonly]') ?? {};
    return value.includes('token=') && value !== before;
  }, old);
  const fresh = await link.inputValue();

  const ben = await enter();
  await ben.page.goto(old);
  await ben.page.getByRole('heading', { name: 'An invitation is needed' }).waitFor();
  await signUp(ben.page, 'ben@example.com', fresh);
  await ben.page.getByRole('link', { name: 'Shared' }).waitFor();
  await ada.page.goto('/organization/people');
  await ada.page.getByText('ben@example.com').waitFor();

  const work = async ({ page }) => {
    const seen = [];
    await page.goto(`/projects/${id}/data?labeling=1`);
    let task = await taskShown(page);
    for (;;) {
      seen.push(task);
      await page.keyboard.press('1');
      await page.keyboard.press('Control+Enter');
      const done = page.getByRole('heading', { name: 'Nothing left to label' });
      task = await Promise.race([taskShown(page, task), done.waitFor().then(() => undefined)]);
      if (task === undefined) return seen;
    }
  };
  const [adas, bens] = await Promise.all([work(ada), work(ben)]);
  assert.deepEqual(
    adas.filter((task) => bens.includes(task)),
    [],
  );
  assert.equal(new Set([...adas, ...bens]).size, TASKS);
  assert.ok(adas.length > 0 && bens.length > 0);
  await delivered(ada.page, id, adas);
  await delivered(ben.page, id, bens);

  await ada.page.goto(`/projects/${id}/data`);
  await ada.page.getByRole('button', { name: 'Nothing left to label' }).waitFor();
  const project = await ask(ada.page, 'GET', `/api/projects/${id}/`);
  assert.equal(project.total_annotations_number, TASKS);
  assert.equal(project.finished_task_number, TASKS);
});
