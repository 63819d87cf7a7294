/** Paths with real pointers and keys, and the result JSON that comes of them. */
import { describe, expect, it } from 'vitest';
import { item, useImagePage, type Vertex } from './image-page';
import { hasChromium } from './page';

const config = (attributes: string) => `<View>
  <VectorLabels name="path" toName="img" ${attributes}><Label value="Road" background="#b45ad6" selected="true"/></VectorLabels>
  <Image name="img" value="$image"/>
</View>`;
const CURVES = config('curves="true" closable="true"');

const vector = (vertices: readonly object[], closed = false) =>
  item('a', 'path', 'vectorlabels', { closed, vectorlabels: ['Road'], vertices });
const corner = (id: string, x: number, y: number, prevPointId: string | null) => ({
  id,
  x,
  y,
  prevPointId,
  isBezier: false,
});
const LINE = [corner('a', 20, 30, null), corner('b', 50, 30, 'a'), corner('c', 80, 30, 'b')];
const RING = [corner('a', 20, 20, null), corner('b', 80, 20, 'a'), corner('c', 80, 80, 'b'), corner('d', 20, 80, 'c')];

describe.skipIf(!hasChromium)('paths on an image', () => {
  const image = useImagePage();
  const { open, results, at, mouse, keyboard, drag, hold, click, pause, pixel, near } = image;
  const vertices = async (): Promise<Vertex[]> => (await results())[0]?.value.vertices ?? [];
  const chain = async () => (await vertices()).map(({ id, prevPointId }) => [id, prevPointId]);
  /** Places far from each other: no two of these clicks are a double-click. */
  async function clicks(...places: [number, number][]) {
    for (const place of places) await click(...place);
  }

  it('grow by clicks, are taken back point by point, and end with Enter', async () => {
    await open(CURVES);
    await keyboard.press('p');
    await clicks([20, 20], [50, 20], [50, 60], [80, 80]);
    await keyboard.press('Control+z');
    expect(await vertices()).toHaveLength(3);
    await keyboard.press('Control+Shift+z');
    expect(await vertices()).toHaveLength(4);
    await keyboard.press('Backspace');
    expect(await vertices()).toHaveLength(3);
    await keyboard.press('Enter');
    const [made, ...rest] = await results();
    expect(rest).toEqual([]);
    expect(made).toMatchObject({ from_name: 'path', type: 'vectorlabels' });
    expect(made?.value).toMatchObject({ closed: false, vectorlabels: ['Road'] });
    expect(await chain()).toEqual([
      ['v1', null],
      ['v2', 'v1'],
      ['v3', 'v2'],
    ]);
    near((await vertices())[1]?.x, 50);
    // The path is done: the next click on free space is not its next point.
    await keyboard.press('Escape');
    await click(90, 90);
    expect((await results())[0]?.value.vertices).toHaveLength(3);
    expect(image.errors).toEqual([]);
  });

  it('end with a double-click', async () => {
    await open(CURVES);
    await clicks([20, 20], [50, 20]);
    await mouse.dblclick(...at(70, 60));
    await pause();
    await click(90, 90);
    expect((await results())[0]?.value.vertices).toHaveLength(3);
  });

  it('are abandoned by Escape while they are one point, and kept when they are more', async () => {
    await open(CURVES);
    await click(20, 20);
    await pause();
    await keyboard.press('Escape');
    expect(await results()).toEqual([]);
    await keyboard.press('1');
    await clicks([20, 20], [50, 20]);
    await keyboard.press('Escape');
    expect(await vertices()).toHaveLength(2);
  });

  it('go on after a drag that was taken back with Escape', async () => {
    await open(CURVES);
    await clicks([20, 20], [50, 20]);
    await mouse.move(...at(20, 20));
    await mouse.down();
    await mouse.move(...at(30, 70), { steps: 3 });
    await keyboard.press('Escape');
    await mouse.up();
    near((await vertices())[0]?.y, 20, 2 * pixel());
    await click(80, 60);
    expect(await vertices()).toHaveLength(3);
  });

  it('close on their first point where they may, and stay open where not', async () => {
    await open(CURVES);
    await clicks([20, 20], [60, 20], [60, 70], [20, 20]);
    expect((await results())[0]?.value.closed).toBe(true);
    expect(await vertices()).toHaveLength(3);
    await open(config(''));
    await clicks([20, 20], [60, 20], [60, 70], [20, 20]);
    expect((await results())[0]?.value.closed).toBe(false);
  });

  it('get a curve where shift is held and dragged, as one step', async () => {
    await open(CURVES);
    await clicks([20, 60]);
    await hold('Shift', () => drag([50, 40], [60, 40]));
    let made = (await vertices())[1];
    expect(made).toMatchObject({ isBezier: true, prevPointId: 'v1' });
    near(made?.x, 50);
    near(made?.controlPoint2?.x, 60);
    near(made?.controlPoint1?.x, 40, 2 * pixel());
    await keyboard.press('Control+z');
    expect(await vertices()).toHaveLength(1);
    await keyboard.press('Control+Shift+z');
    [, made] = await vertices();
    expect(made?.isBezier).toBe(true);
  });

  it('get a point on a segment by shift and click, which leaves a curve as it ran', async () => {
    const curve = [
      { ...corner('a', 20, 50, null), isBezier: true, controlPoint2: { x: 35, y: 10 } },
      { ...corner('b', 80, 50, 'a'), isBezier: true, controlPoint1: { x: 65, y: 10 } },
    ];
    await open(CURVES, [vector(curve)]);
    await keyboard.press('v');
    // The middle of the curve: a quarter of the ends and three quarters of the control points.
    await click(50, 20);
    await pause();
    await hold('Shift', () => click(50, 20));
    const [a, put, b] = await vertices();
    expect(await chain()).toEqual([
      ['a', null],
      ['v3', 'a'],
      ['b', 'v3'],
    ]);
    near(put?.x, 50, pixel());
    near(put?.y, 20, 2 * pixel());
    expect(put?.isBezier).toBe(true);
    // Half of the handles of both ends is left on their sides (de Casteljau).
    near(a?.controlPoint2?.x, 27.5, pixel());
    near(b?.controlPoint1?.y, 30, 2 * pixel());
  });

  it('turn points into curves and back by shift and click', async () => {
    await open(CURVES, [vector(LINE)]);
    await keyboard.press('v');
    await click(35, 30);
    await pause();
    await hold('Shift', () => click(50, 30));
    const bent = (await vertices())[1];
    expect(bent).toMatchObject({ isBezier: true, controlPoint1: { x: 40, y: 30 }, controlPoint2: { x: 60, y: 30 } });
    await pause();
    await hold('Shift', () => click(50, 30));
    expect(await vertices()).toEqual(LINE);
  });

  it('refuse curves where the control has none', async () => {
    await open(config(''), [vector(LINE)]);
    await keyboard.press('v');
    await click(35, 30);
    await pause();
    await hold('Shift', () => click(50, 30));
    expect(await vertices()).toEqual(LINE);
    await expect.poll(image.notices).toContain('Curves are off');
  });

  it('bend by their handles, both together, and one alone with alt', async () => {
    const curve = {
      ...corner('b', 50, 50, 'a'),
      isBezier: true,
      controlPoint1: { x: 40, y: 50 },
      controlPoint2: { x: 60, y: 50 },
    };
    await open(CURVES, [vector([corner('a', 20, 80, null), curve, corner('c', 80, 80, 'b')])]);
    await keyboard.press('v');
    await click(50, 50);
    await drag([60, 50], [50, 70]);
    let bent = (await vertices())[1];
    near(bent?.controlPoint2?.y, 70, 2 * pixel());
    // The other one keeps its length of 100 pixels and stands opposite.
    near(bent?.controlPoint1?.x, 50, pixel());
    near(bent?.controlPoint1?.y, 30, 2 * pixel());
    const before = bent?.controlPoint1;
    await hold('Alt', () => drag([50, 70], [65, 65]));
    [, bent] = await vertices();
    expect(bent?.controlPoint1).toEqual(before);
    expect(bent?.disconnected).toBe(true);
    near(bent?.controlPoint2?.x, 65, pixel());
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    expect((await vertices())[1]).toEqual(curve);
  });

  it('lose a point by alt and click, and join what it stood between', async () => {
    await open(CURVES, [vector(LINE)]);
    await keyboard.press('v');
    await click(35, 30);
    await pause();
    await hold('Alt', () => click(50, 30));
    expect(await chain()).toEqual([
      ['a', null],
      ['c', 'a'],
    ]);
    await pause();
    await hold('Alt', () => click(80, 30));
    // Two stay, whatever one does.
    expect(await vertices()).toHaveLength(2);
    await expect.poll(image.notices).toContain('at least 2 points');
  });

  it('that are closed open at a segment by alt and click', async () => {
    await open(CURVES, [vector(RING, true)]);
    await keyboard.press('v');
    await click(50, 50);
    await pause();
    await hold('Alt', () => click(80, 50));
    expect((await results())[0]?.value.closed).toBe(false);
    expect(await chain()).toEqual([
      ['c', null],
      ['d', 'c'],
      ['a', 'd'],
      ['b', 'a'],
    ]);
    await keyboard.press('Control+z');
    expect((await results())[0]?.value).toMatchObject({ closed: true, vertices: RING });
  });

  it('move points, one or those chosen with ctrl together, each as one step', async () => {
    await open(CURVES, [vector(LINE)]);
    await keyboard.press('v');
    await click(35, 30);
    await drag([50, 30], [50, 60]);
    near((await vertices())[1]?.y, 60, 2 * pixel());
    expect((await vertices())[0]).toEqual(LINE[0]);
    await pause();
    await hold('Control', async () => {
      await click(20, 30);
      await pause();
      await click(80, 30);
    });
    await drag([80, 30], [80, 50]);
    const ys = (await vertices()).map(({ y }) => y);
    near(ys[0], 50, 2 * pixel());
    near(ys[1], 60, 2 * pixel());
    near(ys[2], 50, 2 * pixel());
    await keyboard.press('Control+z');
    expect((await vertices())[2]).toEqual(LINE[2]);
    await keyboard.press('Control+z');
    expect(await vertices()).toEqual(LINE);
  });

  it('branch from the vertex that was clicked in a skeleton', async () => {
    await open(config('skeleton="true"'));
    await clicks([20, 20], [50, 50], [50, 80], [50, 50], [80, 50]);
    await keyboard.press('Enter');
    expect(await chain()).toEqual([
      ['v1', null],
      ['v2', 'v1'],
      ['v3', 'v2'],
      ['v4', 'v2'],
    ]);
    expect((await vertices())[3]?.isBranching).toBe(true);
  });

  it('end by themselves at the most points, and keep Submit waiting for the least', async () => {
    await open(config('minPoints="3" maxPoints="4"'));
    await clicks([20, 20], [40, 20]);
    await keyboard.press('Enter');
    await expect.poll(image.notices).toContain('needs at least 3 points');
    await keyboard.press('v');
    await keyboard.press('Control+Enter');
    await expect.poll(image.notices).toContain('has 2 points and needs 3');
    await open(config('minPoints="3" maxPoints="4"'));
    await clicks([20, 20], [40, 20], [40, 60], [70, 60], [90, 90]);
    expect(await vertices()).toHaveLength(4);
  });

  it('go on from their end when they are selected and no label waits', async () => {
    await open(CURVES.replace('selected="true"', ''), [vector(LINE)]);
    await keyboard.press('v');
    await click(35, 30);
    await keyboard.press('p');
    await pause();
    await click(90, 70);
    expect(await chain()).toEqual([
      ['a', null],
      ['b', 'a'],
      ['c', 'b'],
      ['v4', 'c'],
    ]);
  });

  it('are moved, scaled and turned like any shape', async () => {
    await open(CURVES, [vector(LINE), { ...vector(RING, true), id: 'b' }]);
    await keyboard.press('v');
    await drag([35, 30], [35, 50]);
    expect((await vertices()).map(({ y }) => Math.round(y))).toEqual([50, 50, 50]);
    await keyboard.press('Control+z');
    expect(await vertices()).toEqual(LINE);
    await keyboard.press('Control+a');
    await drag([80, 80], [50, 50]);
    const values = (await results()).map((one) => one.value.vertices);
    near(values[1]?.[2]?.x, 50, 2 * pixel());
    near(values[0]?.[0]?.x, 20, 1e-6);
    await keyboard.press('Control+z');
    expect(await vertices()).toEqual(LINE);
  });

  it('are drawn by keys alone, and their points chosen, moved, bent, put in and deleted', async () => {
    await open(CURVES);
    await image.page.focus('[aria-roledescription="image canvas"]');
    const step = async (key: string, times: number) => {
      for (let i = 0; i < times; i++) await keyboard.press(key);
    };
    await step('Shift+ArrowLeft', 2);
    await keyboard.press('Enter');
    await step('Shift+ArrowRight', 3);
    await keyboard.press('Enter');
    await step('Shift+ArrowDown', 3);
    await keyboard.press('Enter');
    await keyboard.press('Enter');
    expect(await vertices()).toHaveLength(3);
    await keyboard.press('Escape');
    await keyboard.press('Alt+.');
    await keyboard.press('Alt+n');
    await keyboard.press('Alt+n');
    const before = (await vertices())[1];
    await step('ArrowUp', 2);
    expect((await vertices())[1]?.y).toBeCloseTo((before?.y ?? 0) - 0.4, 9);
    expect((await vertices())[1]?.x).toBe(before?.x);
    await keyboard.press('Alt+c');
    expect((await vertices())[1]?.isBezier).toBe(true);
    await keyboard.press('Alt+p');
    expect(await vertices()).toHaveLength(4);
    await keyboard.press('Backspace');
    expect(await vertices()).toHaveLength(3);
    await keyboard.press('Alt+o');
    expect((await results())[0]?.value.closed).toBe(true);
    // Moves by keys in a row are one step.
    for (let i = 0; i < 5; i++) await keyboard.press('Control+z');
    expect((await vertices())[1]).toEqual(before);
  });

  it('have P for themselves, and shift+P beside polygons', async () => {
    await open(CURVES.replace('<Image', '<Polygon name="poly" toName="img"/><Image').replace('selected="true"', ''));
    await keyboard.press('Shift+p');
    await clicks([20, 20], [40, 20]);
    await keyboard.press('Enter');
    expect((await results())[0]?.type).toBe('vectorlabels');
    await keyboard.press('p');
    await clicks([60, 20], [80, 20], [80, 50]);
    await keyboard.press('Enter');
    expect((await results())[1]?.type).toBe('polygon');
  });

  it('of a tool beside its labels are two items of one region, on whole pixels', async () => {
    await open(`<View><Labels name="lab" toName="img"><Label value="Car" selected="true"/></Labels>
      <Vector name="path" toName="img" snap="pixel"/><Image name="img" value="$image"/></View>`);
    await keyboard.press('p');
    await clicks([20.03, 20.07], [50.02, 60.01]);
    await keyboard.press('Enter');
    const items = await results();
    expect(items.map((one) => one.type)).toEqual(['vector', 'labels']);
    expect(items[1]?.value).toEqual({ ...items[0]?.value, labels: ['Car'] });
    const x = ((items[0]?.value.vertices[1]?.x ?? 0) * 1000) / 100;
    expect(x).toBeCloseTo(Math.round(x), 9);
  });
});
