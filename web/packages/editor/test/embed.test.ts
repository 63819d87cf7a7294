import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, hasChromium, JOURNEY } from './page';

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
/** What docs/embedding.md promises to work under. */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; require-trusted-types-for 'script'; trusted-types labelkeep";

describe.skipIf(!hasChromium)('the editor in a page of others (skipped without Chromium)', JOURNEY, () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'labelkeep-embed-'));
    // As it is built for shipping: in a process of its own, since tests set the environment of development.
    const vite = path.join(path.dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
    const root = fileURLToPath(new URL('..', import.meta.url));
    await promisify(execFile)(
      process.execPath,
      [vite, 'build', '--config', 'vite.embed.config.ts', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
      { cwd: root, env: { ...process.env, NODE_ENV: 'production' } },
    );
    server = createServer(async (request, response) => {
      const name = path.basename(new URL(request.url ?? '/', 'http://x').pathname);
      const below = request.url?.includes('/assets/') ? 'assets' : '';
      const file = await readFile(path.join(folder, below, name)).catch(() => null);
      response.writeHead(file ? 200 : 404, {
        'content-type': TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
      });
      response.end(file ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  }, JOURNEY.timeout);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('has its colours in a page that sets the scheme by itself, light and dark', async () => {
    const page = await browser.newPage();
    const address = server.address();
    await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/example.html`);
    await page.locator('.labelkeep-editor').waitFor();
    const surface = (scheme: string) =>
      page.evaluate((chosen) => {
        const editor = document.querySelector<HTMLElement>('.labelkeep-editor');
        if (!editor?.parentElement) throw new Error('There is no editor.');
        editor.parentElement.style.colorScheme = chosen;
        const probe = document.createElement('span');
        probe.style.backgroundColor = 'var(--ed-surface)';
        editor.append(probe);
        const { backgroundColor } = getComputedStyle(probe);
        probe.remove();
        return backgroundColor;
      }, scheme);
    expect(await surface('light')).toBe('rgb(255, 255, 255)');
    expect(await surface('dark')).toBe('rgb(27, 30, 37)');
    await page.close();
  });

  it('the example labels three sentences without our server, under a strict content policy, and keeps the results', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const address = server.address();
    await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/example.html`);
    const state = () =>
      page.evaluate(() => {
        const { taskId, ready, regionCount } = (
          document.querySelector('#editor') as never as { labelkeep: Record<string, unknown> }
        ).labelkeep;
        return { taskId, ready, regionCount };
      });
    await page.getByText('Maria Lindqvist').waitFor();
    await expect.poll(state).toEqual({ taskId: 1, ready: true, regionCount: 0 });
    await page.keyboard.press('1');
    await page.getByText('Maria Lindqvist').dblclick({ position: { x: 10, y: 12 } });
    await expect.poll(async () => (await state()).regionCount).toBe(1);
    await page.keyboard.press('Control+Enter');
    await expect.poll(state).toEqual({ taskId: 2, ready: true, regionCount: 0 });
    await page.getByRole('button', { name: 'Previous task' }).click();
    await expect.poll(state).toEqual({ taskId: 1, ready: true, regionCount: 1 });
    const kept = await page.evaluate(
      () => JSON.parse(localStorage.getItem('example-results') ?? '[]') as [number, unknown[]][],
    );
    expect(kept).toMatchObject([[1, [{ type: 'labels', value: { start: 0, text: 'Maria', labels: ['Person'] } }]]]);
    expect(complaints).toEqual([]);
  });
});
