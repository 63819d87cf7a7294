import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DemoBrowser,
  dragOver,
  hasChromium,
  JOURNEY,
  ready,
  resultOf,
  savedOf,
  selectedOf,
  startDemo,
  wordBox,
} from './page';

describe.skipIf(!hasChromium)('the editor in a browser (skipped without Chromium)', JOURNEY, () => {
  let demo: DemoBrowser;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo();
  }, JOURNEY.timeout);
  afterAll(() => demo?.close());
  afterEach(() => page?.close());

  it('marks spans by mouse, in code points behind an emoji, overlapping, and adjusts their ends', async () => {
    page = await demo.open('sample=text&mode=stream');
    await page.keyboard.press('2');
    await dragOver(page, 'Nordlinie');
    await page.keyboard.press('3');
    await dragOver(page, 'The Finnish');
    await page.keyboard.press('4');
    await dragOver(page, 'company Nordlinie opened');
    let result = await resultOf(page);
    expect(result.map((item) => [item.value['text'], item.value['labels']])).toEqual([
      ['Nordlinie', ['ORG']],
      ['The Finnish', ['LOC']],
      ['company Nordlinie opened', ['DATE']],
    ]);
    const text = await page.evaluate(() => String(window.editor.editor?.task.data['text']));
    for (const { value } of result)
      expect([...text].slice(value['start'] as number, value['end'] as number).join('')).toBe(value['text']);

    const box = await wordBox(page, 'Nordlinie');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    expect(await selectedOf(page)).toEqual([result[0]?.id]);
    await page.keyboard.press('1');
    await page.keyboard.press('Alt+Shift+ArrowLeft');
    result = await resultOf(page);
    expect(result[0]?.value).toMatchObject({ text: 'Nordlini', end: 26, labels: ['PER'] });
    await page.keyboard.press('Control+z');

    const end = page.locator('[role=slider][aria-label^=End]');
    // The handle follows in the next frame.
    await expect.poll(() => end.getAttribute('aria-valuenow')).toBe('27');
    const handle = await end.boundingBox();
    const target = await wordBox(page, 'opened');
    if (!handle) throw new Error('The end has no handle.');
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height - 1);
    await page.mouse.down();
    await page.mouse.move(target.x + target.width - 1, target.y + target.height / 2, { steps: 6 });
    await page.mouse.up();
    expect((await resultOf(page))[0]?.value['text']).toBe('Nordlinie opened');
    await page.keyboard.press('Control+z');
    expect((await resultOf(page))[0]?.value['text']).toBe('Nordlinie');
    await page.keyboard.press('Backspace');
    expect(await resultOf(page)).toHaveLength(2);
    await page.keyboard.press('Control+z');
    expect(await resultOf(page)).toHaveLength(3);
  });

  it('works by keyboard alone: span, list, number, and keeps history over a reload', async () => {
    page = await demo.open('sample=text&mode=stream');
    await page.keyboard.press('Alt+t');
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('2');
    await page.keyboard.press('Enter');
    expect((await resultOf(page))[0]?.value).toMatchObject({ start: 4, end: 9, text: 'ferry', labels: ['ORG'] });
    await page.keyboard.press('Alt+g');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await selectedOf(page)).toHaveLength(1);
    await page.locator('label:has-text("End") input').fill('12');
    await page.keyboard.press('Enter');
    expect((await resultOf(page))[0]?.value).toMatchObject({ end: 12, text: 'ferry co' });
    await expect.poll(async () => (await savedOf(page, 'draft')).at(-1)?.result[0]?.value['end']).toBe(12);
    const before = await resultOf(page);
    await page.reload();
    await ready(page);
    expect(await resultOf(page)).toEqual(before);
    await page.keyboard.press('Control+z');
    expect((await resultOf(page))[0]?.value['end']).toBe(9);
  });

  it('keeps the work when a submit fails, and repeats the same operation', async () => {
    page = await demo.open('sample=text&mode=stream');
    await page.keyboard.press('2');
    await dragOver(page, 'Nordlinie');
    await page.evaluate(() => {
      window.failNext = 'The server is away';
    });
    await page.keyboard.press('Control+Enter');
    await page.getByText('The server is away').waitFor();
    expect(await resultOf(page)).toHaveLength(1);
    await expect.poll(() => page.evaluate(() => window.editor.editor?.saving.busy)).toBeNull();
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(2);
    const [first, second] = await savedOf(page, 'submit');
    expect(second?.operationId).toBe(first?.operationId);
    expect(second?.lead_time).toBeGreaterThan(0);
  });

  it('answers choices, ratings and texts by keys, leaves hidden branches out and keeps what it does not know', async () => {
    page = await demo.open('sample=review');
    for (const key of ['1', '3', '4', '5']) await page.keyboard.press(key);
    expect((await resultOf(page)).find((item) => item.from_name === 'problems')?.value).toEqual({
      choices: ['Delivery', 'qual'],
    });
    for (const key of ['1', '8', '8']) await page.keyboard.press(key);
    await page.locator('textarea').last().fill('Good kettle, bad lid');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'update')).length).toBe(1);
    const saved = new Map((await savedOf(page, 'update'))[0]?.result.map((item) => [item.from_name, item]));
    expect(saved.has('problems')).toBe(false);
    expect(saved.get('mood')?.value).toEqual({ choices: ['Positive'] });
    expect(saved.get('stars')?.value).toEqual({ rating: 2 });
    expect(saved.get('summary')?.value).toEqual({ text: ['Good kettle, bad lid'] });
    expect(saved.get('price')).toEqual({
      id: 'c2',
      from_name: 'price',
      to_name: 'review',
      type: 'number',
      value: { number: 12.5 },
      custom: { kept: true },
    });
  });

  it('sec_177 keeps styles of a configuration inside the labeling area', async () => {
    page = await demo.open('sample=review');
    expect(await page.evaluate(() => getComputedStyle(document.body).position)).toBe('static');
    const question = await page.evaluate(() => {
      const { backgroundImage, borderTopWidth } = getComputedStyle(document.querySelector('.question') as Element);
      return { backgroundImage, borderTopWidth };
    });
    expect(question).toEqual({ backgroundImage: 'none', borderTopWidth: '1px' });
  });

  it('copies a prediction to an annotation that names it', async () => {
    page = await demo.open('sample=text');
    await page.getByRole('tab', { name: /ner-small/ }).click();
    await page.getByRole('button', { name: 'Copy to new annotation' }).first().click();
    expect((await resultOf(page)).map((item) => item.origin)).toEqual(['prediction', 'prediction']);
    await expect.poll(async () => (await savedOf(page, 'draft')).at(-1)?.parent_prediction).toBe(5);
  });

  it('stays usable with a million characters and ten thousand spans', async () => {
    page = await demo.open('sample=long');
    const nodes = await page.evaluate(() => document.querySelectorAll('#editor *').length);
    expect(nodes).toBeLessThan(1500);
    await page.evaluate(() => {
      const { editor } = window.editor;
      const id = editor?.document.regionIds()[9000];
      if (id) editor?.reveal(id);
    });
    await expect
      .poll(() =>
        page.evaluate(
          () =>
            (document.querySelector('#editor') as never as { labelkeep: { drawnCount: number } }).labelkeep.drawnCount,
        ),
      )
      .toBeGreaterThan(5);
  });

  it('keeps what was changed among ten thousand spans over a reload, and can undo it then', async () => {
    page = await demo.open('sample=long');
    const count = () =>
      page.evaluate(
        () =>
          (document.querySelector('#editor') as never as { labelkeep: { regionCount: number } }).labelkeep.regionCount,
      );
    const before = await count();
    expect(before).toBeGreaterThan(5_000);
    await page.keyboard.press('Alt+.');
    await page.keyboard.press('Backspace');
    expect(await count()).toBe(before - 1);
    // The tab's state is written last, when all that it started from is there.
    const isKept = () =>
      page.evaluate(
        () =>
          new Promise<boolean>((done, failed) => {
            const opening = indexedDB.open('labelkeep-journal');
            opening.onerror = () => failed(opening.error);
            opening.onsuccess = () => {
              const rows = opening.result.transaction('journals').objectStore('journals').index('savedAt').count();
              rows.onsuccess = () => {
                opening.result.close();
                done(rows.result > 0);
              };
            };
          }),
      );
    await expect.poll(isKept).toBe(true);
    await page.reload();
    await ready(page);
    expect(await count()).toBe(before - 1);
    await page.keyboard.press('Control+z');
    expect(await count()).toBe(before);
  });
});
