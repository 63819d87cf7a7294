/** A real browser on the demo page, for tests of gestures and keys. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';

/** Where Chromium is; `CHROMIUM` overrides it. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const hasChromium: boolean = existsSync(CHROMIUM);

export interface DemoBrowser {
  readonly browser: Browser;
  /** Opens the demo page with a query such as `sample=text&mode=stream`, and waits until it is ready. */
  open(query: string): Promise<Page>;
  close(): Promise<void>;
}

/** Starts the demo page and a browser; both end with `close`. */
export async function startDemo(): Promise<DemoBrowser> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const server: ViteDevServer = await createServer({
    root,
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  });
  await server.listen();
  const address = server.httpServer?.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    browser,
    open: async (query) => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(15_000);
      // The first page waits until all modules are built.
      await page.goto(`http://127.0.0.1:${port}/editor-demo.html?${query}`, { timeout: 60_000 });
      await ready(page);
      return page;
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(
    () => (document.querySelector('#editor') as { labelkeep?: { ready: boolean } } | null)?.labelkeep?.ready === true,
  );
}

/** The result as it stands. */
export async function resultOf(
  page: Page,
): Promise<{ id: string; from_name: string; origin?: string; value: Record<string, unknown>; custom?: unknown }[]> {
  return page.evaluate(() => structuredClone(window.editor.editor?.entry.draftResult() ?? []) as never);
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
