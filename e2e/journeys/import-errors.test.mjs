/** What cannot be imported says why and where, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { ask, signUp } from './support/browser.mjs';
import { journey } from './support/journey.mjs';

const CONFIG =
  '<View><Text name="text" value="$text"/><Choices name="mood" toName="text"><Choice value="Good"/></Choices></View>';

const file = (name, content) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });

async function projectOf(page, title, config = CONFIG) {
  return ask(page, 'POST', '/api/projects/', { title, label_config: config });
}

async function taskNumber(page, id) {
  return (await ask(page, 'GET', `/api/projects/${id}/`)).task_number;
}

journey('broken files are refused whole, with the row and the reason', async ({ enter }) => {
  const { page } = await enter();
  await signUp(page, 'ada@example.com');
  const { id } = await projectOf(page, 'Errors');
  await page.goto(`/projects/${id}/data`);
  await page.getByRole('heading', { name: 'No data yet' }).waitFor();
  await page.getByRole('button', { name: 'Import data' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import data' });
  const input = dialog.locator('input[type=file]');
  const good = { data: { text: 'fine' } };

  const cases = [
    { file: file('items.json', JSON.stringify([good, good, 7])), says: /item 3|item 2/ },
    { file: file('broken.json', '[{"data": {"text": "a"}},\n {"data": '), says: /line 2/ },
    { file: file('keys.csv', 'title,body\na,b\n'), says: /text/ },
    { file: file('empty.csv', ''), says: /./ },
    { file: file('picture.png', 'this is no picture'), says: /picture\.png|content|PNG/i },
  ];
  for (const { file: broken, says } of cases) {
    await input.setInputFiles(broken);
    await dialog.getByRole('button', { name: 'Import 1 item' }).click();
    const alert = dialog.getByRole('alert');
    await alert.getByText(`Nothing of ${broken.name} came in`).waitFor();
    assert.match(await alert.locator('li').first().textContent(), says, broken.name);
    assert.equal(await taskNumber(page, id), 0, `${broken.name} left something behind`);
    await dialog.getByRole('button', { name: `Leave out ${broken.name}` }).click();
  }

  // Of several files the whole ones come in, and the dialog says so.
  await input.setInputFiles([file('whole.json', JSON.stringify([good, good])), cases[0].file]);
  await dialog.getByRole('button', { name: 'Import 2 items' }).click();
  await dialog.getByText('2 tasks of the files before it came in and stay.').waitFor();
  assert.equal(await taskNumber(page, id), 2);

  // An address that is none, and one that cannot be fetched.
  await dialog.getByRole('button', { name: 'Leave out items.json' }).click();
  await dialog.getByLabel('Or an address').fill('ftp://example.com/data.json');
  await dialog.getByRole('button', { name: 'Add address' }).click();
  await dialog.getByRole('button', { name: 'Import 1 item' }).click();
  await dialog.getByText(/begins with http/).waitFor();
  assert.equal(await taskNumber(page, id), 2);

  // A kind of file that is not taken never leaves the computer.
  await input.setInputFiles(file('letter.docx', 'PK'));
  await dialog.getByText('letter.docx: files of this kind cannot be imported.').waitFor();
});

/** Drags files from the desktop onto an element, as the browser itself would tell of it. */
async function drop(page, element, files) {
  const box = await element.boundingBox();
  const place = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await session.send('Input.dispatchDragEvent', {
      type,
      ...place,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  }
}

journey('files come by drag and drop, and by an address', async ({ server, enter }) => {
  const { page } = await enter();
  await signUp(page, 'ada@example.com');
  const { id } = await projectOf(page, 'Ways in');
  await page.goto(`/projects/${id}/data?import=1`);
  const dialog = page.getByRole('dialog', { name: 'Import data' });
  const zone = dialog.getByRole('button', { name: /Drop files here/ });
  await zone.waitFor();
  await writeFile(path.join(server.folder, 'dropped.tsv'), 'text\nfrom a drop\n');
  await drop(page, zone, [path.join(server.folder, 'dropped.tsv')]);
  await dialog.getByText('dropped.tsv').waitFor();
  await dialog.getByRole('button', { name: 'Import 1 item' }).click();
  await dialog.getByText('1 task came in.').waitFor();

  // In local mode addresses on this machine are allowed.
  const other = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'application/json');
    answer.end(JSON.stringify([{ text: 'from an address' }, { text: 'and another' }]));
  });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  try {
    await dialog.getByRole('button', { name: 'Import more' }).click();
    await dialog.getByLabel('Or an address').fill(`http://127.0.0.1:${other.address().port}/tasks.json`);
    await dialog.getByLabel('Or an address').press('Enter');
    await dialog.getByRole('button', { name: 'Import 1 item' }).click();
    await dialog.getByText('2 tasks came in.').waitFor();
  } finally {
    other.close();
  }
  await dialog.getByRole('button', { name: 'See the tasks' }).click();
  await page.getByRole('grid', { name: 'Tasks' }).getByText('from an address').waitFor();
  assert.equal(await taskNumber(page, id), 3);
});

journey('a large import shows its progress, leaves nothing when cancelled, goes on when left', async ({ enter }) => {
  const { page } = await enter();
  await signUp(page, 'ada@example.com');
  const { id } = await projectOf(page, 'Large');
  await page.goto(`/projects/${id}/data?import=1`);
  const dialog = page.getByRole('dialog', { name: 'Import data' });
  const rows = Array.from({ length: 60_000 }, (_, row) => `row ${row} of many`);
  const large = file('large.csv', `text\n${rows.join('\n')}\n`);
  await dialog.locator('input[type=file]').setInputFiles(large);
  await dialog.getByRole('button', { name: 'Import 1 item' }).click();
  await dialog.getByRole('progressbar').waitFor();
  await dialog.getByRole('button', { name: 'Cancel the import' }).click();
  await dialog.getByText('The import was cancelled').waitFor();
  // The server takes everything back.
  await page.waitForFunction(
    async (address) => (await (await fetch(address)).json()).length === 0,
    `/api/projects/${id}/imports/`,
  );
  assert.equal(await taskNumber(page, id), 0);
  // It goes on without anybody who looks at it, and the list shows what has come in.
  await dialog.getByRole('button', { name: 'Import 1 item' }).click();
  await dialog.getByRole('button', { name: 'Go on in the background' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('60,000 tasks, 0 finished').waitFor({ timeout: 90_000 });
  assert.equal(await taskNumber(page, id), 60_000);
});
