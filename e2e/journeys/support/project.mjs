/** Small projects to label in. */
import assert from 'node:assert/strict';
import { ask, signUp } from './browser.mjs';
import { eventually } from './eventually.mjs';

/** A text, spans of two labels, and one question; keys 1 and 2 choose labels, 3 and 4 answers. */
export const CONFIG = `<View>
  <Labels name="label" toName="text"><Label value="Place" hotkey="1"/><Label value="Ship" hotkey="2"/></Labels>
  <Text name="text" value="$text" granularity="word"/>
  <Choices name="mood" toName="text"><Choice value="Good" hotkey="3"/><Choice value="Bad" hotkey="4"/></Choices>
</View>`;

/** Signs the first account up and makes a project of so many texts. */
export async function projectOfTexts(page, number, settings = {}) {
  await signUp(page, 'ada@example.com');
  const { id } = await ask(page, 'POST', '/api/projects/', { title: 'Harbour', label_config: CONFIG, ...settings });
  const tasks = Array.from({ length: number }, (_, n) => ({
    data: { text: `Text ${n}: the ferry left Ostermoor at ten.` },
  }));
  await ask(page, 'POST', `/api/projects/${id}/import`, tasks);
  return id;
}

/** What the server holds: the annotations of all tasks, by task. */
export async function annotationsOf(page, project) {
  const { tasks } = await ask(page, 'GET', `/api/tasks/?project=${project}&page_size=1000&fields=all`);
  return new Map(tasks.map((task) => [task.id, task.annotations]));
}

/**
 * The same, once each of the tasks has an annotation and nothing more is on its way from the page. The next task is shown before the one
 * before is saved, and that it is being saved is shown only when it takes a while.
 */
export async function delivered(page, project, tasks) {
  await eventually(async () => {
    const kept = await annotationsOf(page, project);
    const missing = tasks.filter((task) => !kept.get(task)?.length);
    assert.deepEqual(missing, [], 'these tasks have no annotation');
  });
  await page.getByText(/Kept on this computer|Saving/).waitFor({ state: 'detached' });
  return annotationsOf(page, project);
}
