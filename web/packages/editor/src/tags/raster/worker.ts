/** The worker's end: one message a job, one message back. */
import { doJob, type Job } from './jobs';

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<{ readonly id: number; readonly job: Job }>) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { id, job } }) => {
  doJob(job).then(
    ({ answer, transfer }) => scope.postMessage({ id, answer }, transfer),
    (error: unknown) => scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) }),
  );
};
