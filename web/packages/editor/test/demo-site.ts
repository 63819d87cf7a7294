/// <reference types="node" />
/**
 * The editor's demo page as it is built for shipping, served to all tests of a run. It is built when the first test asks for it:
 * a run without a browser test waits for nothing.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the built demo page, without a query. */
    demoPage: string;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

/** What the server allows its labeling pages: scripts, workers and frames by the one policy alone. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self' data:; img-src 'self' data: blob: http:; connect-src 'self' https:; " +
  "frame-src 'self'; worker-src 'self' blob:; require-trusted-types-for 'script'; trusted-types labelkeep";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'labelkeep-demo-'));
  let built: Promise<void> | undefined;
  const server = createServer(async (request, response) => {
    try {
      built ??= build(folder);
      await built;
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const body = await readFile(path.join(folder, path.posix.normalize(pathname)));
      response.writeHead(200, {
        'content-type': TYPES[path.extname(pathname)] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
      });
      response.end(body);
    } catch (error) {
      // A build that fails is what the tests must tell; a file that is missing is named.
      response.writeHead(404).end(String(error));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  project.provide('demoPage', `http://127.0.0.1:${(server.address() as AddressInfo).port}/editor-demo.html`);
  return async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  };
}

/** Builds in a process of its own: this one has the environment of tests, and would build for development. */
async function build(folder: string): Promise<void> {
  const vite = path.join(path.dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--mode', 'tests', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), env: { ...process.env, NODE_ENV: 'production' } },
  );
}
