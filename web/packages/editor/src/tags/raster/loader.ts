/** Decodes the masks of an image, a few at a time, and tells when one can be shown. */
import { unpackMask } from '@labelkeep/canvas/raster';
import type { Editor, Region } from '../../core';
import { type MaskGeometry, maskOf, noteDecoded } from './geometry';
import { rasterWorker } from './raster-worker';
import type { Size } from './read-mask';
import { sourceOf } from './source';

/** Jobs that the worker has at once: handing over a mask costs the page a little of each frame. */
const AT_ONCE = 2;
/** Milliseconds in which masks are gathered before they are shown: lists are drawn anew for each time. */
const GATHERED = 40;

export class MaskLoader {
  private readonly queue: Region[] = [];
  /** Geometries that are on their way, or cannot be read. */
  private readonly known = new WeakSet<object>();
  private running = 0;
  private ended = false;
  private settled: (() => void)[] = [];
  private ready: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly editor: Editor,
    private readonly size: () => Size,
    private readonly shown: (ids: readonly string[]) => void,
  ) {}

  /** Is this a region that must be decoded before it can be shown? Then it will be. */
  wants(region: Region): boolean {
    if (region.kind !== 'brush' && region.kind !== 'bitmask') return false;
    const geometry = region.geometry as MaskGeometry;
    if (maskOf(geometry)) return false;
    if (!this.known.has(geometry)) {
      this.known.add(geometry);
      this.queue.push(region);
      this.next();
    }
    return true;
  }

  /** Resolves when everything that was asked for is decoded or has failed. */
  done(): Promise<void> {
    if (this.running === 0 && this.queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.settled.push(resolve));
  }

  /** Another image: what is on its way is of no use. */
  end(): void {
    this.ended = true;
    this.queue.length = 0;
    this.ready = [];
    this.finish();
  }

  private next(): void {
    while (this.running < AT_ONCE) {
      const region = this.queue.shift();
      if (!region) break;
      this.running++;
      void this.decode(region).then(() => {
        this.running--;
        this.next();
      });
    }
    if (this.running === 0) this.finish();
  }

  private finish(): void {
    this.show();
    for (const resolve of this.settled) resolve();
    this.settled = [];
  }

  private show(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const ids = this.ready;
    this.ready = [];
    if (ids.length > 0) this.shown(ids);
  }

  private async decode(region: Region): Promise<void> {
    const geometry = region.geometry as MaskGeometry;
    if ('mask' in geometry || this.ended) return;
    try {
      const source = sourceOf(region.kind as 'brush' | 'bitmask', geometry, this.size());
      const packed = await rasterWorker.run({ do: 'read', source });
      noteDecoded(geometry, unpackMask(packed));
      if (this.ended) return;
      this.ready.push(region.id);
      this.timer ??= setTimeout(() => this.show(), GATHERED);
    } catch (error) {
      if (this.ended) return;
      const number = this.editor.document.regionNumber(region.id);
      const reason = error instanceof Error ? error.message : String(error);
      this.editor.notify('warning', `Region ${number} cannot be shown, and is kept as it is. ${reason}`);
    }
  }
}
