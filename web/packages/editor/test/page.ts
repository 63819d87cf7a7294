/** A real browser on the demo page, for tests of gestures and keys. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
// What `inject` gives is declared there.
import type {} from './demo-site';

/** Where Chromium is; `CHROMIUM` overrides it. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const hasChromium: boolean = existsSync(CHROMIUM);

/** For tests that drive a browser: what is not through by then hangs, however busy the machine is. */
export const JOURNEY = { timeout: 240_000 };
/** Milliseconds for a single step of theirs. */
const STEP = 60_000;

export interface DemoBrowser {
  readonly browser: Browser;
  /** Of the demo page, without a query. */
  readonly address: string;
  /** Opens the demo page with a query such as `sample=text&mode=stream`, and waits until it is ready. */
  open(query: string): Promise<Page>;
  close(): Promise<void>;
}

/** Starts a browser for the demo page; it ends with `close`. */
export async function startDemo(): Promise<DemoBrowser> {
  const browser = await launchChromium();
  return {
    browser,
    address: inject('demoPage'),
    open: async (query) => {
      // Colours are looked at as they stand, not on their way.
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
      page.setDefaultTimeout(STEP);
      await openDemoPage(page, query);
      return page;
    },
    close: () => browser.close(),
  };
}

/** Chromium without a GPU, and without what it would ask the network for. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Shows the demo page with a query, and waits until it is ready. */
export async function openDemoPage(page: Page, query: string): Promise<void> {
  // The first page of a run waits until the demo is built.
  await page.goto(`${inject('demoPage')}?${query}`, JOURNEY);
  await ready(page);
}

export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(
    () => (document.querySelector('#editor') as { labelkeep?: { ready: boolean } } | null)?.labelkeep?.ready === true,
  );
}

/**
 * Until what was put off has been done: work of the next task, and of the next two frames. For looking at what shall *not*
 * have happened; what shall happen is polled for.
 */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve));
    for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

/** The result as the model has it: within the key or the click that changed it, while the page shows it a frame later. */
export async function resultOf(
  page: Page,
): Promise<{ id: string; from_name: string; origin?: string; value: Record<string, unknown>; custom?: unknown }[]> {
  return page.evaluate(() => structuredClone(window.editor.editor?.entry.draftResult() ?? []) as never);
}

/** The ids of the regions that are selected, in the order of their selection. */
export function selectedOf(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      (document.querySelector('#editor') as never as { labelkeep: { selectedIds: string[] } }).labelkeep.selectedIds,
  );
}

/** What the demo would have saved. */
export async function savedOf(
  page: Page,
  kind: string,
): Promise<
  {
    operationId: string;
    result: { from_name: string; value: Record<string, unknown> }[];
    parent_prediction: unknown;
    lead_time: number;
  }[]
> {
  return page.evaluate(
    (wanted) => structuredClone(window.saved.filter((one) => one.kind === wanted).map((one) => one.payload)) as never,
    kind,
  );
}

/** Page rectangle of the first place where a text stands in the Text object. */
export async function wordBox(
  page: Page,
  word: string,
): Promise<{ x: number; y: number; width: number; height: number }> {
  return page.evaluate((wanted) => {
    const walker = document.createTreeWalker(document.querySelector('[role=document]') as Node, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode as Text;
      const at = node.data.indexOf(wanted);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x, y, width, height };
    }
    throw new Error(`The text has no “${wanted}”.`);
  }, word);
}

/** Drags over a word with the mouse. */
export async function dragOver(page: Page, word: string): Promise<void> {
  const box = await wordBox(page, word);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 0.5, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, y, { steps: 3 });
  await page.mouse.move(box.x + box.width - 0.5, y, { steps: 3 });
  await page.mouse.up();
}
