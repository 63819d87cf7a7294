/** Real pointers and keys on the demo page, and the result JSON that comes of them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, type DemoPage, openDemo } from './page';

const LABELS = `<View>
  <RectangleLabels name="box" toName="img"><Label value="Car" background="#e05a4f" selected="true"/><Label value="Bus"/></RectangleLabels>
  <PolygonLabels name="outline" toName="img"><Label value="Hill" background="#2e9e6b"/></PolygonLabels>
  <Image name="img" value="$image" rotateControl="true"/>
</View>`;
const PAIR = `<View><Labels name="lab" toName="img"><Label value="Car" selected="true"/></Labels>
  <Rectangle name="rect" toName="img" snap="pixel"/><Polygon name="poly" toName="img" snap="pixel"/><Image name="img" value="$image"/></View>`;

interface Item {
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
  };
}

describe.skipIf(!chromiumPath)('gestures on an image', () => {
  let demo: DemoPage;
  /** Rectangle of the image on the page. */
  let box: { x: number; y: number; width: number; height: number };
  let count = 0;

  beforeAll(async () => {
    demo = await openDemo();
  }, 60_000);
  afterAll(() => demo?.close());

  async function open(
    config: string,
    result: readonly object[] = [],
    size = { width: 1000, height: 500 },
    kind: 'annotation' | 'prediction' = 'annotation',
  ) {
    await demo.page.evaluate(
      async ({ config, result, size, id, kind }) => {
        const canvas = document.createElement('canvas');
        canvas.width = size.width;
        canvas.height = size.height;
        const draw = canvas.getContext('2d') as CanvasRenderingContext2D;
        draw.fillStyle = '#557799';
        draw.fillRect(0, 0, size.width, size.height);
        localStorage.clear();
        const page = window as unknown as { editor: { update(options: object): Promise<void> } };
        await page.editor.update({
          config,
          task: { id, data: { image: canvas.toDataURL() } },
          annotations: result.length > 0 && kind === 'annotation' ? [{ id: 1, completed_by: 7, result }] : [],
          predictions: kind === 'prediction' ? [{ id: 5, result, model_version: 'm1' }] : [],
          drafts: [],
        });
      },
      { config, result, size, id: `task-${++count}`, kind },
    );
    await demo.page.waitForFunction(
      () =>
        (document.querySelector('[data-labelkeep-editor]') as unknown as { labelkeep?: { ready: boolean } }).labelkeep
          ?.ready,
    );
    await measure();
  }

  async function measure() {
    // Two frames: the height follows what stands around the image.
    box = await demo.page.evaluate(async () => {
      for (let i = 0; i < 2; i++) await new Promise((done) => requestAnimationFrame(done));
      const state = (
        document.querySelector('[data-labelkeep-editor]') as unknown as {
          labelkeep: { objectBox(name: string): DOMRect };
        }
      ).labelkeep;
      const { x, y, width, height } = state.objectBox('img');
      return { x, y, width, height };
    });
  }

  const results = () =>
    demo.page.evaluate(() =>
      (
        window as unknown as { editor: { editor: { entry: { draftResult(): unknown } } } }
      ).editor.editor.entry.draftResult(),
    ) as Promise<Item[]>;
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
  async function drag(from: [number, number], to: [number, number]) {
    await mouse.move(...at(...from));
    await mouse.down();
    await mouse.move(...at((from[0] + to[0]) / 2, (from[1] + to[1]) / 2));
    await mouse.move(...at(...to));
    await mouse.up();
  }
  const click = (x: number, y: number) => mouse.click(...at(x, y));
  /** Longer than a double-click. */
  const pause = () => demo.page.waitForTimeout(450);
  /** One CSS pixel in percent: gestures cannot be truer than the pointer. */
  const pixel = () => 101 / box.width;
  const near = (value: number, wanted: number, by = pixel()) =>
    expect(Math.abs(value - wanted)).toBeLessThanOrEqual(by);

  beforeEach(() => {
    demo.errors.length = 0;
  });

  it('draws a rectangle by dragging and writes the whole item', async () => {
    await open(LABELS);
    await drag([10, 20], [40, 60]);
    const [item, ...rest] = await results();
    expect(rest).toEqual([]);
    expect(item).toMatchObject({
      from_name: 'box',
      to_name: 'img',
      type: 'rectanglelabels',
      origin: 'manual',
      original_width: 1000,
      original_height: 500,
      image_rotation: 0,
    });
    expect(item?.value['rectanglelabels']).toEqual(['Car']);
    near(item?.value.x ?? 0, 10);
    near(item?.value.y ?? 0, 20, 2 * pixel());
    near(item?.value.width ?? 0, 30, 2 * pixel());
    near(item?.value.height ?? 0, 40, 4 * pixel());
    expect(item?.value.rotation).toBe(0);
    expect(demo.errors).toEqual([]);
  });

  it('shows a region where its numbers say, to the pixel', async () => {
    await open(LABELS.replace('selected="true"', ''), [
      rectangle('a', { x: 25, y: 30, width: 20, height: 40, rotation: 0 }),
    ]);
    // Columns and rows of the layer of regions where a red outline is, on a line through the middle of the region.
    const edges = () =>
      demo.page.evaluate(() => {
        const layer = document.querySelectorAll<HTMLCanvasElement>(
          '[data-object="img"] canvas',
        )[1] as HTMLCanvasElement;
        const { left, top } = layer.getBoundingClientRect();
        const { x, y, width, height } = (
          document.querySelector('[data-labelkeep-editor]') as unknown as {
            labelkeep: { objectBox(name: string): DOMRect };
          }
        ).labelkeep.objectBox('img');
        const { data } = (layer.getContext('2d') as CanvasRenderingContext2D).getImageData(
          0,
          0,
          layer.width,
          layer.height,
        );
        const solid = (column: number, row: number) => (data[(row * layer.width + column) * 4 + 3] ?? 0) > 200;
        const row = Math.round(y - top + height * 0.5);
        const column = Math.round(x - left + width * 0.35);
        const columns = Array.from({ length: layer.width }, (_, i) => i).filter((i) => solid(i, row));
        const rows = Array.from({ length: layer.height }, (_, i) => i).filter((i) => solid(column, i));
        return { columns: columns.map((i) => i + 0.5 + left), rows: rows.map((i) => i + 0.5 + top) };
      });
    const { columns, rows } = await edges();
    expect(columns).toHaveLength(2);
    expect(rows).toHaveLength(2);
    for (const [drawn, wanted] of [
      [columns[0], at(25, 0)[0]],
      [columns[1], at(45, 0)[0]],
      [rows[0], at(0, 30)[1]],
      [rows[1], at(0, 70)[1]],
    ] as const) {
      expect(Math.abs((drawn ?? 0) - wanted)).toBeLessThanOrEqual(1);
    }
  });

  it('cuts at the border what is dragged over it', async () => {
    await open(LABELS);
    await mouse.move(...at(80, 70));
    await mouse.down();
    await mouse.move(box.x + box.width + 30, box.y + box.height + 8, { steps: 4 });
    await mouse.up();
    const value = (await results())[0]?.value;
    expect((value?.x ?? 0) + (value?.width ?? 0)).toBeCloseTo(100, 10);
    expect((value?.y ?? 0) + (value?.height ?? 0)).toBeCloseTo(100, 10);
  });

  it('draws by click and click, and by a double-click a box of standard size', async () => {
    await open(LABELS);
    await click(20, 20);
    await pause();
    await click(50, 50);
    expect(await results()).toHaveLength(1);
    near((await results())[0]?.value.width ?? 0, 30, 2 * pixel());
    await pause();
    await keyboard.press('1');
    await mouse.dblclick(...at(70, 30));
    const second = (await results())[1];
    near(second?.value.width ?? 0, (30 / box.width) * 100);
  });

  it('abandons a box with Escape, and takes a finished one back in one step', async () => {
    await open(LABELS);
    await click(20, 20);
    await keyboard.press('Escape');
    await pause();
    await mouse.move(...at(30, 30));
    expect(await results()).toEqual([]);
    await drag([10, 10], [30, 30]);
    expect(await results()).toHaveLength(1);
    await keyboard.press('Control+z');
    expect(await results()).toEqual([]);
    await keyboard.press('Control+Shift+z');
    expect(await results()).toHaveLength(1);
  });

  it('moves, resizes and turns with handles, each as one step', async () => {
    const start = { x: 20, y: 20, width: 30, height: 40, rotation: 0 };
    await open(LABELS, [rectangle('a', start)]);
    await keyboard.press('v');
    await drag([35, 40], [45, 50]);
    let value = (await results())[0]?.value;
    near(value?.x ?? 0, 30);
    near(value?.y ?? 0, 30, 2 * pixel());
    expect(value?.width).toBe(30);
    expect(value?.height).toBe(40);
    // The lower right corner.
    await drag([60, 70], [70, 80]);
    value = (await results())[0]?.value;
    near(value?.width ?? 0, 40, 2 * pixel());
    near(value?.height ?? 0, 50, 3 * pixel());
    const before = value;
    // The turning handle stands above the upper side.
    const top = at((value?.x ?? 0) + (value?.width ?? 0) / 2, value?.y ?? 0);
    await mouse.move(top[0], top[1] - 26);
    await mouse.down();
    const middle = at((value?.x ?? 0) + (value?.width ?? 0) / 2, (value?.y ?? 0) + (value?.height ?? 0) / 2);
    await keyboard.down('Shift');
    await mouse.move(middle[0] + 150, middle[1] + 3, { steps: 5 });
    await mouse.up();
    await keyboard.up('Shift');
    value = (await results())[0]?.value;
    expect(value?.rotation).toBe(90);
    await keyboard.press('Control+z');
    expect((await results())[0]?.value).toEqual(before);
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    expect((await results())[0]).toEqual(rectangle('a', start));
  });

  it('takes a drag back with Escape and keeps the selection', async () => {
    const made = rectangle('a', { x: 20, y: 20, width: 30, height: 40, rotation: 0 });
    await open(LABELS, [made]);
    for (const tool of ['v', 'r']) {
      await keyboard.press(tool);
      await mouse.move(...at(35, 40));
      await mouse.down();
      await mouse.move(...at(45, 50), { steps: 3 });
      await keyboard.press('Escape');
      await mouse.move(...at(50, 60));
      await mouse.up();
      expect(await results()).toEqual([made]);
    }
  });

  it('draws a turned rectangle by three points', async () => {
    await open(LABELS);
    await keyboard.press('Shift+r');
    await click(20, 20);
    await pause();
    await click(50, 50);
    await pause();
    await click(40, 70);
    const value = (await results())[0]?.value;
    near(value?.x ?? 0, 20);
    near(value?.y ?? 0, 20, 2 * pixel());
    // 30 % of 1,000 and 30 % of 500 pixels: the side falls with a slope of one half.
    expect(Math.abs((value?.rotation ?? 0) - (Math.atan2(150, 300) * 180) / Math.PI)).toBeLessThan(0.5);
    expect(Math.abs(((value?.width ?? 0) * 1000) / 100 - Math.hypot(300, 150))).toBeLessThan(3);
    expect(value?.height).toBeGreaterThan(5);
  });

  it('makes a triangle of standard size by a double-click', async () => {
    await open(LABELS);
    await keyboard.press('3');
    await mouse.dblclick(...at(50, 50));
    const [item, ...rest] = await results();
    expect(rest).toEqual([]);
    expect(item?.value.closed).toBe(true);
    expect(item?.value.points).toHaveLength(3);
    near(item?.value.points[1]?.[0] ?? 0, 50 + (30 / box.width) * 100);
  });

  it('zooms about the pointer with ctrl and the wheel, and pans with shift', async () => {
    await open(LABELS, [rectangle('a', { x: 45, y: 45, width: 10, height: 10, rotation: 0 })]);
    const pointer = at(30, 30);
    await mouse.move(...pointer);
    await keyboard.down('Control');
    for (let i = 0; i < 8; i++) await mouse.wheel(0, -100);
    await keyboard.up('Control');
    const under = await demo.page.evaluate(([x, y]) => {
      const { editor } = (
        window as unknown as {
          editor: {
            editor: {
              objects: Map<
                string,
                {
                  stage: {
                    camera: { toImage(p: object): { x: number; y: number }; zoom: number; fitZoom: number };
                    element: HTMLElement;
                  };
                }
              >;
            };
          };
        }
      ).editor;
      const { camera, element } = (editor.objects.get('img') as NonNullable<ReturnType<typeof editor.objects.get>>)
        .stage;
      const { left, top } = element.getBoundingClientRect();
      return { ...camera.toImage({ x: x - left, y: y - top }), factor: camera.zoom / camera.fitZoom };
    }, pointer);
    expect(under.factor).toBeCloseTo(1.1 ** 8, 6);
    expect(under.x).toBeCloseTo(300, 0);
    expect(under.y).toBeCloseTo(150, 0);
    await keyboard.down('Shift');
    await drag([50, 50], [40, 40]);
    await keyboard.up('Shift');
    expect(await results()).toHaveLength(1);
  });

  it('keeps the opposite corner of a turned rectangle', async () => {
    const start = { x: 50, y: 20, width: 20, height: 40, rotation: 30 };
    await open(LABELS, [rectangle('a', start)]);
    await keyboard.press('v');
    const corner = (r: typeof start, u: number, v: number): [number, number] => {
      const angle = (r.rotation * Math.PI) / 180;
      const [dx, dy] = [r.width * 10 * u, r.height * 5 * v];
      return [
        (r.x * 10 + dx * Math.cos(angle) - dy * Math.sin(angle)) / 10,
        (r.y * 5 + dx * Math.sin(angle) + dy * Math.cos(angle)) / 5,
      ];
    };
    const middle = corner(start, 0.5, 0.5);
    await click(...middle);
    const [x, y] = corner(start, 1, 1);
    await drag([x, y], [x + 6, y + 9]);
    const value = (await results())[0]?.value as typeof start;
    expect(value.rotation).toBe(30);
    expect(value.x).toBeCloseTo(50, 9);
    expect(value.y).toBeCloseTo(20, 9);
    const moved = corner(value, 1, 1);
    near(moved[0], x + 6, 2 * pixel());
    near(moved[1], y + 9, 3 * pixel());
  });

  it('draws a polygon point by point; undo takes points, Enter closes', async () => {
    await open(LABELS);
    await keyboard.press('3');
    for (const [x, y] of [
      [20, 20],
      [60, 20],
      [60, 70],
      [90, 90],
    ] as const) {
      await click(x, y);
      await pause();
    }
    await keyboard.press('Control+z');
    let [item] = await results();
    expect(item?.value.points).toHaveLength(3);
    expect(item?.value.closed).toBe(false);
    await click(30, 80);
    await pause();
    await keyboard.press('Backspace');
    await keyboard.press('Enter');
    [item] = await results();
    expect(item).toMatchObject({ from_name: 'outline', type: 'polygonlabels' });
    expect(item?.value['polygonlabels']).toEqual(['Hill']);
    expect(item?.value.closed).toBe(true);
    expect(item?.value.points).toHaveLength(3);
    near(item?.value.points[1]?.[0] ?? 0, 60);
    near(item?.value.points[1]?.[1] ?? 0, 20, 2 * pixel());
  });

  it('closes a polygon on its first point, abandons one with Escape', async () => {
    await open(LABELS);
    await keyboard.press('3');
    for (const [x, y] of [
      [20, 20],
      [60, 20],
      [60, 70],
      [20, 20],
    ] as const) {
      await click(x, y);
      await pause();
    }
    expect((await results())[0]?.value).toMatchObject({ closed: true });
    expect((await results())[0]?.value.points).toHaveLength(3);
    await keyboard.press('3');
    await click(80, 30);
    await pause();
    await click(90, 60);
    await keyboard.press('Escape');
    expect(await results()).toHaveLength(1);
  });

  it('moves, puts in and deletes points of a polygon', async () => {
    const points: [number, number][] = [
      [20, 20],
      [60, 20],
      [60, 80],
      [20, 80],
    ];
    await open(LABELS, [polygon('p', points)]);
    await keyboard.press('v');
    await click(40, 50);
    await drag([60, 20], [70, 10]);
    let value = (await results())[0]?.value;
    near(value?.points[1]?.[0] ?? 0, 70);
    // What was not moved keeps its digits.
    expect([value?.points[0], value?.points[2], value?.points[3]]).toEqual([points[0], points[2], points[3]]);
    await mouse.move(...at(40, 80));
    await click(40, 80);
    value = (await results())[0]?.value;
    expect(value?.points).toHaveLength(5);
    near(value?.points[3]?.[0] ?? 0, 40);
    await pause();
    await keyboard.down('Alt');
    await click(40, 80);
    await pause();
    await click(20, 80);
    await pause();
    await click(20, 20);
    await keyboard.up('Alt');
    // Three stay, whatever one does.
    expect((await results())[0]?.value.points).toHaveLength(3);
  });

  it('writes a tool and its labels as two items of one region, on whole pixels', async () => {
    await open(PAIR);
    await keyboard.press('r');
    await drag([10.03, 10.07], [40.01, 60.02]);
    const items = await results();
    expect(items.map((item) => [item.from_name, item.type])).toEqual([
      ['rect', 'rectangle'],
      ['lab', 'labels'],
    ]);
    expect(items[0]?.id).toBe(items[1]?.id);
    expect(items[1]?.value).toEqual({ ...items[0]?.value, labels: ['Car'] });
    for (const [key, extent] of [
      ['x', 1000],
      ['width', 1000],
      ['y', 500],
      ['height', 500],
    ] as const) {
      const pixels = ((items[0]?.value[key] ?? 0) * extent) / 100;
      expect(Math.abs(pixels - Math.round(pixels))).toBeLessThan(1e-9);
    }
  });

  it('pans with the middle button, the space bar and H without drawing', async () => {
    await open(LABELS);
    await mouse.move(...at(50, 50));
    await keyboard.down('Control');
    await mouse.wheel(0, -1000);
    await keyboard.up('Control');
    await mouse.move(...at(50, 50));
    await mouse.down({ button: 'middle' });
    await mouse.move(...at(60, 60), { steps: 3 });
    await mouse.up({ button: 'middle' });
    await keyboard.down('Space');
    await drag([50, 50], [40, 40]);
    await keyboard.up('Space');
    await keyboard.press('h');
    await drag([50, 50], [40, 40]);
    expect(await results()).toEqual([]);
    // Zoomed and panned, drawing is still true to the image.
    await keyboard.press('Shift+Digit1');
    await keyboard.press('r');
    await drag([25, 25], [75, 75]);
    near((await results())[0]?.value.x ?? 0, 25);
  });

  it('draws with one finger, zooms with two and then draws nothing', async () => {
    await open(LABELS);
    const touch = await demo.page.context().newCDPSession(demo.page);
    const fingers = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: [number, number][]) => {
      const touchPoints = places.map(([x, y], id) => ({ x: at(x, y)[0], y: at(x, y)[1], id }));
      await touch.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await fingers('touchStart', [20, 20]);
    await fingers('touchMove', [30, 30]);
    await fingers('touchMove', [50, 50]);
    await fingers('touchEnd');
    expect(await results()).toHaveLength(1);
    near((await results())[0]?.value.x ?? 0, 20);
    await fingers('touchStart', [60, 40]);
    await fingers('touchStart', [60, 40], [70, 40]);
    await fingers('touchMove', [50, 40], [80, 40]);
    await fingers('touchMove', [40, 40], [90, 40]);
    await fingers('touchEnd');
    expect(await results()).toHaveLength(1);
    const before = box.width;
    await keyboard.press('Control+Minus');
    await measure();
    // Five times as large, less one step: the image fills its place.
    expect(box.width).toBeGreaterThan(before);
  });

  it('goes on with an unfinished polygon after the task is opened again', async () => {
    const open3 = {
      ...polygon('p', [
        [20, 20],
        [60, 20],
        [60, 70],
      ]),
    };
    await open(LABELS, [{ ...open3, value: { ...open3.value, closed: false } }]);
    await keyboard.press('v');
    await click(40, 20);
    await keyboard.press('p');
    await pause();
    await click(30, 80);
    await keyboard.press('Enter');
    const [item, ...rest] = await results();
    expect(rest).toEqual([]);
    expect(item?.value.points).toHaveLength(4);
    expect(item?.value.closed).toBe(true);
  });

  it('closes an open polygon from the select tool, by Enter or its first point', async () => {
    const made = polygon('p', [
      [20, 20],
      [60, 20],
      [60, 70],
    ]);
    for (const way of ['key', 'click']) {
      await open(LABELS, [{ ...made, value: { ...made.value, closed: false } }]);
      await keyboard.press('v');
      await click(40, 20);
      await pause();
      if (way === 'key') await keyboard.press('Enter');
      else await click(20, 20);
      expect((await results())[0]?.value).toEqual(made.value);
    }
  });

  it('takes a first corner back with ctrl+Z and leaves the regions alone', async () => {
    const made = rectangle('a', { x: 70, y: 20, width: 10, height: 10, rotation: 0 });
    await open(LABELS, [made]);
    await click(20, 20);
    await keyboard.press('Control+z');
    await pause();
    await click(40, 40);
    await pause();
    await keyboard.press('Escape');
    expect(await results()).toEqual([made]);
  });

  it('opens with the view turned as it was saved', async () => {
    const made = { ...rectangle('a', { x: 0, y: 0, width: 20, height: 40, rotation: 0 }), image_rotation: 90 };
    await open(LABELS, [made]);
    expect(box.height).toBeGreaterThan(box.width);
    await keyboard.press('v');
    // The upper left corner of the image is at the upper right of the screen.
    await click(90, 5);
    const ids = await demo.page.evaluate(() => [
      ...(document.querySelector('[data-labelkeep-editor]') as unknown as { labelkeep: { selectedIds: string[] } })
        .labelkeep.selectedIds,
    ]);
    expect(ids).toEqual(['a']);
    expect(await results()).toEqual([made]);
  });

  it('changes nothing of what is locked and finds nothing of what is hidden', async () => {
    const made = rectangle('a', { x: 20, y: 20, width: 30, height: 40, rotation: 0 });
    await open(LABELS, [made]);
    await keyboard.press('v');
    await click(35, 40);
    await keyboard.press('Alt+l');
    await drag([35, 40], [60, 50]);
    await keyboard.press('ArrowRight');
    expect(await results()).toEqual([made]);
    await keyboard.press('Escape');
    await keyboard.press('Control+h');
    await pause();
    await click(35, 40);
    const ids = await demo.page.evaluate(
      () =>
        (document.querySelector('[data-labelkeep-editor]') as unknown as { labelkeep: { selectedIds: string[] } })
          .labelkeep.selectedIds.length,
    );
    expect(ids).toBe(0);
  });

  it('selects by click, goes through what overlaps, adds with ctrl, and by a marquee', async () => {
    const selected = () =>
      demo.page.evaluate(() => [
        ...(document.querySelector('[data-labelkeep-editor]') as unknown as { labelkeep: { selectedIds: string[] } })
          .labelkeep.selectedIds,
      ]);
    await open(LABELS, [
      rectangle('big', { x: 10, y: 10, width: 60, height: 80, rotation: 0 }),
      rectangle('small', { x: 30, y: 30, width: 20, height: 20, rotation: 0 }),
      rectangle('far', { x: 80, y: 10, width: 10, height: 20, rotation: 0 }),
    ]);
    await keyboard.press('v');
    await click(40, 40);
    expect(await selected()).toEqual(['small']);
    await pause();
    await click(40, 40);
    expect(await selected()).toEqual(['big']);
    await pause();
    await click(40, 40);
    expect(await selected()).toEqual([]);
    await click(20, 20);
    await keyboard.down('Control');
    await click(85, 20);
    await keyboard.up('Control');
    expect(await selected()).toEqual(['big', 'far']);
    await pause();
    await click(75, 95);
    expect(await selected()).toEqual([]);
    await drag([95, 5], [72, 60]);
    expect(await selected()).toEqual(['far']);
  });

  it('with no label in the hand moves what is under the pointer, and draws without a label beside it', async () => {
    await open(LABELS.replace('selected="true"', ''), [
      rectangle('a', { x: 20, y: 20, width: 30, height: 40, rotation: 0 }),
    ]);
    await keyboard.press('r');
    await drag([30, 40], [40, 50]);
    let items = await results();
    expect(items).toHaveLength(1);
    near(items[0]?.value.x ?? 0, 30);
    await keyboard.press('Escape');
    await drag([75, 20], [90, 40]);
    items = await results();
    expect(items).toHaveLength(2);
    expect(items[1]?.value).not.toHaveProperty('rectanglelabels');
  });

  it('never deletes an open polygon that is only selected', async () => {
    const kept = polygon('p', [
      [20, 20],
      [60, 20],
      [60, 70],
    ]);
    await open(LABELS, [{ ...kept, value: { ...kept.value, closed: false } }]);
    await keyboard.press('v');
    await click(40, 20);
    await keyboard.press('p');
    await keyboard.press('Escape');
    await keyboard.press('Escape');
    expect(await results()).toHaveLength(1);
  });

  it('scales several regions by their frame as one step', async () => {
    await open(LABELS, [
      rectangle('a', { x: 10, y: 10, width: 10, height: 20, rotation: 0 }),
      rectangle('b', { x: 30, y: 40, width: 20, height: 30, rotation: 0 }),
    ]);
    await keyboard.press('v');
    await keyboard.press('Control+a');
    await drag([50, 70], [90, 90]);
    const values = (await results()).map((item) => item.value);
    near(values[0]?.x ?? 0, 10, 1e-9);
    near(values[0]?.width ?? 0, 20, 2 * pixel());
    near((values[1]?.x ?? 0) + (values[1]?.width ?? 0), 90, 2 * pixel());
    await keyboard.press('Control+z');
    expect((await results())[1]?.value.width).toBe(20);
  });

  it('draws, moves and resizes by keys alone', async () => {
    await open(LABELS);
    await demo.page.focus('[aria-roledescription="image canvas"]');
    await keyboard.press('Shift+ArrowRight');
    await keyboard.press('Enter');
    for (let i = 0; i < 5; i++) await keyboard.press('Shift+ArrowRight');
    for (let i = 0; i < 3; i++) await keyboard.press('Shift+ArrowDown');
    await keyboard.press('Enter');
    let [item] = await results();
    expect(item?.value.width).toBeCloseTo(5, 9);
    expect(item?.value.height).toBeCloseTo(6, 9);
    await keyboard.press('Escape');
    await keyboard.press('Alt+.');
    const x = item?.value.x ?? 0;
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await keyboard.press('Shift+ArrowRight');
    await keyboard.press('Alt+ArrowRight');
    [item] = await results();
    expect(item?.value.x).toBeCloseTo(x + 1.2, 9);
    expect(item?.value.width).toBeCloseTo(5.1, 9);
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    expect((await results())[0]?.value.x).toBeCloseTo(x, 9);
  });

  it('turns the view and draws in the coordinates of the unturned image', async () => {
    await open(LABELS);
    await keyboard.press('Alt+ArrowRight');
    await measure();
    // On the screen now: x runs from the lower border of the image to its upper one.
    await drag([0, 0], [50, 30]);
    const [item] = await results();
    expect(item?.image_rotation).toBe(90);
    near(item?.value.x ?? 0, 0, 0.3);
    near(item?.value.width ?? 0, 30, 0.3);
    near(item?.value.y ?? 0, 50, 0.3);
    near(item?.value.height ?? 0, 50, 0.3);
  });

  it('leaves predictions alone', async () => {
    const made = rectangle('a', { x: 20, y: 20, width: 30, height: 40, rotation: 0 });
    await open(LABELS, [made], undefined, 'prediction');
    await demo.page.evaluate(() => {
      const { editor } = (
        window as unknown as {
          editor: { editor: { entries: { all(): { key: string; kind: string }[]; select(key: string): void } } };
        }
      ).editor;
      const prediction = editor.entries.all().find((entry) => entry.kind === 'prediction');
      if (prediction) editor.entries.select(prediction.key);
    });
    await keyboard.press('v');
    await drag([35, 40], [60, 50]);
    expect((await results())[0]).toEqual(made);
  });

  it('says why an image is not shown', async () => {
    await demo.page.evaluate(async () => {
      const page = window as unknown as { editor: { update(options: object): Promise<void> } };
      await page.editor.update({ task: { id: 'missing', data: { image: '/missing.png' } }, annotations: [] });
    });
    const alert = demo.page.locator('[data-object="img"] [role="alert"]');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('404');
    expect(await alert.textContent()).toContain('/missing.png');
  });
});

function rectangle(id: string, value: object) {
  return item(id, 'box', 'rectanglelabels', { ...value, rectanglelabels: ['Car'] });
}

function polygon(id: string, points: readonly (readonly [number, number])[]) {
  return item(id, 'outline', 'polygonlabels', { points, closed: true, polygonlabels: ['Hill'] });
}

function item(id: string, from: string, type: string, value: object) {
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
