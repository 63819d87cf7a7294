/** Snapping to neighbours and the border, points chosen together, and several shapes put in line. */
import { describe, expect, it } from 'vitest';
import { LABELS, polygon, rectangle, useImagePage } from './image-page';
import { hasChromium } from './page';

const SQUARE: [number, number][] = [
  [20, 20],
  [50, 20],
  [50, 70],
  [20, 70],
];

describe.skipIf(!hasChromium)('points of outlines', () => {
  const image = useImagePage();
  const { open, results, at, mouse, keyboard, hold, drag, click, pause, pixel, near } = image;
  /** Clicks some CSS pixels beside a place. */
  const beside = async (x: number, y: number, dx: number, dy: number) => {
    const [left, top] = at(x, y);
    await mouse.click(left + dx, top + dy);
    await pause();
  };
  const last = async () => (await results()).at(-1)?.value.points ?? [];

  it('lie exactly on the border of the image where they are drawn near it', async () => {
    await open(LABELS);
    await keyboard.press('3');
    await beside(0, 85, 3, 0);
    await beside(100, 100, -4, -2);
    await beside(40, 0, 0, 4);
    await keyboard.press('Enter');
    const points = await last();
    expect(points[0]?.[0]).toBe(0);
    expect(points[1]).toEqual([100, 100]);
    expect(points[2]?.[1]).toBe(0);
  });

  it('take over vertices and edges of neighbours, so that two outlines share a border', async () => {
    await open(LABELS, [polygon('p', SQUARE)]);
    await keyboard.press('3');
    await beside(50, 20, 3, -3);
    await click(80, 45);
    await pause();
    await beside(50, 50, 4, 0);
    await keyboard.press('Enter');
    const points = await last();
    expect(points[0]).toEqual([50, 20]);
    expect(points[2]?.[0]).toBe(50);
    near(points[2]?.[1], 50, 2 * pixel());
  });

  it('are left where they are put with ctrl, and with snapping off', async () => {
    await open(LABELS, [polygon('p', SQUARE)]);
    await keyboard.press('3');
    await click(80, 45);
    await pause();
    await hold('Control', () => beside(50, 20, 4, -4));
    await keyboard.press('Shift+s');
    await beside(50, 70, 4, 4);
    await keyboard.press('Enter');
    const [, first, second] = await last();
    expect(first).not.toEqual([50, 20]);
    near(first?.[0], 50 + 4 * pixel(), pixel());
    expect(second).not.toEqual([50, 70]);
    await keyboard.press('Shift+s');
  });

  it('snap when they are dragged, and corners of boxes do too', async () => {
    await open(LABELS, [
      polygon('p', SQUARE),
      polygon('q', [
        [60, 30],
        [80, 30],
        [70, 60],
      ]),
    ]);
    await keyboard.press('v');
    await click(70, 40);
    const [x, y] = at(50, 20);
    await mouse.move(...at(60, 30));
    await mouse.down();
    await mouse.move(x + 20, y + 10, { steps: 2 });
    await mouse.move(x + 3, y + 3, { steps: 2 });
    await mouse.up();
    expect((await last())[0]).toEqual([50, 20]);
    await keyboard.press('Escape');
    await keyboard.press('r');
    await mouse.move(...at(90, 90));
    await mouse.down();
    await mouse.move(at(50, 70)[0] + 3, at(50, 70)[1] + 3, { steps: 4 });
    await mouse.up();
    const box = (await results()).at(-1)?.value;
    expect(box?.x).toBe(50);
    expect(box?.y).toBeCloseTo(70, 9);
  });

  it('of polygons are chosen with ctrl, moved together and deleted together', async () => {
    const five: [number, number][] = [...SQUARE, [10, 45]];
    await open(LABELS, [polygon('p', five)]);
    await keyboard.press('v');
    await click(35, 45);
    await pause();
    await hold('Control', async () => {
      await click(50, 20);
      await pause();
      await click(50, 70);
    });
    await drag([50, 20], [60, 25]);
    let points = await last();
    near(points[1]?.[0], 60, 2 * pixel());
    near(points[2]?.[0], 60, 2 * pixel());
    near(points[2]?.[1], 75, 2 * pixel());
    expect([points[0], points[3], points[4]]).toEqual([five[0], five[3], five[4]]);
    await keyboard.press('Backspace');
    points = await last();
    expect(points).toEqual([five[0], five[3], five[4]]);
    // Nothing is chosen any more: now the key means the region.
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    expect(await last()).toEqual(five);
  });

  it('that move together land where any of them is attracted', async () => {
    await open(LABELS, [
      polygon('q', [
        [60, 30],
        [80, 30],
        [80, 60],
        [60, 60],
      ]),
      polygon('p', [
        [20, 40],
        [30, 40],
        [30, 50],
        [20, 50],
      ]),
    ]);
    await keyboard.press('v');
    await click(25, 45);
    await pause();
    await hold('Control', async () => {
      await click(30, 40);
      await pause();
      await click(30, 50);
    });
    // The lower one is in the hand; the upper one comes near a corner of the neighbour.
    const [x, y] = at(60, 40);
    await mouse.move(...at(30, 50));
    await mouse.down();
    await mouse.move(x - 30, y + 20, { steps: 3 });
    await mouse.move(x - 3, y + 4, { steps: 3 });
    await mouse.up();
    const points = await last();
    expect(points[1]).toEqual([60, 30]);
    near(points[2]?.[0], 60, 0.001);
    near(points[2]?.[1], 40, 0.001);
    expect([points[0], points[3]]).toEqual([
      [20, 40],
      [20, 50],
    ]);
  });

  it('are no longer chosen after Escape, and after their region was left', async () => {
    await open(LABELS, [polygon('p', SQUARE)]);
    await keyboard.press('v');
    await click(35, 45);
    await keyboard.press('Alt+n');
    await keyboard.press('Escape');
    expect(await image.selected()).toEqual(['p']);
    await keyboard.press('Alt+n');
    await keyboard.press('u');
    await pause();
    await click(35, 45);
    await keyboard.press('Backspace');
    expect(await results()).toEqual([]);
  });

  it('keep a polygon whole: the last three are not deleted', async () => {
    const three = SQUARE.slice(0, 3);
    await open(LABELS, [polygon('p', three)]);
    await keyboard.press('v');
    await click(45, 30);
    await keyboard.press('Alt+n');
    await keyboard.press('Backspace');
    expect(await last()).toEqual(three);
    await expect.poll(image.notices).toContain('at least three points');
  });
});

