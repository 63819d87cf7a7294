/** Selecting and changing regions with real pointers and keys. */
import { describe, expect, it } from 'vitest';
import { LABELS, polygon, rectangle, useImagePage } from './image-page';
import { hasChromium } from './page';

describe.skipIf(!hasChromium)('regions on an image', () => {
  const image = useImagePage();
  const { open, results, selected, at, mouse, keyboard, drag, click, pause, pixel, near } = image;

  it('moves, resizes and turns with handles, each as one step', async () => {
    const start = { x: 20, y: 20, width: 30, height: 40, rotation: 0 };
    await open(LABELS, [rectangle('a', start)]);
    await keyboard.press('v');
    await drag([35, 40], [45, 50]);
    let value = (await results())[0]?.value;
    near(value?.x, 30);
    near(value?.y, 30, 2 * pixel());
    expect(value?.width).toBe(30);
    expect(value?.height).toBe(40);
    // The lower right corner.
    await drag([60, 70], [70, 80]);
    value = (await results())[0]?.value;
    near(value?.width, 40, 2 * pixel());
    near(value?.height, 50, 3 * pixel());
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
    near(value?.points[1]?.[0], 70);
    // What was not moved keeps its digits.
    expect([value?.points[0], value?.points[2], value?.points[3]]).toEqual([points[0], points[2], points[3]]);
    await mouse.move(...at(40, 80));
    await click(40, 80);
    value = (await results())[0]?.value;
    expect(value?.points).toHaveLength(5);
    near(value?.points[3]?.[0], 40);
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
    await image.run('region.hide-all');
    await pause();
    await click(35, 40);
    expect(await selected()).toEqual([]);
  });

  it('selects by click, goes through what overlaps, adds with ctrl, and by a marquee', async () => {
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
    near(values[0]?.x, 10, 1e-9);
    near(values[0]?.width, 20, 2 * pixel());
    near((values[1]?.x ?? 0) + (values[1]?.width ?? 0), 90, 2 * pixel());
    await keyboard.press('Control+z');
    expect((await results())[1]?.value.width).toBe(20);
  });

  it('draws, moves and resizes by keys alone', async () => {
    await open(LABELS);
    await image.page.focus('[aria-roledescription="image canvas"]');
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

  it('leaves predictions alone', async () => {
    const made = rectangle('a', { x: 20, y: 20, width: 30, height: 40, rotation: 0 });
    await open(LABELS, [made], undefined, 'prediction');
    await image.page.evaluate(() => {
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
});
