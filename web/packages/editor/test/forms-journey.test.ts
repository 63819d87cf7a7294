/** Questions answered in a real browser, by keyboard wherever a keyboard can. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DemoBrowser, hasChromium, JOURNEY, ready, resultOf, savedOf, startDemo } from './page';

describe.skipIf(!hasChromium)('questions in a browser (skipped without Chromium)', JOURNEY, () => {
  let demo: DemoBrowser;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo();
    // The first page waits for the demo to be built.
    await demo.open('sample=forms').then(
      (first) => first.close(),
      () => {},
    );
  }, JOURNEY.timeout);
  afterAll(() => demo?.close());
  afterEach(() => page?.close());

  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Tab until a control has the focus: that it can be reached is part of the journey. */
  const tabTo = async (name: string, field = '*') => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab');
      const there = await page.evaluate(
        ([control, selector]) =>
          document.activeElement?.matches(
            `[data-control="${control}"] ${selector}, [data-row-field="${control}"] ${selector}`,
          ),
        [name, field] as const,
      );
      if (there) return;
    }
    throw new Error(`Tab does not reach ${name}.`);
  };
  const stored = async (name: string) => (await resultOf(page)).find((item) => item.from_name === name)?.value;
  const focused = () =>
    page.evaluate(() => document.activeElement?.closest('[data-control]')?.getAttribute('data-control'));

  it('takes every kind of answer from the keyboard, and submits what is asked', async () => {
    page = await demo.open('sample=forms&mode=stream');
    await press('Control+Enter');
    await page.getByText('“Mood” is required').first().waitFor();
    await expect.poll(focused).toBe('mood');
    await press('Space');
    expect(await stored('mood')).toEqual({ choices: ['Positive'] });
    // The message goes with the answer.
    await page.getByRole('button', { name: 'Close message' }).waitFor({ state: 'detached' });
    await press('Space');
    expect(await stored('mood')).toBeUndefined();
    await press('2');
    expect(await stored('mood')).toEqual({ choices: ['neg'] });

    await tabTo('parts');
    await press('Space', 'ArrowDown', 'Space');
    expect(await stored('parts')).toMatchObject({
      choices: [
        ['Product', 'Body'],
        ['Product', expect.any(String)],
      ],
    });

    await tabTo('language');
    await press('ArrowDown');
    await page.keyboard.type('suo');
    await press('Enter');
    expect(await stored('language')).toEqual({ choices: ['Suomi'] });

    await tabTo('goods');
    await press('Enter', 'ArrowRight', 'ArrowDown', 'Enter', 'End', 'Enter', 'Escape');
    expect(await stored('goods')).toEqual({ taxonomy: [['Kitchen', 'kettle'], ['Garden']] });
    await expect.poll(focused).toBe('goods');

    await tabTo('price');
    await page.keyboard.type('12.3');
    await press('ArrowUp');
    expect(await stored('price')).toEqual({ number: 12.5 });
    await tabTo('trust', '[type=range]');
    await press('End', 'ArrowLeft');
    expect(await stored('trust')).toEqual({ number: 9 });
    await tabTo('bought');
    await page.keyboard.type('05042024');
    expect(await stored('bought')).toEqual({ datetime: '04.05.2024' });
    await tabTo('letter', 'select');
    // One letter: what is typed further counts only while it comes fast.
    await page.keyboard.press('m');
    await tabTo('letter', 'input');
    await page.keyboard.type('2024');
    expect(await stored('letter')).toEqual({ datetime: '2024-03' });
    await tabTo('stars');
    await press('ArrowRight', 'ArrowRight', 'ArrowRight');
    expect(await stored('stars')).toEqual({ rating: 3 });
    await tabTo('summary', 'textarea');
    await page.keyboard.type('A ');
    await press('Alt+k');
    await page.keyboard.type(' without a lid');
    await press('Shift+Enter');
    await page.keyboard.type('a kettle WITHOUT a lid');
    await press('Shift+Enter');
    await page.keyboard.type('left in the input');
    await press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(1);
    const [sent] = await savedOf(page, 'submit');
    expect(sent?.result.find((item) => item.from_name === 'summary')?.value).toEqual({
      text: ['A kettle without a lid', 'left in the input'],
    });
  });

  it('moves to the star that a key chose within the key press, so that who types on loses nothing', async () => {
    page = await demo.open('sample=forms&mode=stream');
    const star = await page.evaluate(() => {
      const first = document.querySelector<HTMLElement>('[data-control="stars"] [role=radio]');
      first?.focus();
      first?.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
      return document.activeElement?.getAttribute('aria-label');
    });
    expect(star).toBe('7 of 7');
    expect(await stored('stars')).toEqual({ rating: 7 });
  });

  it('shows and keeps what the configuration has not got, and leads to a single choice with two values', async () => {
    page = await demo.open('sample=form-stored');
    const before = await resultOf(page);
    for (const text of ['Mixed', 'Hoses', '“last week” does not fit', '9 of 5']) {
      await page.getByText(text).first().waitFor();
    }
    await tabTo('price');
    await press('ArrowUp', 'Control+Enter');
    await page.getByText('takes one choice, and 2 are selected').first().waitFor();
    await expect.poll(focused).toBe('mood');
    await press('Space');
    await press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'update')).length).toBe(1);
    const [sent] = await savedOf(page, 'update');
    const saved = new Map(sent?.result.map((item) => [item.from_name, item]));
    expect(saved.get('mood')).toMatchObject({ value: { choices: ['Positive'] }, note: { kept: 1 } });
    expect(saved.get('price')?.value).toEqual({ number: 13 });
    for (const name of ['goods', 'bought', 'stars']) {
      expect(saved.get(name)).toEqual(before.find((item) => item.from_name === name));
    }
  });

  it('labels spans by a Taxonomy, and asks about them in their rows and at their place', async () => {
    page = await demo.open('sample=form-spans');
    await tabTo('species');
    await press('Enter');
    await page.keyboard.type('cat');
    // One press closes the list, with a word in its search field too; the next would put the label down.
    await press('Enter', 'Escape');
    await press('Alt+t', 'Control+Home');
    for (let i = 0; i < 5; i++) await press('ArrowRight');
    await press('Shift+ArrowRight', 'Enter');
    expect(await stored('species')).toMatchObject({ text: 'cat', taxonomy: [['Animal', 'Cat']] });
    await press('Control+Enter');
    await page.getByText('required for each region').first().waitFor();
    await expect.poll(focused).toBe('sure');
    await press('ArrowRight');
    expect(await stored('sure')).toMatchObject({ text: 'cat', choices: ['guessed'] });
    await tabTo('why');
    await page.keyboard.type('it sits');
    await press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(1);
    const result = (await savedOf(page, 'submit'))[0]?.result ?? [];
    expect(result.map((item) => item.from_name)).toEqual(['species', 'sure', 'why']);
    expect(result[2]).toMatchObject({ value: { start: 4, end: 7, text: ['it sits'] } });
  });

  it('picks one of two objects by key and by click, and takes it back', async () => {
    page = await demo.open('sample=form-pairs');
    await press('2');
    expect(await stored('better')).toEqual({ selected: 'right' });
    await page.getByText('Water boils at 100').click();
    expect(await stored('better')).toEqual({ selected: 'left' });
    await page.getByText('Water boils at 100').click();
    expect(await stored('better')).toBeUndefined();
    await tabTo('better');
    await press('ArrowRight');
    expect(await stored('better')).toEqual({ selected: 'right' });
  });

  it('orders cards and puts them into buckets by keyboard and by drag', async () => {
    page = await demo.open('sample=form-pairs&mode=stream');
    await tabTo('rank', '[data-item]');
    await press('Enter', 'ArrowDown', 'ArrowDown', 'Enter');
    expect(await stored('rank')).toEqual({ ranker: { rank: ['b', 'c', 'a', 'd'] } });
    await press('Enter', 'ArrowUp', 'Escape');
    expect(await stored('rank')).toEqual({ ranker: { rank: ['b', 'c', 'a', 'd'] } });
    await tabTo('sorted', '[data-item="c"]');
    await press('Space', 'ArrowRight', 'Space');
    expect(await stored('sorted')).toEqual({ ranker: { _: ['a', 'b', 'd'], good: ['c'], bad: [] } });
    await press('ArrowLeft');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-item'))).toBe('a');

    const board = page.locator('[data-control="sorted"]');
    await board.scrollIntoViewIfNeeded();
    const card = await board.locator('[data-item="d"]').boundingBox();
    const bucket = await board.locator('[data-column="bad"]').boundingBox();
    if (!card || !bucket) throw new Error('The board is not shown.');
    await page.mouse.move(card.x + 60, card.y + 14);
    await page.mouse.down();
    await page.mouse.move(bucket.x + 40, bucket.y + 50, { steps: 8 });
    await page.mouse.up();
    expect(await stored('sorted')).toEqual({ ranker: { _: ['a', 'b'], good: ['c'], bad: ['d'] } });
    await press('Control+z');
    expect(await stored('sorted')).toEqual({ ranker: { _: ['a', 'b', 'd'], good: ['c'], bad: [] } });
    await press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(1);
  });

  it('finds one of a hundred choices and of ten thousand entries, with a page that stays small', async () => {
    page = await demo.open('sample=form-many');
    await tabTo('topic', '[type=search]');
    await page.keyboard.type('topic 77');
    await press('Tab', 'Space');
    expect(await stored('topic')).toEqual({ choices: ['t77'] });
    await page.getByPlaceholder('Find a place').focus();
    await page.keyboard.type('ri');
    await press('Enter');
    expect(await stored('place')).toEqual({ choices: ['Riga'] });
    await tabTo('species');
    await press('Enter');
    // Work of the page's thread alone, in seconds: what else the machine has to do is no part of it.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const work = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0;
    };
    const type = (words: string) =>
      page.evaluate(async (text) => {
        const input = document.querySelector('[popover] input') as HTMLInputElement;
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }, words);
    let worst = 0;
    for (const words of ['s', 'sp', 'species', 'genus 7 species 25']) {
      const before = await work();
      await type(words);
      const took = (await work()) - before;
      expect(took).toBeGreaterThan(0);
      worst = Math.max(worst, took);
    }
    expect(worst).toBeLessThan(1);
    await expect.poll(() => page.evaluate(() => document.querySelectorAll('#editor *').length)).toBeLessThan(1500);
    await press('Enter');
    expect(await stored('species')).toEqual({
      taxonomy: [['Family 1', 'Family 1 genus 7', 'Family 1 genus 7 species 25']],
    });
  });

  it('hands text in where it was typed, and prefilled text with a submit alone', async () => {
    page = await demo.open('sample=form-prefill&mode=stream');
    await press('Alt+t', 'Control+Home');
    for (let i = 0; i < 5; i++) await press('Shift+ArrowRight');
    await press('1', 'Enter');
    await page.evaluate(() => {
      const { document } = window.editor.editor ?? {};
      document?.view.select(document.regionIds());
    });
    await tabTo('note');
    await page.keyboard.type('a ferry director');
    await page.evaluate(() => window.editor.editor?.document.view.select([]));
    await expect.poll(() => stored('note')).toMatchObject({ start: 0, end: 5, text: ['a ferry director'] });
    expect(await stored('translation')).toBeUndefined();
    await tabTo('tags');
    await press('Enter', 'Insert');
    await page.keyboard.type('Baltic');
    await press('Enter', 'Escape');
    expect(await stored('tags')).toEqual({ taxonomy: [['News', 'Baltic']] });
    await press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(1);
    const result = (await savedOf(page, 'submit'))[0]?.result ?? [];
    expect(result.find((item) => item.from_name === 'translation')?.value).toEqual({
      text: ['Maria muutti Turusta Riikaan.'],
    });
    const note = result.find((item) => item.from_name === 'note') as { meta?: { lead_time?: number } } | undefined;
    expect(note?.meta?.lead_time).toBeGreaterThan(0);
  });

  it('asks a remote tree level by level, and tries again after an error', async () => {
    page = await demo.open('sample=text');
    const asked: { url: string; authorization: string | undefined }[] = [];
    let fail = true;
    await page.route('https://tree.example/**', async (route) => {
      const request = route.request();
      const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      if (request.method() === 'OPTIONS') return route.fulfill({ headers });
      asked.push({ url: request.url(), authorization: request.headers()['authorization'] });
      if (fail) return route.fulfill({ status: 503, headers });
      const below = new URL(request.url()).searchParams.getAll('path');
      const items =
        below.length === 0 ? [{ value: 'Europe', alias: 'eu' }] : [{ value: 'Riga', alias: 'riga', isLeaf: true }];
      return route.fulfill({ headers, json: { items } });
    });
    await page.goto(page.url().replace('sample=text', 'sample=form-remote'));
    await ready(page);
    await tabTo('place');
    await press('Enter');
    await page.getByText('answered 503').waitFor();
    fail = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('treeitem', { name: 'Europe' }).waitFor();
    await page.locator('[popover] input').focus();
    await press('ArrowRight');
    await page.getByRole('treeitem', { name: 'Riga' }).waitFor();
    await press('ArrowDown', 'Enter', 'Escape');
    expect(await stored('place')).toEqual({ taxonomy: [['eu', 'riga']] });
    expect(asked.at(-1)?.url).toBe('https://tree.example/places?v=1&path=eu');
    expect(asked.at(-1)?.authorization).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
  });

  it('asks about each item, and moves to the first that has no answer', async () => {
    page = await demo.open('sample=form-items&mode=stream');
    await press('1');
    await press('Control+Enter');
    await expect.poll(() => page.evaluate(() => window.editor.editor?.page('pages'))).toBe(1);
    await press('2');
    await press('Control+Enter');
    await expect.poll(() => page.evaluate(() => window.editor.editor?.page('pages'))).toBe(2);
    await press('1');
    await press('Control+Enter');
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(1);
    const result = (await savedOf(page, 'submit'))[0]?.result as { item_index?: number; value: unknown }[] | undefined;
    expect(result?.map((item) => [item.item_index, item.value])).toEqual([
      [0, { choices: ['clean'] }],
      [1, { choices: ['torn'] }],
      [2, { choices: ['clean'] }],
    ]);
  });
});
