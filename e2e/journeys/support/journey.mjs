/**
 * A journey: a server of its own, people with windows of their own, and at the end the proof that no page complained. When it
 * fails, what each person saw is in `target/journeys/`.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { launch, person } from './browser.mjs';
import { Server } from './server.mjs';

const PICTURES = path.resolve(import.meta.dirname, '../../../target/journeys');

let browser;
after(() => browser?.close());

/** `run` gets the server, the browser, and `enter`, which opens a window for one more person. */
export function journey(name, run, environment = {}) {
  test(name, { timeout: 900_000 }, async () => {
    browser ??= await launch();
    const server = await Server.start(environment);
    const people = [];
    const enter = async (options) => {
      const one = await person(browser, server, options);
      people.push(one);
      return one;
    };
    try {
      await run({ server, browser, enter });
      for (const { complaints } of people) assert.deepEqual(complaints, []);
    } catch (error) {
      await photograph(name, people);
      throw error;
    } finally {
      for (const { context } of people) await context.close();
      await server.stop();
    }
  });
}

async function photograph(name, people) {
  await mkdir(PICTURES, { recursive: true });
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60);
  for (const [index, { page, complaints }] of people.entries()) {
    const file = path.join(PICTURES, `${slug}-${index + 1}.png`);
    await page.screenshot({ path: file, timeout: 5_000 }).catch(() => undefined);
    console.error(`${page.url()} ${file} ${complaints.join(' | ')}`);
  }
}
