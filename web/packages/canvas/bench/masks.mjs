/**
 * Measures painting in Chromium with software drawing: an image of 4,000 × 3,000 pixels with 50 masks
 * (sample `masks` of the editor's demo page). Prints time between frames and how long the page's
 * thread was held. Run: `node packages/canvas/bench/masks.mjs` in `web`; about a minute.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../../editor');
const out = await mkdtemp(join(tmpdir(), 'labelkeep-bench-'));
await build({
  root,
  configFile: join(root, 'vite.config.ts'),
  logLevel: 'error',
  build: { outDir: out, emptyOutDir: true },
});
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  readFile(join(out, path)).then(
    (body) => response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(body),
    () => response.writeHead(404).end(),
  );
});
await new Promise((done) => server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', done));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(60_000);

/**
 * Time between frames as a person sees it, and the longest task of the page's thread in time of the
 * processor: the second does not depend on what else the machine does.
 */
async function record(name, run) {
  await page.evaluate(() => {
    const frames = [];
    let last = performance.now();
    let running = true;
    const tick = () => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      if (running) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    window.stopRecording = () => {
      running = false;
      // The first gap holds what went on before.
      return frames.slice(1);
    };
  });
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  const start = performance.now();
  await run();
  const time = performance.now() - start;
  const frames = await page.evaluate(() => window.stopRecording());
  const trace = JSON.parse((await browser.stopTracing()).toString()).traceEvents;
  const isMain = (event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain';
  const mains = new Set(trace.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = trace
    .filter(({ name: kind, pid, tid }) => kind === 'RunTask' && mains.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000)
    .sort((a, b) => b - a);
  frames.sort((a, b) => a - b);
  const at = (part) => (frames[Math.min(frames.length - 1, Math.floor(frames.length * part))] ?? 0).toFixed(1);
  console.log(
    `${name.padEnd(38)} ${String(Math.round(time)).padStart(6)} ms  ${String(frames.length).padStart(4)} frames  ` +
      `median ${at(0.5)}  p95 ${at(0.95)}  max ${at(1)} ms  longest tasks ${tasks
        .slice(0, 3)
        .map((task) => task.toFixed(0))
        .join(', ')} ms`,
  );
}

const ready = () => page.waitForFunction(() => document.querySelector('#editor')?.labelkeep?.ready);
const address = `http://127.0.0.1:${server.address().port}/editor-demo.html?bare=1&sample=`;
await page.goto(`${address}image`);
await ready();
// Made beforehand: the drawing and coding of the sample itself is not what is measured.
await page.evaluate(() => {
  const { config, task, annotations } = window.makeSample('masks');
  const onUpdate = (_id, payload) => {
    // What a page does with it.
    window.sent = JSON.stringify(payload);
  };
  window.made = { config, task, annotations, predictions: [], drafts: [], onUpdate };
});
await record('open 50 masks', async () => {
  await page.evaluate(() => window.editor.update(window.made));
  await ready();
});
await record('at rest after opening', () => page.waitForTimeout(1500));
const box = await page.evaluate(() => {
  const { x, y, width, height } = document.querySelector('#editor').labelkeep.objectBox('img');
  return { x, y, width, height };
});
const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];

/** Circles over most of the image. */
async function circles(turns, radius) {
  await page.mouse.move(...at(0.5 + radius, 0.5));
  await page.mouse.down();
  const steps = 90 * turns;
  for (let i = 1; i <= steps; i++) {
    const angle = (i / 90) * 2 * Math.PI;
    await page.mouse.move(...at(0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)));
  }
  await page.mouse.up();
}

await page.keyboard.press('b');
await page.keyboard.press('1');
await record('paint, brush of the first size', () => circles(3, 0.35));
for (let i = 0; i < 12; i++) await page.keyboard.press(']');
await record('paint, brush five times as large', () => circles(3, 0.3));
await record('erase (right button), large', async () => {
  await page.mouse.move(...at(0.2, 0.5));
  await page.mouse.down({ button: 'right' });
  for (let i = 0; i < 120; i++) await page.mouse.move(...at(0.2 + i / 200, 0.5 + Math.sin(i / 9) / 4));
  await page.mouse.up({ button: 'right' });
});
await record('zoom in and out', async () => {
  await page.mouse.move(...at(0.4, 0.4));
  await page.keyboard.down('Control');
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i < 30 ? -100 : 100);
  await page.keyboard.up('Control');
});
await record('paint at 100 %', async () => {
  await page.keyboard.press('Shift+Digit2');
  await circles(3, 0.2);
});
await page.keyboard.press('Shift+Digit1');
await record('undo and redo, 6 steps each', async () => {
  for (let i = 0; i < 6; i++) await page.keyboard.press('Control+z');
  for (let i = 0; i < 6; i++) await page.keyboard.press('Control+Shift+z');
});
await record('a stroke on each of the 50 masks', async () => {
  const ids = await page.evaluate(() => window.editor.editor.document.regionIds());
  for (const [index, id] of ids.entries()) {
    await page.evaluate((one) => document.querySelector('#editor').labelkeep.select([one]), id);
    await page.mouse.move(...at(0.1 + (index % 10) * 0.08, 0.1 + Math.floor(index / 10) * 0.15));
    await page.mouse.down();
    await page.mouse.move(...at(0.15 + (index % 10) * 0.08, 0.15 + Math.floor(index / 10) * 0.15), { steps: 4 });
    await page.mouse.up();
  }
});
await record('submit at once, JSON text included', async () => {
  await page.keyboard.press('Control+Enter');
  await page.waitForFunction(() => window.sent !== undefined);
});
const facts = await page.evaluate(() => ({
  bytes: window.sent.length,
  heap: performance.memory?.usedJSHeapSize ?? 0,
}));
console.log(
  `result: ${Math.round(facts.bytes / 1000)} kB of JSON; heap of the page ${Math.round(facts.heap / 1e6)} MB`,
);
await browser.close();
server.close();
await rm(out, { recursive: true, force: true });
