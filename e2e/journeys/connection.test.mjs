/** The network goes, the server dies: people label on, and everything arrives once. */
import assert from 'node:assert/strict';
import { dragOver, regionsAre, taskShown } from './support/editor.mjs';
import { eventually } from './support/eventually.mjs';
import { journey } from './support/journey.mjs';
import { delivered, projectOfTexts } from './support/project.mjs';

/** Answers the shown task and submits; gives the next one. */
async function answer(page, task, key = '3') {
  await page.keyboard.press(key);
  await page.keyboard.press('Control+Enter');
  return taskShown(page, task);
}

/** Opens the stream of a project; gives the first task, and waits until so many are on this computer. */
async function begin(page, project, number) {
  const here = new Set();
  page.on('response', async (answer) => {
    if (!answer.url().includes(`/api/projects/${project}/next/`) || !answer.ok()) return;
    const task = await answer.json().catch(() => undefined);
    if (task) here.add(task.id);
  });
  await page.goto(`/projects/${project}/data?labeling=1`);
  const first = await taskShown(page);
  await eventually(() => assert.ok(here.size >= number, `${here.size} tasks were fetched`));
  return first;
}

/** Every answered task has exactly one annotation, and that is the answer. */
async function assertDelivered(page, project, answered) {
  const kept = await delivered(page, project, answered);
  for (const task of answered) {
    const annotations = kept.get(task);
    assert.equal(annotations.length, 1, `task ${task} has ${annotations.length} annotations`);
    assert.deepEqual(annotations[0].result[0].value, { choices: ['Good'] });
  }
}

journey('offline for a while: labeling goes on, and everything is delivered once', async ({ enter }) => {
  const { page, context } = await enter();
  const project = await projectOfTexts(page, 12);
  const answered = [];
  let task = await begin(page, project, 7);
  answered.push(task);
  task = await answer(page, task);
  // That one has to be delivered: what is counted below is made without a network.
  await delivered(page, project, answered);
  await context.setOffline(true);
  await page.getByText('No connection. What you label is kept on this computer').waitFor();
  for (let number = 0; number < 4; number += 1) {
    answered.push(task);
    task = await answer(page, task);
  }
  await page.getByText(/Kept on this computer: 4 annotations/).waitFor();
  await context.setOffline(false);
  await page.getByText(/Kept on this computer|Saving/).waitFor({ state: 'detached' });
  await assertDelivered(page, project, answered);
  assert.equal(new Set(answered).size, 5);
});

journey('kill -9 of the server in the middle of labeling', async ({ server, enter }) => {
  const { page } = await enter();
  const project = await projectOfTexts(page, 12);
  const answered = [];
  let task = await begin(page, project, 7);
  answered.push(task);
  task = await answer(page, task);
  await delivered(page, project, answered);
  await server.kill();
  for (let number = 0; number < 3; number += 1) {
    answered.push(task);
    task = await answer(page, task);
  }
  await page.getByText(/Kept on this computer: 3 annotations/).waitFor();
  await server.start();
  await page.getByText(/Kept on this computer|Saving/).waitFor({ state: 'detached' });
  // And on it goes with the server back.
  answered.push(task);
  await answer(page, task);
  await page.getByText(/Kept on this computer|Saving/).waitFor({ state: 'detached' });
  await assertDelivered(page, project, answered);
});

journey('a closed window with work under way delivers it when the person comes back', async ({ server, enter }) => {
  const { page, context } = await enter();
  const project = await projectOfTexts(page, 6);
  const first = await begin(page, project, 6);
  await server.kill();
  await answer(page, first);
  await page.getByText(/Kept on this computer: 1 annotation/).waitFor();
  await page.close();
  await server.start();
  const again = await context.newPage();
  await again.goto(`/projects/${project}/data?labeling=1`);
  const next = await taskShown(again);
  await again.getByText(/Kept on this computer|Saving/).waitFor({ state: 'detached' });
  await assertDelivered(again, project, [first]);
  assert.notEqual(next, undefined);
  await again.close();
});

journey('a reload in the middle keeps the draft and what can be undone', async ({ enter }) => {
  const { page } = await enter();
  const project = await projectOfTexts(page, 2);
  await page.goto(`/projects/${project}/data?labeling=1`);
  const task = await taskShown(page);
  await page.keyboard.press('1');
  await dragOver(page, 'Ostermoor');
  await page.keyboard.press('2');
  await dragOver(page, 'ferry');
  await regionsAre(page, 2);
  await page.getByText(/Draft saved/).waitFor();
  await page.reload();
  assert.equal(await taskShown(page), task);
  await regionsAre(page, 2);
  await page.keyboard.press('Control+z');
  await regionsAre(page, 1);
  await page.keyboard.press('Control+Shift+z');
  await regionsAre(page, 2);
  await page.getByText(/Draft saved/).waitFor();
  // Another window of the same person sees the draft from the server.
  const other = await page.context().newPage();
  await other.goto(`/projects/${project}/data?task=${task}`);
  await taskShown(other);
  await regionsAre(other, 2);
  await other.close();
  await page.keyboard.press('Control+Enter');
  await taskShown(page, task);
  const [annotation] = (await delivered(page, project, [task])).get(task);
  assert.equal(annotation.result.length, 2);
});
