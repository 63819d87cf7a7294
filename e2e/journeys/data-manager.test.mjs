/** The data manager: find, slice, check, act, and take back; by mouse and by keyboard; and what others do appears by itself. */
import assert from 'node:assert/strict';
import { ask, signUp, tabTo } from './support/browser.mjs';
import { regionsAre, taskShown } from './support/editor.mjs';
import { eventually } from './support/eventually.mjs';
import { journey } from './support/journey.mjs';
import { projectOfTexts } from './support/project.mjs';

const grid = (page) => page.getByRole('grid', { name: 'Tasks' });
const row = (page, text) => grid(page).getByRole('row').filter({ hasText: text });

/** Waits until the table has so many rows, its head left out. */
async function rowsAre(page, number) {
  await page.waitForFunction(
    (wanted) => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === String(wanted + 1),
    number,
  );
}

/** Waits until the table begins with the texts of these numbers. */
async function beginsWith(page, numbers) {
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll('[role=grid] [role=rowgroup] [role=row]')].slice(0, wanted.length);
    return rows.map((one) => /Text (\d+):/.exec(one.textContent)?.[1]).join() === wanted.join();
  }, numbers);
}

async function chooseColumn(page, place, name) {
  await page.getByRole('combobox', { name: 'Column' }).nth(place).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(name);
  await page.getByRole('option', { name, exact: true }).click();
}

/** Milliseconds that a list waits for the events of the server, before it is asked for without them. */
const PATIENCE = 300;

/** Notes in the page when it asks for its list, when it asks for the events of the server, and when they begin; gives what tells. */
async function listsAndListening(page) {
  await page.addInitScript(() => {
    window.order = [];
    const note = (what) => window.order.push({ what, at: performance.now() });
    const { fetch, EventSource } = window;
    window.fetch = (...all) => {
      const address = all[0] instanceof Request ? all[0].url : String(all[0]);
      if (/\/api\/tasks\/\?/.test(address)) note('list');
      return fetch(...all);
    };
    window.EventSource = class extends EventSource {
      constructor(...all) {
        super(...all);
        note('begins');
        this.addEventListener('open', () => note('listens'));
      }
    };
  });
  return () => page.evaluate(() => window.order);
}

