/** An image on the demo page and the hands to work on it. Places are percent of the image. */
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { JOURNEY } from '../../../../test/page';
import { type DemoPage, openDemo } from './page';

vi.setConfig({ testTimeout: JOURNEY.timeout });

/** Labels with tools of their own; `Car` is in the hand when a task is opened. */
export const LABELS = `<View>
  <RectangleLabels name="box" toName="img"><Label value="Car" background="#e05a4f" selected="true"/><Label value="Bus"/></RectangleLabels>
  <PolygonLabels name="outline" toName="img"><Label value="Hill" background="#2e9e6b"/></PolygonLabels>
  <Image name="img" value="$image" rotateControl="true"/>
</View>`;
/** Tools and labels apart. */
export const PAIR = `<View><Labels name="lab" toName="img"><Label value="Car" selected="true"/></Labels>
  <Rectangle name="rect" toName="img" snap="pixel"/><Polygon name="poly" toName="img" snap="pixel"/><Image name="img" value="$image"/></View>`;

/** A result item as these tests read it. */
export interface Item {
  readonly id: string;
  readonly from_name: string;
  readonly type: string;
  readonly origin: string;
  readonly original_width: number;
  readonly original_height: number;
  readonly image_rotation: number;
  readonly value: Record<string, unknown> & {
    x: number;
    y: number;
    width: number;
    height: number;
    rotation: number;
    points: [number, number][];
    closed: boolean;
    radiusX: number;
    radiusY: number;
    vertices: Vertex[];
  };
}

/** A vertex of a vector as these tests read it. */
export interface Vertex {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly prevPointId: string | null;
  readonly isBezier: boolean;
  readonly controlPoint1?: { readonly x: number; readonly y: number };
  readonly controlPoint2?: { readonly x: number; readonly y: number };
  readonly disconnected?: boolean;
  readonly isBranching?: boolean;
}

type Place = readonly [number, number];

/** What the host element of the editor carries, and what `window.editor` is. */
interface EditorPage {
  /** What a model would have been asked. */
  prompts: Item[];
  readonly editor: {
    update(options: object): Promise<void>;
    readonly editor: {
      readonly entry: { draftResult(): unknown };
      readonly actions: { run(id: string): boolean };
    };
  };
}
type Host = Element & {
  readonly labelkeep?: {
    readonly ready: boolean;
    readonly selectedIds: readonly string[];
    objectBox(name: string): DOMRect;
  };
};

