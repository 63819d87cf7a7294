/// <reference types="node" />
/** The demo page in a real browser, for tests of gestures. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Where a browser is; undefined skips the tests, visibly. */
export const chromiumPath: string | undefined = [process.env['CHROMIUM_PATH'], ...CANDIDATES].find(
  (path) => path && existsSync(path),
);

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** What the server allows pages: scripts and workers by the one policy alone. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: http:; connect-src 'self'; worker-src 'self' blob:; " +
  "require-trusted-types-for 'script'; trusted-types labelkeep";

export interface DemoPage {
  readonly page: Page;
  readonly errors: string[];
  close(): Promise<void>;
}

/** Builds the demo page and opens it. */
export async function openDemo(): Promise<DemoPage> {
  const root = resolve(import.meta.dirname, '../../../..');
  const out = await mkdtemp(join(tmpdir(), 'labelkeep-demo-'));
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: out, emptyOutDir: true },
  });
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-security-policy', POLICY);
    readFile(join(out, path)).then(
      (body) => response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream').end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, hasTouch: true });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/editor-demo.html?sample=image&bare=1`);
  await page.waitForFunction(
    () =>
      (document.querySelector('[data-labelkeep-editor]') as unknown as { labelkeep?: { ready: boolean } } | null)
        ?.labelkeep?.ready,
  );
  return {
    page,
    errors,
    async close() {
      await browser.close();
      server.close();
      await rm(out, { recursive: true, force: true });
    },
  };
}