journey('a slice of the tasks becomes a view with an address, and stays as it was made', async ({ enter }) => {
  const { page } = await enter();
  const project = await projectOfTexts(page, 30);
  await page.goto(`/projects/${project}/data`);
  await rowsAre(page, 30);

  // A text, and a number; the filters read as a sentence.
  await page.keyboard.press('f');
  await page.getByRole('textbox', { name: 'Value' }).fill('Text 2');
  await rowsAre(page, 11);
  await page.getByRole('button', { name: 'Add a filter' }).click();
  await chooseColumn(page, 1, 'Annotations');
  await page.getByRole('textbox', { name: 'Number' }).fill('0');
  await page.keyboard.press('Escape');
  await page.getByText('Tasks where text contains “Text 2” and Annotations is 0').waitFor();

  // By the text, downwards: the head of the column is pressed twice.
  const head = page.getByRole('columnheader', { name: 'text' });
  await head.click();
  await page.getByText(/by text, A to Z/).waitFor();
  await head.click();
  await page.getByText(/by text, Z to A/).waitFor();
  await beginsWith(page, ['2', '29', '28']);

  // The slice stands in the address, for whoever gets it; saved it has a short one.
  await page.waitForURL((url) => /query=.*Text.2/.test(decodeURIComponent(url.href)));
  const address = page.url();
  await page.getByRole('button', { name: 'Save as a view' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Twenties');
  await page.getByRole('radio', { name: /Everybody who sees the project/ }).check({ force: true });
  await page.getByRole('button', { name: 'Save the view' }).click();
  await page.waitForURL(/[?&]tab=\d+$/);
  await rowsAre(page, 11);

  // A column is hidden, another pinned; everybody gets it when it is saved.
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Cancelled' }).uncheck({ force: true });
  await page.getByRole('button', { name: 'Pin text to the left' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save for everybody' }).click();
  await page.getByRole('button', { name: 'Save for everybody' }).waitFor({ state: 'detached' });
  const view = page.url();

  // Who leaves at once takes it along; and as somebody else finds it, from its address alone.
  await page.goto('/projects/');
  const kept = `/api/dm/views/${new URL(view).searchParams.get('tab')}/?project=${project}`;
  await eventually(async () => {
    const { data } = await ask(page, 'GET', kept);
    assert.ok(data.hiddenColumns.explore.some((column) => /cancelled/.test(column)));
  });
  await page.goto(view);
  await rowsAre(page, 11);
  await page.getByRole('link', { name: 'Twenties' }).waitFor();
  await beginsWith(page, ['2', '29']);
  await eventually(async () =>
    assert.equal(await page.locator('[role=columnheader]').nth(1).textContent(), 'text'),
  );
  assert.equal(await page.getByRole('columnheader', { name: 'Cancelled' }).count(), 0);
  // And the slice that was never saved, from its own.
  await page.goto(address);
  await rowsAre(page, 11);
  await beginsWith(page, ['2', '29']);

  // Renamed, duplicated, deleted, and back.
  await page.goto(view);
  await page.getByRole('button', { name: 'The view Twenties' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('To be checked');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('link', { name: 'To be checked' }).waitFor();
  await page.getByRole('button', { name: 'The view To be checked' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await page.getByRole('link', { name: 'To be checked (copy)' }).waitFor();
  await page.getByRole('button', { name: 'The view To be checked (copy)' }).click();
  await page.getByRole('menuitem', { name: 'Delete the view' }).click();
  await rowsAre(page, 30);
  await page.getByRole('link', { name: 'To be checked (copy)' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('link', { name: 'To be checked (copy)' }).waitFor();
  await rowsAre(page, 11);

  // Nothing fits: it says so, and leads back.
  await page.goto(`/projects/${project}/data`);
  await rowsAre(page, 30);
  await page.keyboard.press('f');
  await page.getByRole('textbox', { name: 'Value' }).fill('no such words');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'No task fits' }).waitFor();
  await page.getByRole('button', { name: 'Show all tasks' }).click();
  await rowsAre(page, 30);
});

journey('all that match are selected by keyboard, deleted, and brought back', async ({ enter }) => {
  const { page } = await enter();
  const { keyboard } = page;
  const project = await projectOfTexts(page, 150);
  await page.goto(`/projects/${project}/data`);
  await rowsAre(page, 150);

  // A few: one press deletes them, one brings them back.
  await tabTo(page, grid(page));
  await keyboard.press('Space');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await keyboard.press('Shift+Space');
  await page.getByText('3 tasks selected').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Delete the selected tasks' }), 'Shift+Tab');
  await keyboard.press('Enter');
  await rowsAre(page, 147);
  await tabTo(page, page.getByRole('button', { name: 'Undo' }));
  await keyboard.press('Enter');
  await rowsAre(page, 150);
  await row(page, 'Text 0:').waitFor();

  // All of them: that is asked about first.
  await tabTo(page, grid(page));
  await keyboard.press('Control+a');
  await page.getByText('150 tasks selected').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Delete the selected tasks' }), 'Shift+Tab');
  await keyboard.press('Enter');
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: /150 tasks/ }));
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No data yet' }).waitFor();

  await page.goto(`/projects/${project}/trash`);
  await page.getByRole('button', { name: 'Restore 150 tasks' }).click();
  await page.getByRole('heading', { name: 'The trash is empty' }).waitFor();
  await page.goto(`/projects/${project}/data`);
  await rowsAre(page, 150);
  const { tasks } = await ask(page, 'GET', `/api/tasks/?project=${project}&page_size=1`);
  assert.match(tasks[0].data.text, /^Text 0:/);
});

journey('a task is labeled beside the list, and the next one comes by a key', async ({ enter }) => {
  const { page } = await enter();
  const { keyboard } = page;
  const project = await projectOfTexts(page, 5);
  await page.goto(`/projects/${project}/data`);
  await rowsAre(page, 5);
  await tabTo(page, grid(page));
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  const second = await taskShown(page);
  await page.getByRole('region', { name: `Task ${second}` }).waitFor();
  await page.waitForURL(new RegExp(`tab=all&task=${second}$`));
  await page.locator('[role=document]').getByText('Text 1:').click();
  await keyboard.press('3');
  await keyboard.press('Control+Enter');
  await row(page, 'Text 1:').getByText('Finished').waitFor();
  await page.getByRole('button', { name: 'The task below in the list' }).click();
  const third = await taskShown(page, second);
  await page.locator('[role=document]').getByText('Text 2:').waitFor();
  assert.notEqual(third, second);
  await regionsAre(page, 0);
  await page.reload();
  assert.equal(await taskShown(page), third);
  await page.getByRole('button', { name: 'Close the task' }).click();
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'grid');
  await page.waitForURL((url) => !url.searchParams.has('task'));
});

journey('what somebody else labels appears in the list by itself', async ({ enter }) => {
  const ada = await enter();
  const project = await projectOfTexts(ada.page, 3);
  await ada.page.goto('/organization/invitations');
  await ada.page.waitForFunction(() => document.querySelector('input[readonly]')?.value.includes('token='));
  const link = await ada.page.getByLabel('Invitation link').inputValue();
  const ben = await enter();
  await signUp(ben.page, 'ben@example.com', link);

  await ada.page.goto(`/projects/${project}/data`);
  await rowsAre(ada.page, 3);
  const { tasks } = await ask(ben.page, 'GET', `/api/tasks/?project=${project}`);
  await ask(ben.page, 'POST', `/api/tasks/${tasks[1].id}/annotations/`, { result: [] });
  await row(ada.page, 'Text 1:').getByText('Finished').waitFor();
  await ada.page.getByText(/3 tasks, 1 finished, 1 annotation/).waitFor();
  await ask(ben.page, 'POST', `/api/projects/${project}/import`, [{ data: { text: 'Text 3: it came later.' } }]);
  await rowsAre(ada.page, 4);

  // And is counted on the overview.
  await ada.page.goto(`/projects/${project}/overview`);
  await ada.page.getByText('1 of 4 tasks').waitFor();
  await ada.page.getByRole('table', { name: 'People' }).getByText('ben@example.com').waitFor();
});

journey('what is displayed is labeled in its order', async ({ enter }) => {
  const { page } = await enter();
  const project = await projectOfTexts(page, 12);
  await page.goto(`/projects/${project}/data`);
  await rowsAre(page, 12);
  await page.getByRole('columnheader', { name: 'ID' }).click();
  await page.getByRole('columnheader', { name: 'ID' }).click();
  await page.getByText('All tasks by ID, high to low').waitFor();
  await page.getByRole('button', { name: 'Label as displayed' }).click();
  const first = await taskShown(page);
  await page.locator('[role=document]').getByText('Text 11:').waitFor();
  await page.keyboard.press('3');
  await page.keyboard.press('Control+Enter');
  await taskShown(page, first);
  await page.locator('[role=document]').getByText('Text 10:').waitFor();
});

journey('the list is asked for once, and shows each role what is theirs to see and to do', async ({ enter }) => {
  const ada = await enter();
  const project = await projectOfTexts(ada.page, 4);
  await ask(ada.page, 'PATCH', `/api/projects/${project}/`, { is_published: true });
  await ask(ada.page, 'POST', '/api/organizations/1/roles/', { on: true, roles: [] });
  const joins = async (name, role) => {
    const email = `${name}@example.com`;
    const { invitations } = await ask(ada.page, 'POST', '/api/invite/send-email', {
      emails: [email],
      role,
      projects: [project],
    });
    const one = await enter();
    await one.page.goto(invitations[0].invite_url);
    await one.page.getByLabel('Password').fill('Harbour-ferry-7');
    await one.page.getByRole('button', { name: 'Create the account' }).click();
    await one.page.getByRole('link', { name: 'Harbour' }).waitFor();
    return one;
  };
  const cleo = await joins('cleo', 'RE');
  const dan = await joins('dan', 'AN');
  const { tasks } = await ask(ada.page, 'GET', `/api/tasks/?project=${project}`);
  const good = [{ from_name: 'mood', to_name: 'text', type: 'choices', value: { choices: ['Good'] } }];
  await ask(ada.page, 'POST', `/api/tasks/${tasks[0].id}/annotations/`, { result: good });
  await ask(dan.page, 'POST', `/api/tasks/${tasks[1].id}/annotations/`, { result: good });

  // Whoever checks sees everybody's work, and assigns; nothing is offered that would be refused.
  const order = await listsAndListening(cleo.page);
  await cleo.page.goto(`/projects/${project}/data`);
  await rowsAre(cleo.page, 4);
  await row(cleo.page, 'Text 0:').getByText('Finished').waitFor();
  await row(cleo.page, 'Text 1:').getByText('Finished').waitFor();
  assert.equal(await cleo.page.getByRole('button', { name: 'Import', exact: true }).count(), 0);
  await cleo.page.getByRole('columnheader', { name: 'Annotated by' }).waitFor();
  await tabTo(cleo.page, grid(cleo.page));
  await cleo.page.keyboard.press('Space');
  await cleo.page.getByText('1 task selected').waitFor();
  assert.equal(await cleo.page.getByRole('button', { name: 'Delete the selected tasks' }).count(), 0);
  // Where the list did not wait for the events of a busy server, it is asked for once more when they come.
  const asked = await order();
  const words = asked.map(({ what }) => what).join(' ');
  if (words !== 'begins listens list') {
    assert.equal(words, 'begins list listens list');
    assert.ok(asked[1].at - asked[0].at >= PATIENCE - 1, JSON.stringify(asked));
  }

  // Whoever labels sees their own.
  await dan.page.goto(`/projects/${project}/data`);
  await rowsAre(dan.page, 4);
  await row(dan.page, 'Text 1:').getByText('Finished').waitFor();
  assert.equal(await row(dan.page, 'Text 0:').getByText('Finished').count(), 0);
  assert.equal(await dan.page.getByRole('columnheader', { name: 'Annotated by' }).count(), 0);
});
