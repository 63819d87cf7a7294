import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DemoBrowser,
  hasChromium,
  JOURNEY,
  openDemoPage,
  ready,
  resultOf,
  savedOf,
  selectedOf,
  settled,
  startDemo,
} from './page';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(!hasChromium)('the screen around the data (skipped without Chromium)', JOURNEY, () => {
  let demo: DemoBrowser;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo();
  }, JOURNEY.timeout);
  afterAll(() => demo?.close());
  afterEach(() => page?.close());

  const tab = (name: RegExp | string) => page.getByRole('tab', { name });

  it('panels are dragged to another side and over the data, fold to a strip, and stay so after a reload', async () => {
    page = await demo.open('sample=text');
    const history = await tab('History').boundingBox();
    if (!history) throw new Error('There is no history tab.');
    await page.mouse.move(history.x + 10, history.y + 10);
    await page.mouse.down();
    await page.mouse.move(400, 500, { steps: 4 });
    await page.mouse.move(12, 500, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('complementary', { name: 'Panels at the left' }).getByText('Not submitted yet').waitFor();
    await tab('Details').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Over the data' }).click();
    const floating = page.getByRole('region', { name: 'Floating panel' });
    await expect.poll(() => floating.boundingBox()).toMatchObject({ width: 320 });
    const corner = page.getByRole('separator', { name: /Size of the floating panel/ });
    await corner.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Fold the panels at the left' }).click();
    await page.reload();
    await ready(page);
    await expect.poll(() => floating.boundingBox()).toMatchObject({ width: 336 });
    await page.getByRole('navigation', { name: 'Panels at the left, folded' }).getByText('History').click();
    await page.getByRole('complementary', { name: 'Panels at the left' }).waitFor();
    await page.keyboard.press('\\');
    await expect.poll(() => tab('History').count()).toBe(0);
    await page.keyboard.press('\\');
    await tab('History').waitFor();
  });

  it('copies regions with ctrl+C and pastes them into another task; text that is selected stays text', async () => {
    page = await demo.open('sample=image');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await page.getByRole('status').filter({ hasText: 'Region copied' }).waitFor({ state: 'attached' });
    await page.evaluate(async () => {
      const { editor } = window;
      await editor.update({ task: { id: 99, data: editor.editor?.task.data ?? {} }, annotations: [] });
    });
    expect(await resultOf(page)).toHaveLength(0);
    await page.locator('body').click({ position: { x: 700, y: 12 } });
    await page.keyboard.press('Control+v');
    await expect
      .poll(async () => (await resultOf(page)).map((item) => item.value['rectanglelabels']))
      .toEqual([['House']]);
    await page.keyboard.press('Control+x');
    await expect.poll(() => resultOf(page)).toHaveLength(0);
    await page.keyboard.press('Control+v');
    await expect.poll(async () => (await resultOf(page)).length).toBe(1);
    await page.keyboard.press('Shift+d');
    expect(await resultOf(page)).toHaveLength(2);
  });

  it('shows who changed what, an earlier state read-only, and restores it', async () => {
    page = await demo.open('sample=review');
    await tab('History').click();
    const states = page.getByRole('list', { name: 'States of this annotation' }).getByRole('button');
    await expect
      .poll(() => states.allTextContents())
      .toEqual([
        expect.stringMatching(/^Updated by Ann Berg.*1 added$/),
        expect.stringMatching(/^Submitted by ben@example.org.*1 added$/),
      ]);
    await states.last().click();
    await page.getByText('Earlier state').waitFor();
    await expect.poll(() => page.getByRole('radio', { name: /Positive/ }).isDisabled()).toBe(true);
    expect(await resultOf(page)).toHaveLength(1);
    await page.getByRole('button', { name: 'Restore this state' }).first().click();
    expect((await resultOf(page)).map((item) => item.id)).toEqual(['c1']);
    await expect.poll(() => page.getByRole('button', { name: 'Update', exact: true }).isEnabled()).toBe(true);
    await page.keyboard.press('Control+z');
    expect((await resultOf(page)).map((item) => item.id)).toEqual(['c1', 'c2']);
  });

  it('compares annotations in numbers and on the data, and opens one', async () => {
    page = await demo.open('sample=many');
    await page.keyboard.press('Shift+C');
    const row = page.getByRole('row', { name: /^House/ });
    await expect.poll(() => row.getByRole('cell').allTextContents()).toEqual(['13', '40', '–', '3,334', '±3,334']);
    await expect.poll(() => page.getByRole('row', { name: /^weather/ }).textContent()).toContain('1 of 2 (50 %)');
    const column = page.getByRole('article', { name: 'detector 2.1' });
    await expect.poll(() => column.getByRole('application').getAttribute('aria-label')).toContain('40 regions');
    // Keys leave the open annotation alone.
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
    expect(await page.evaluate(() => window.editor.editor?.document.regionIds().length)).toBe(10_000);
    // A region is taken over as one step that can be undone.
    const own = page
      .getByRole('row', { name: /^Regions/ })
      .getByRole('cell')
      .nth(3);
    await column.getByRole('button', { name: 'Next region' }).focus();
    await page.keyboard.press('Enter');
    await column.getByRole('button', { name: 'Take region' }).press('Enter');
    await expect.poll(() => own.textContent()).toBe('10,001');
    await page.keyboard.press('Control+z');
    await expect.poll(() => own.textContent()).toBe('10,000');
    await column.getByRole('button', { name: 'Open' }).click();
    await expect.poll(() => tab(/detector/).getAttribute('aria-selected')).toBe('true');
  });

  it('keys are changed in their list, conflicts are told, and the change holds after a reload', async () => {
    page = await demo.open('sample=text');
    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'Change keys' }).click();
    await page.getByRole('button', { name: /^Key of Compare all annotations/ }).click();
    await page.keyboard.press('Control+z');
    await page.getByText('is the key of “Undo” already').waitFor();
    await page.getByRole('button', { name: 'Leave it', exact: true }).click();
    await page.getByRole('button', { name: /^Key of Compare all annotations/ }).click();
    await page.keyboard.press('Alt+c');
    await page.getByRole('button', { name: /^Key of Compare all annotations: Alt C/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.reload();
    await ready(page);
    await page.keyboard.press('Alt+c');
    await page.getByRole('main', { name: 'Comparison of all annotations' }).waitFor();
  });

  it('submits and exits from the menu beside the button; nothing is left when the submit fails', async () => {
    page = await demo.open('sample=text&mode=stream');
    await page.evaluate(() => {
      window.failNext = 'The server is away';
    });
    const leave = async () => {
      await page.getByRole('button', { name: 'Other ways to submit' }).click();
      await page.getByRole('menuitem', { name: 'Submit and exit' }).click();
    };
    await leave();
    await page.getByText('The server is away').waitFor();
    expect(await page.title()).not.toBe('exit');
    await expect.poll(() => page.evaluate(() => window.editor.editor?.saving.busy)).toBeNull();
    await leave();
    await expect.poll(() => page.title()).toBe('exit');
    expect(await savedOf(page, 'submit')).toHaveLength(2);
  });

  it('an address leads to a region of an annotation; the menu copies one', async () => {
    page = await demo.open('sample=many&annotation=51&region=b100');
    expect(await selectedOf(page)).toEqual(['b100']);
    await expect.poll(() => tab(/Bartholomäus/).getAttribute('aria-selected')).toBe('true');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('link to this region');
    await page.keyboard.press('Enter');
    await page.getByText('Link copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(new URL(link).searchParams.get('region')).toBe('b100');
  });

  it('pages of an image list keep their own regions and answers', async () => {
    page = await demo.open('sample=pages');
    const image = page.getByRole('application');
    await page.keyboard.press('Control+ArrowRight');
    await expect.poll(() => image.getAttribute('aria-label')).toContain('picture 2 of 12');
    await page.locator('[data-object] [aria-busy]').waitFor({ state: 'detached' });
    await page.getByText('sharp').click();
    await page.keyboard.press('1');
    await page.mouse.move(500, 450);
    await page.mouse.down();
    await page.mouse.move(600, 550, { steps: 4 });
    await page.mouse.up();
    const items = (await resultOf(page)) as unknown as { type: string; item_index: number }[];
    expect(items.map((item) => [item.type, item.item_index])).toEqual([
      ['choices', 1],
      ['rectanglelabels', 1],
    ]);
    await page.getByRole('option', { name: 'Page 2, 1 region, answered' }).waitFor();
    await page.getByRole('spinbutton', { name: 'Page, of 12' }).fill('9');
    await page.keyboard.press('Enter');
    await expect.poll(() => image.getAttribute('aria-label')).toContain('picture 9 of 12, 0 regions');
    await expect.poll(() => page.getByRole('radio', { name: /sharp/ }).isChecked()).toBe(false);
    await page.getByRole('treeitem').first().click();
    await expect.poll(() => image.getAttribute('aria-label')).toContain('picture 2 of 12, 1 region');
  });

  it('fetches the next task’s picture ahead, once, in the way in which it is shown then', async () => {
    page = await demo.open('sample=image');
    let asked = 0;
    const drawn = await page.evaluate(() => String(window.editor.editor?.task.data['image'] ?? ''));
    const body = Buffer.from(drawn.slice(drawn.indexOf(',') + 1), 'base64');
    // Another origin that lets its pixels be read: a second way of asking would be a second request.
    const pictures = createServer((request, response) => {
      asked++;
      const allowed = request.headers.origin ? { 'access-control-allow-origin': request.headers.origin } : {};
      response.writeHead(200, {
        'content-type': 'image/png',
        'cache-control': 'max-age=600',
        vary: 'origin',
        ...allowed,
      });
      response.end(body);
    });
    await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
    const address = pictures.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const task = { id: 77, data: { image: `http://127.0.0.1:${port}/ahead.png` } };
    await page.evaluate((next) => window.editor.prefetch(next), task);
    await expect.poll(() => asked).toBe(1);
    await page.evaluate((next) => window.editor.update({ task: next, annotations: [] }), task);
    await expect
      .poll(() =>
        page.evaluate(
          () => (document.querySelector('#editor') as never as { labelkeep: { ready: boolean } }).labelkeep.ready,
        ),
      )
      .toBe(true);
    expect(await page.getByText('could not be').count()).toBe(0);
    expect(asked).toBe(1);
    pictures.close();
  });

  it('ten thousand regions: selecting one redraws its row alone, another one redraws none, scrolling the rows that come', async () => {
    page = await demo.open('sample=many');
    await page.getByRole('treeitem').first().waitFor();
    expect(await page.getByRole('treeitem').count()).toBeLessThan(60);
    const touched = await page.evaluate(async () => {
      const { editor } = window.editor;
      const list = document.querySelector('[role=tree]');
      if (!editor || !list) throw new Error('no editor');
      // Frames have passed and nothing waits for its turn any more, what is drawn later and in slices neither.
      const settle = async () => {
        for (let i = 0; i < 3; i++) {
          await new Promise((resolve) => requestAnimationFrame(resolve));
          await new Promise((resolve) => requestIdleCallback(resolve));
        }
      };
      const rows = new Set<Element>();
      const watch = new MutationObserver((records) => {
        for (const { target, addedNodes, attributeName } of records) {
          // Of how many it is one, every row says.
          if (attributeName === 'aria-setsize') continue;
          for (const node of [target, ...addedNodes]) {
            const row =
              node instanceof Element
                ? node.closest('[role=treeitem]')
                : node.parentElement?.closest('[role=treeitem]');
            if (row) rows.add(row);
          }
        }
      });
      watch.observe(list, { subtree: true, childList: true, attributes: true, characterData: true });
      const count = async (act: () => void) => {
        rows.clear();
        act();
        await settle();
        return rows.size;
      };
      const ids = editor.document.regionIds();
      const first = await count(() => editor.document.view.select([ids[2] as string]));
      const second = await count(() => editor.document.view.select([ids[4] as string]));
      const scrolled = await count(() => {
        list.scrollTop += 3 * 32;
      });
      const added = await count(() => {
        const region = editor.document.store.get(ids[0] as string);
        if (!region) throw new Error('no region');
        const { object, kind, geometry, envelope } = region;
        const facets = region.facets.map(({ from, type, answer }) => ({ from, type, answer }));
        editor.document.add('Add region', { object, kind, geometry, envelope, facets });
      });
      const sizes = new Set([...list.querySelectorAll('[role=treeitem]')].map((row) => row.ariaSetSize));
      return { first, second, scrolled, added, sizes: [...sizes] };
    });
    expect(touched.added).toBe(0);
    expect(touched.sizes).toEqual(['10001']);
    expect(touched.first).toBeLessThanOrEqual(2);
    expect(touched.second).toBeLessThanOrEqual(3);
    expect(touched.scrolled).toBeLessThanOrEqual(12);
    await page.keyboard.press('Control+a');
    await page.getByRole('heading', { name: '10,001 regions' }).waitFor();
  });

  it('nothing serious for axe, in both themes, with dialogs and panels open', async () => {
    // What a theme changes is colours: everything else is the same page in both.
    const scan = async (what: string, only?: string[]) => {
      await page.evaluate(AXE);
      const found = await page.evaluate(async (rules) => {
        const { axe } = window as never as { axe: { run(root: Element, options: object): Promise<never> } };
        const report = (await axe.run(document.querySelector('#editor') as Element, {
          resultTypes: ['violations'],
          ...(rules ? { runOnly: rules } : {}),
        })) as { violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] };
        return report.violations
          .filter((one) => one.impact === 'serious' || one.impact === 'critical')
          .map(
            (one) =>
              `${one.id}: ${one.nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(' | ')}`,
          );
      }, only);
      expect(found, what).toEqual([]);
    };
    for (const theme of ['light', 'dark']) {
      const rules = theme === 'light' ? undefined : ['color-contrast', 'link-in-text-block'];
      page = await demo.open(`sample=many&theme=${theme}`);
      await page.getByRole('treeitem').nth(3).click();
      await page.getByRole('heading', { name: /^Region / }).waitFor();
      await scan(`image, ${theme}`, rules);
      await tab('History').click();
      await page.getByRole('list', { name: 'States of this annotation' }).waitFor();
      await page.keyboard.press('Shift+C');
      await page.getByRole('main', { name: 'Comparison of all annotations' }).waitFor();
      await scan(`comparison, ${theme}`, rules);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await scan(`keys, ${theme}`, rules);
      await page.close();
      page = await demo.open(`sample=review&theme=${theme}`);
      await scan(`review, ${theme}`, rules);
      await page.keyboard.press('Control+,');
      await page.getByRole('dialog').waitFor();
      await scan(`settings, ${theme}`, rules);
      await page.close();
    }
    page = await demo.open('sample=pages');
    await scan('pages');
  });

  it('is usable with text at 200 % (a window of half the pixels): everything is reached, nothing is cut off', async () => {
    page = await demo.open('sample=text');
    await page.setViewportSize({ width: 720, height: 450 });
    await tab('Details').click();
    await page.getByText('Select a region to see').waitFor();
    await page.getByRole('button', { name: /^Submit/ }).click();
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(1);
    await settled(page);
    expect(
      await page.evaluate(() => {
        const host = document.querySelector('#editor') as HTMLElement;
        return host.scrollWidth <= host.clientWidth && document.documentElement.scrollWidth <= innerWidth;
      }),
    ).toBe(true);
  });

  it('a finger that stays on a row or a tab opens its menu; one that taps selects and unselects, one that moves does neither', async () => {
    const context = await demo.browser.newContext({ viewport: { width: 1180, height: 820 }, hasTouch: true });
    page = await context.newPage();
    await openDemoPage(page, 'sample=many');
    const session = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    const middle = async (role: 'treeitem' | 'tab') => {
      const box = await page.getByRole(role).first().boundingBox();
      if (!box) throw new Error(`There is no ${role}.`);
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    /** As long as a finger stays that means it. */
    const stay = () => page.waitForTimeout(700);
    const row = await middle('treeitem');
    await touch('touchStart', [row]);
    await stay();
    await touch('touchEnd', []);
    await page.getByRole('menu').waitFor();
    // As with the right button: what the menu is about is selected.
    expect(await selectedOf(page)).toEqual(['b0']);
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });

    await touch('touchStart', [row]);
    await touch('touchMove', [{ x: row.x, y: row.y + 30 }]);
    await stay();
    await touch('touchEnd', []);
    await settled(page);
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await selectedOf(page)).toEqual(['b0']);

    await touch('touchStart', [row]);
    await touch('touchEnd', []);
    await expect.poll(() => selectedOf(page)).toEqual([]);

    await touch('touchStart', [await middle('tab')]);
    await stay();
    await touch('touchEnd', []);
    await page.getByRole('menu').waitFor();
    await context.close();
  });

  it('panels stand below the data in a window of 860 pixels, and beside it in one of 1,000', async () => {
    page = await demo.open('sample=text');
    const below = page.getByRole('complementary', { name: 'Panels', exact: true });
    await page.setViewportSize({ width: 860, height: 700 });
    await below.waitFor();
    await page.setViewportSize({ width: 1000, height: 700 });
    await below.waitFor({ state: 'detached' });
    await page.getByRole('complementary', { name: 'Panels at the right' }).waitFor();
  });

  it('from task to task the screen stays; nothing of the task before is left on it or in the hand', async () => {
    page = await demo.open('sample=image&mode=stream');
    const image = page.getByRole('application');
    const canvas = await page.locator('[data-layer=regions]').elementHandle();
    const search = page.getByRole('searchbox', { name: /Search the regions/ });
    const picture = page.locator('[data-layer=image]');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Alt+h');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('brightness and contrast');
    await page.keyboard.press('Enter');
    await page.getByRole('slider').first().fill('150');
    const filter = () => picture.evaluate((layer: HTMLElement) => layer.style.filter);
    await expect.poll(filter).toContain('brightness');
    await search.fill('house');
    const next = (id: number, annotations: unknown[]) =>
      page.evaluate(
        async ([task, given]) => {
          const { editor } = window;
          await editor.update({
            task: { id: task as number, data: editor.editor?.task.data ?? {} },
            annotations: given as never,
          });
        },
        [id, annotations] as const,
      );
    const box = (id: string, x: number) => ({
      id,
      from_name: 'box',
      to_name: 'img',
      type: 'rectanglelabels',
      value: { x, y: 10, width: 20, height: 20, rotation: 0, rectanglelabels: ['House'] },
    });
    await next(501, [{ id: 5010, result: [box('a', 10), box('b', 50)], completed_by: 7 }]);
    expect(await canvas?.evaluate((layer) => layer.isConnected)).toBe(true);
    await expect.poll(() => image.getAttribute('aria-label')).toContain('2 regions');
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(2);
    await expect.poll(() => search.inputValue()).toBe('');
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    await expect.poll(filter).toBe('');
    await page.getByRole('group', { name: 'Brightness and contrast' }).waitFor({ state: 'hidden' });
    expect(await selectedOf(page)).toEqual([]);
    // Nothing of the task before is undone, and what is made here stays with this task.
    await page.keyboard.press('Control+z');
    expect(await resultOf(page)).toHaveLength(2);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
    await next(502, [{ id: 5020, result: [box('a', 30)], completed_by: 7 }]);
    expect((await resultOf(page)).map((item) => [item.id, item.value['x']])).toEqual([['a', 30]]);
    await page.keyboard.press('Control+z');
    expect(await resultOf(page)).toHaveLength(1);
    // Keys, labels and tools are those of the task that is shown.
    await page.keyboard.press('1');
    const { x, y, width, height } = (await image.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width * 0.6, y + height * 0.6);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.7, y + height * 0.7, { steps: 4 });
    await page.mouse.up();
    expect(await resultOf(page)).toHaveLength(2);
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(2);
    // Another configuration is another screen.
    await page.evaluate(() =>
      window.editor.update({
        config:
          '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="Yes"/></Choices></View>',
        task: { id: 503, data: { text: 'Words' } },
        annotations: [],
      }),
    );
    expect(await canvas?.evaluate((layer) => layer.isConnected)).toBe(false);
    await page.getByRole('document').getByText('Words').waitFor();
  });

  it('a double click on Submit submits one task, not the next one too', async () => {
    page = await demo.open('sample=text&mode=stream');
    await page.evaluate(() => {
      const { editor } = window;
      const { onSubmit } = editor.editor?.options ?? {};
      // As a page does that has the next task already.
      const next = async (payload: never) => {
        const answer = await onSubmit?.(payload);
        const { id, data } = editor.editor?.task ?? { id: 0, data: {} };
        await editor.update({ task: { id: Number(id) + 1, data }, annotations: [] });
        return answer;
      };
      Object.assign(editor.editor?.options ?? {}, { onSubmit: next });
    });
    const submit = page.getByRole('button', { name: /^Submit/ }).first();
    await submit.dblclick({ delay: 60 });
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(1);
    await expect.poll(() => submit.isEnabled()).toBe(true);
    expect(await savedOf(page, 'submit')).toHaveLength(1);
    await page.waitForFunction(() => window.editor.editor?.saving.busy === null);
    // A click of its own submits again.
    await page.mouse.move(200, 200);
    await submit.click();
    await expect.poll(async () => (await savedOf(page, 'submit')).length).toBe(2);
  });

  it('two hundred tasks later the memory is as it was', async () => {
    page = await demo.open('sample=image&mode=stream');
    const session = await page.context().newCDPSession(page);
    const measure = async () => {
      // What the last frames still hold is no part of what stays.
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
      const { metrics } = await session.send('Performance.getMetrics');
      const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
      return { heap: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners') };
    };
    await session.send('Performance.enable');
    const run = (from: number, to: number) =>
      page.evaluate(
        async ([first, last]) => {
          const { editor } = window;
          const { data } = editor.editor?.task ?? { data: {} };
          const boxes = Array.from({ length: 60 }, (_, i) => ({
            id: `r${i}`,
            from_name: 'box',
            to_name: 'img',
            type: 'rectanglelabels',
            value: { x: i % 90, y: i % 80, width: 4, height: 4, rotation: 0, rectanglelabels: ['House'] },
          }));
          for (let id = first as number; id < (last as number); id++) {
            await editor.update({ task: { id, data }, annotations: [{ id, result: boxes, completed_by: 7 }] });
            const ids = editor.editor?.document.regionIds() ?? [];
            editor.editor?.document.view.select(ids.slice(0, 5));
            editor.editor?.deleteRegions(ids.slice(0, 2));
          }
          await editor.flush();
        },
        [from, to],
      );
    await run(1000, 1030);
    const before = await measure();
    await run(1030, 1230);
    // A collection frees what crosses from the page into the script's heap a round or two later: what counts is the least
    // that is held, and what leaks never goes.
    await expect
      .poll(
        async () => {
          const after = await measure();
          return {
            nodes: after.nodes < before.nodes * 1.2 + 200,
            listeners: after.listeners < before.listeners * 1.2 + 50,
            heap: after.heap < before.heap + 8,
          };
        },
        { interval: 500 },
      )
      .toEqual({ nodes: true, listeners: true, heap: true });
  });
});
