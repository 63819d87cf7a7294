/** The demo page in a real browser, for tests of gestures. */
import type { Page } from 'playwright-core';
import { hasChromium, launchChromium, openDemoPage } from '../../../../test/page';

export { hasChromium, openDemoPage };

export interface DemoPage {
  readonly page: Page;
  readonly errors: string[];
  close(): Promise<void>;
}

/** Opens the demo page on a picture. */
export async function openDemo(): Promise<DemoPage> {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, hasTouch: true });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await openDemoPage(page, 'sample=image&bare=1');
  return { page, errors, close: () => browser.close() };
}
