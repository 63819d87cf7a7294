/** The tree of regions by the keyboard alone, slowly and as fast as one can type. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DemoBrowser, dragOver, hasChromium, JOURNEY, resultOf, selectedOf, startDemo } from './page';

describe.skipIf(!hasChromium)('the regions tree by keys (skipped without Chromium)', JOURNEY, () => {
  let demo: DemoBrowser;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo();
  }, JOURNEY.timeout);
  afterAll(() => demo?.close());
  afterEach(() => page?.close());

  /** A text with a region of each of its labels. */
  const withThreeRegions = async () => {
    const opened = await demo.open('sample=text&mode=stream');
    for (const [key, word] of [
      ['1', 'Maria Lindqvist'],
      ['2', 'Nordlinie'],
      ['3', 'Tallinn'],
    ] as const) {
      await opened.keyboard.press(key);
      await dragOver(opened, word);
    }
    return opened;
  };

  it('space selects, F2 relabels by typing, alt and arrows nest, the menu key opens', async () => {
    page = await withThreeRegions();
    const ids = (await resultOf(page)).map((item) => item.id);
    await page.keyboard.press('Alt+g');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowDown');
    expect(await selectedOf(page)).toEqual(ids.slice(0, 2));
    await page.getByRole('status').filter({ hasText: '2 regions selected' }).waitFor({ state: 'attached' });
    await page.keyboard.press('F2');
    await page.getByRole('dialog', { name: 'Label of 2 regions' }).waitFor();
    await page.keyboard.type('da');
    await page.keyboard.press('Enter');
    expect((await resultOf(page)).map((item) => item.value['labels'])).toEqual([['DATE'], ['DATE'], ['LOC']]);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.keyboard.press('Alt+m');
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
    await page.keyboard.type('the captain');
    await page.keyboard.press('Alt+g');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+g');
    expect((await resultOf(page))[0]).toMatchObject({ meta: { text: ['the captain'] } });
    await page.keyboard.press('End');
    await page.keyboard.press('Alt+ArrowRight');
    expect(((await resultOf(page)) as unknown as { parentID?: string }[])[2]?.parentID).toBe(ids[1]);
    await expect.poll(() => page.getByRole('treeitem').nth(2).getAttribute('aria-level')).toBe('2');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(2);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: /^Delete selected/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: /Search the regions/ }).fill('tallinn loc');
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(1);
  });

  it('keys that come faster than the panels are drawn mean what the key before has made', async () => {
    page = await withThreeRegions();
    /** Presses keys as the browser hands them on when it is late: one right behind the other, and no frame between them. */
    const press = (...keys: { key: string; code?: string; altKey?: boolean }[]) =>
      page.evaluate(async (all) => {
        for (const key of all) {
          const { activeElement, body } = document;
          (activeElement ?? body).dispatchEvent(
            new KeyboardEvent('keydown', { bubbles: true, cancelable: true, code: key.key, ...key }),
          );
          await null;
        }
      }, keys);
    await press({ key: 'g', code: 'KeyG', altKey: true });
    await press({ key: 'End' }, { key: 'ArrowRight', altKey: true }, { key: 'ArrowLeft' }, { key: 'ArrowLeft' });
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(2);
    await press({ key: 'Home' }, { key: 'Enter' }, { key: 'm', code: 'KeyM', altKey: true });
    await page.keyboard.type('the captain');
    await page.keyboard.press('Escape');
    await expect
      .poll(async () => (await resultOf(page)).map((item) => (item as { meta?: unknown }).meta))
      .toEqual([{ text: ['the captain'] }, undefined, undefined]);
    // A dialog that is closing takes no key from the page any more.
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    const dialog = await page.evaluate(() => {
      document.querySelector('dialog')?.requestClose();
      return window.editor.editor?.ui.dialog;
    });
    expect(dialog).toBeNull();
  });
});