/** Opens the page once for a group of tests. */
export function useImagePage() {
  let demo: DemoPage;
  let box = { x: 0, y: 0, width: 1, height: 1 };
  let count = 0;
  beforeAll(async () => {
    demo = await openDemo();
  }, JOURNEY.timeout);
  afterAll(() => demo?.close());

  async function open(
    config: string,
    result: readonly object[] = [],
    size = { width: 1000, height: 500 },
    kind: 'annotation' | 'prediction' = 'annotation',
    prompts = false,
  ) {
    await demo.page.evaluate(
      async ({ config, result, size, id, kind, prompts }) => {
        const canvas = document.createElement('canvas');
        canvas.width = size.width;
        canvas.height = size.height;
        const draw = canvas.getContext('2d') as CanvasRenderingContext2D;
        draw.fillStyle = '#557799';
        draw.fillRect(0, 0, size.width, size.height);
        localStorage.clear();
        const page = window as unknown as EditorPage;
        page.prompts = [];
        await page.editor.update({
          onPrompt: prompts ? (prompt: { result: Item[] }) => page.prompts.push(...prompt.result) : undefined,
          config,
          task: { id, data: { image: canvas.toDataURL() } },
          annotations: result.length > 0 && kind === 'annotation' ? [{ id: 1, completed_by: 7, result }] : [],
          predictions: kind === 'prediction' ? [{ id: 5, result, model_version: 'm1' }] : [],
          drafts: [],
        });
      },
      { config, result, size, id: `task-${++count}`, kind, prompts },
    );
    await demo.page.waitForFunction(() => (document.querySelector('[data-labelkeep-editor]') as Host).labelkeep?.ready);
    await measure();
  }

  /** Looks where the image is, once it stands still: its height follows what stands around it, some frames later. */
  async function measure() {
    box = await demo.page.evaluate(async () => {
      const look = () => {
        const host = document.querySelector('[data-labelkeep-editor]') as Host;
        const { x, y, width, height } = host.labelkeep?.objectBox('img') ?? new DOMRect();
        return { x, y, width, height };
      };
      let [seen, still] = [look(), 0];
      while (still < 3) {
        await new Promise((done) => requestAnimationFrame(done));
        const now = look();
        still = JSON.stringify(now) === JSON.stringify(seen) ? still + 1 : 0;
        seen = now;
      }
      return seen;
    });
  }

  /** As the model has them: within the gesture or the key that changed them. */
  const results = () =>
    demo.page.evaluate(() => (window as unknown as EditorPage).editor.editor.entry.draftResult()) as Promise<Item[]>;
  const selected = () =>
    demo.page.evaluate(() => [
      ...((document.querySelector('[data-labelkeep-editor]') as Host).labelkeep?.selectedIds ?? []),
    ]);
  /** Percent of the image to a place on the page. */
  const at = (x: number, y: number): [number, number] => [
    box.x + (box.width * x) / 100,
    box.y + (box.height * y) / 100,
  ];
  const mouse = proxied('mouse');
  const keyboard = proxied('keyboard');
  function proxied<K extends 'mouse' | 'keyboard'>(name: K): DemoPage['page'][K] {
    return new Proxy({} as DemoPage['page'][K], {
      get:
        (_, key) =>
        (...args: unknown[]) =>
          (Reflect.get(demo.page[name], key) as (...all: unknown[]) => unknown).apply(demo.page[name], args),
    });
  }
  async function drag(from: Place, to: Place) {
    await mouse.move(...at(...from));
    await mouse.down();
    await mouse.move(...at((from[0] + to[0]) / 2, (from[1] + to[1]) / 2));
    await mouse.move(...at(...to));
    await mouse.up();
  }
  /** Does what a key or a command of the palette does. */
  const run = (action: string) =>
    demo.page.evaluate((id) => (window as unknown as EditorPage).editor.editor.actions.run(id), action);
  const prompts = () => demo.page.evaluate(() => (window as unknown as EditorPage).prompts);
  /** The texts that stand on the page, notices among them. They come a moment later: to be polled. */
  const notices = () => demo.page.evaluate(() => document.body.textContent ?? '');
  async function hold(key: string, act: () => Promise<unknown>) {
    await demo.page.keyboard.down(key);
    await act();
    await demo.page.keyboard.up(key);
  }
  const click = (x: number, y: number) => mouse.click(...at(x, y));
  /** Longer than a double-click. */
  const pause = () => demo.page.waitForTimeout(450);
  /** One CSS pixel in percent: gestures cannot be truer than the pointer. */
  const pixel = () => 101 / box.width;
  const near = (value: number | undefined, wanted: number, by = pixel()) =>
    expect(Math.abs((value ?? Number.NaN) - wanted)).toBeLessThanOrEqual(by);

  return {
    get page() {
      return demo.page;
    },
    get errors() {
      return demo.errors;
    },
    /** Rectangle of the image on the page. */
    get box() {
      return box;
    },
    open,
    measure,
    results,
    selected,
    at,
    mouse,
    keyboard,
    drag,
    hold,
    run,
    prompts,
    notices,
    click,
    pause,
    pixel,
    near,
  };
}

export function rectangle(id: string, value: object) {
  return item(id, 'box', 'rectanglelabels', { ...value, rectanglelabels: ['Car'] });
}

export function polygon(id: string, points: readonly (readonly [number, number])[]) {
  return item(id, 'outline', 'polygonlabels', { points, closed: true, polygonlabels: ['Hill'] });
}

/** A result item of any control of the image `img`. */
export function item(id: string, from: string, type: string, value: object) {
  return {
    id,
    from_name: from,
    to_name: 'img',
    type,
    origin: 'manual',
    original_width: 1000,
    original_height: 500,
    image_rotation: 0,
    value,
  };
}