describe.skipIf(!hasChromium)('several shapes', () => {
  const image = useImagePage();
  const { open, results, keyboard, run } = image;
  const boxes = [
    rectangle('a', { x: 10, y: 10, width: 10, height: 10, rotation: 0 }),
    rectangle('b', { x: 25, y: 30, width: 20, height: 10, rotation: 0 }),
    rectangle('c', { x: 70, y: 60, width: 10, height: 20, rotation: 0 }),
  ];
  async function all() {
    await open(LABELS, boxes);
    await keyboard.press('v');
    await keyboard.press('Control+a');
  }
  const column = async (key: 'x' | 'y' | 'width' | 'height') => (await results()).map((one) => one.value[key]);

  it('are put in line, each way as one step', async () => {
    await all();
    await run('image.arrange-left');
    expect(await column('x')).toEqual([10, 10, 10]);
    expect(await column('y')).toEqual([10, 30, 60]);
    await keyboard.press('Control+z');
    expect(await results()).toEqual(boxes);
    await run('image.arrange-bottom');
    expect(await column('y')).toEqual([70, 70, 60]);
    await keyboard.press('Control+z');
    await run('image.arrange-center');
    expect((await column('x')).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([40, 35, 40]);
  });

  it('get equal spaces and equal sizes', async () => {
    await all();
    await run('image.arrange-distribute-x');
    expect(await column('x')).toEqual([10, 35, 70]);
    await run('image.arrange-width');
    expect(await column('width')).toEqual([10, 10, 10]);
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    expect(await results()).toEqual(boxes);
  });

  it('are measured in pixels of the image', async () => {
    await open(LABELS, boxes.slice(0, 2));
    await keyboard.press('v');
    await keyboard.press('Control+a');
    await keyboard.press('Shift+m');
    // 35 % of 1,000 by 30 % of 500 pixels; 100 × 50 and 200 × 50.
    await expect.poll(image.notices).toContain('2 regions: 350 × 150 px, area 15,000 px², outline 800 px');
    await expect.poll(image.notices).toContain('50 px sideways and 50 px upright between them');
  });

  it('that are locked stay out of it', async () => {
    await all();
    await keyboard.press('Alt+l');
    expect(await run('image.arrange-left')).toBe(false);
    expect(await results()).toEqual(boxes);
  });
});
