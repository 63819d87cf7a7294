/** The real program on loopback, with a port and a data folder of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** What `PROGRAM_UNDER_TEST` names, else what was built for shipping, else for development. */
function program() {
  if (process.env.PROGRAM_UNDER_TEST) return process.env.PROGRAM_UNDER_TEST;
  const [built] = ['release', 'debug']
    .map((profile) => path.join(ROOT, 'target', profile, 'labelkeep'))
    .filter(existsSync);
  if (!built) throw new Error('labelkeep is not built: run `make build`');
  return built;
}

async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  /** Lines that the program has printed since its last start. */
  output = '';
  #process;

  constructor(port, folder, environment) {
    this.port = port;
    this.folder = folder;
    this.environment = environment;
    this.url = `http://localhost:${port}`;
  }

  /** Starts it with an empty data folder. */
  static async start(environment = {}) {
    const folder = await mkdtemp(path.join(tmpdir(), 'labelkeep-journey-'));
    const server = new Server(await freePort(), folder, environment);
    await server.start();
    return server;
  }

  /** Starts it again on the same data; resolves when it answers. */
  async start() {
    this.output = '';
    const child = spawn(program(), ['start', '--local', '--port', String(this.port), '--data-dir', this.folder], {
      env: { ...process.env, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.output += text;
      });
    }
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start\n${this.output}`);
      const answer = await fetch(`${this.url}/health`).catch(() => undefined);
      // What it prints comes by another way than its answers, line by line.
      if (answer?.ok && this.output.includes('Data: ')) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it as a power cut would. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ends it as a person would, and removes its data. */
  async stop() {
    await this.#end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal) {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}
