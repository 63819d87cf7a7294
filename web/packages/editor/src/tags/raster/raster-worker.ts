/**
 * The worker for masks, shared by all images of the page. It is started with the first job and ends
 * when there was nothing to do for a while. Where a page allows no worker its work is done in place.
 */
import { trustedPolicy } from '../../core/trusted';
import { type Answer, doJob, type Job } from './jobs';
import address from './worker?worker&url';

/** Milliseconds without a job until the worker ends and gives its memory back. */
const IDLE = 60_000;

interface Waiting {
  readonly job: Job;
  resolve(answer: never): void;
  reject(error: Error): void;
}

class RasterWorker {
  private worker: Worker | null = null;
  private refused = typeof Worker === 'undefined';
  private nextId = 0;
  private readonly waiting = new Map<number, Waiting>();
  private idle: ReturnType<typeof setTimeout> | undefined;

  /** Does a job, in turn. Rejects with a message for people. */
  run<J extends Job>(job: J, transfer: Transferable[] = []): Promise<Answer<J>> {
    const worker = this.start();
    if (!worker) return doJob(job).then(({ answer }) => answer);
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { job, resolve, reject });
      worker.postMessage({ id, job }, transfer);
    });
  }

  private start(): Worker | null {
    clearTimeout(this.idle);
    if (this.worker || this.refused) return this.worker;
    try {
      const worker = new Worker(trustedPolicy().createScriptURL(address) as string, { type: 'module', name: 'masks' });
      worker.onmessage = ({ data }) => this.settle(data);
      worker.onerror = () => this.fail();
      this.worker = worker;
    } catch {
      this.refused = true;
    }
    return this.worker;
  }

  private settle(data: { readonly id: number; readonly answer?: unknown; readonly error?: string }): void {
    const job = this.waiting.get(data.id);
    this.waiting.delete(data.id);
    if (data.error !== undefined) job?.reject(new Error(data.error));
    else job?.resolve(data.answer as never);
    if (this.waiting.size > 0) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.end(), IDLE);
  }

  /** The script could not be loaded, or broke off: what waits and what comes later is done in place. */
  private fail(): void {
    this.refused = true;
    this.end();
    const left = [...this.waiting.values()];
    this.waiting.clear();
    for (const { job, resolve, reject } of left) doJob(job).then(({ answer }) => resolve(answer as never), reject);
  }

  private end(): void {
    this.worker?.terminate();
    this.worker = null;
  }
}

export const rasterWorker: { run<J extends Job>(job: J, transfer?: Transferable[]): Promise<Answer<J>> } =
  new RasterWorker();
