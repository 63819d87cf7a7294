/** JSON of a save, written while the page goes on drawing: a result may be tens of megabytes. */
import { inSlices } from '@labelkeep/editor/core';

let leaving = false;
// Before the editor hands out what is pending: it listens without `capture`.
globalThis.addEventListener?.('pagehide', () => (leaving = true), { capture: true });
globalThis.addEventListener?.('pageshow', () => (leaving = false), { capture: true });

/** Is the page being left, or not seen? Then there may be no later turn: what is to be sent must be sent within the present one. */
export function isLeaving(): boolean {
  return leaving || document.visibilityState === 'hidden';
}

/** Milliseconds that a batch of items may take: a quarter of a frame. */
const BATCH = 4;

/** Bytes that become a part of their own: putting the whole together copies none. */
const PART = 1 << 20;

/**
 * The JSON of `body`. A Blob can be kept and sent without the page copying it; a text of 30 MB would hold the page up for half a
 * second with each. What `body` holds must not be changed meanwhile.
 */
export async function jsonBlob(body: { readonly result: readonly unknown[] }): Promise<Blob> {
  const { result, ...rest } = body;
  const encoder = new TextEncoder();
  const parts: Blob[] = [];
  let open: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const put = (text: string) => {
    const bytes = encoder.encode(text);
    open.push(bytes);
    size += bytes.length;
    if (size >= PART) close();
  };
  const close = () => {
    parts.push(new Blob(open));
    open = [];
    size = 0;
  };
  put('{"result":[');
  let next = 0;
  // Masks are large and boxes are small: a batch is what the one before shows that there is time for.
  let batch = 1;
  await inSlices(Number.POSITIVE_INFINITY, () => {
    if (next >= result.length) return false;
    const begun = performance.now();
    const text = JSON.stringify(result.slice(next, next + batch)).slice(1, -1);
    put(next === 0 ? text : `,${text}`);
    next += batch;
    const took = performance.now() - begun;
    if (took > BATCH) batch = Math.max(1, batch >> 1);
    else if (took < BATCH / 4) batch = Math.min(batch * 2, 4096);
    return true;
  });
  const others = JSON.stringify(rest).slice(1);
  put(others === '}' ? ']}' : `],${others}`);
  close();
  return new Blob(parts, { type: 'application/json' });
}
