/** Drawing with real pointers and keys, and the result JSON that comes of it. */
import { describe, expect, it } from 'vitest';
import { LABELS, PAIR, polygon, rectangle, useImagePage } from './image-page';
import { hasChromium } from './page';

describe.skipIf(!hasChromium)('drawing on an image', () => {
  const image = useImagePage();
  const { open, measure, results, at, mouse, keyboard, drag, click, pause, pixel, near } = image;

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
    near(item?.value.x, 10);
    near(item?.value.y, 20, 2 * pixel());
    near(item?.value.width, 30, 2 * pixel());
    near(item?.value.height, 40, 4 * pixel());
    expect(item?.value.rotation).toBe(0);
    expect(image.errors).toEqual([]);
  });

  it('cuts at the border what is dragged over it', async () => {
    await open(LABELS);
    await mouse.move(...at(80, 70));
    await mouse.down();
    await mouse.move(image.box.x + image.box.width + 30, image.box.y + image.box.height + 8, { steps: 4 });
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
    near((await results())[0]?.value.width, 30, 2 * pixel());
    await pause();
    await keyboard.press('1');
    await mouse.dblclick(...at(70, 30));
    const second = (await results())[1];
    near(second?.value.width, (30 / image.box.width) * 100);
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

  it('draws a turned rectangle by three points', async () => {
    await open(LABELS);
    await keyboard.press('Shift+r');
    await click(20, 20);
    await pause();
    await click(50, 50);
    await pause();
    await click(40, 70);
    const value = (await results())[0]?.value;
    near(value?.x, 20);
    near(value?.y, 20, 2 * pixel());
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
    near(item?.value.points[1]?.[0], 50 + (30 / image.box.width) * 100);
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
    near(item?.value.points[1]?.[0], 60);
    near(item?.value.points[1]?.[1], 20, 2 * pixel());
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

  it('draws with one finger, zooms with two and then draws nothing', async () => {
    await open(LABELS);
    const touch = await image.page.context().newCDPSession(image.page);
    const fingers = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: [number, number][]) => {
      const touchPoints = places.map(([x, y], id) => ({ x: at(x, y)[0], y: at(x, y)[1], id }));
      await touch.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await fingers('touchStart', [20, 20]);
    await fingers('touchMove', [30, 30]);
    await fingers('touchMove', [50, 50]);
    await fingers('touchEnd');
    expect(await results()).toHaveLength(1);
    near((await results())[0]?.value.x, 20);
    await fingers('touchStart', [60, 40]);
    await fingers('touchStart', [60, 40], [70, 40]);
    await fingers('touchMove', [50, 40], [80, 40]);
    await fingers('touchMove', [40, 40], [90, 40]);
    await fingers('touchEnd');
    expect(await results()).toHaveLength(1);
    const before = image.box.width;
    await keyboard.press('Control+Minus');
    await measure();
    // Five times as large, less one step: the image fills its place.
    expect(image.box.width).toBeGreaterThan(before);
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

  it('with no label in the hand moves what is under the pointer, and draws without a label beside it', async () => {
    await open(LABELS.replace('selected="true"', ''), [
      rectangle('a', { x: 20, y: 20, width: 30, height: 40, rotation: 0 }),
    ]);
    await keyboard.press('r');
    await drag([30, 40], [40, 50]);
    let items = await results();
    expect(items).toHaveLength(1);
    near(items[0]?.value.x, 30);
    await keyboard.press('Escape');
    await drag([75, 20], [90, 40]);
    items = await results();
    expect(items).toHaveLength(2);
    expect(items[1]?.value).not.toHaveProperty('rectanglelabels');
  });
});
