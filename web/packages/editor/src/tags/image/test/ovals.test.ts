/** Ellipses and key points with real pointers and keys, and the result JSON that comes of them. */
import { describe, expect, it } from 'vitest';
import { item, useImagePage } from './image-page';
import { hasChromium } from './page';

const OVALS = `<View>
  <EllipseLabels name="oval" toName="img"><Label value="Nut" background="#3a7bd5" selected="true"/></EllipseLabels>
  <Image name="img" value="$image"/>
</View>`;
const DOTS = `<View>
  <KeyPointLabels name="dot" toName="img" strokeWidth="6"><Label value="Eye" selected="true"/></KeyPointLabels>
  <Image name="img" value="$image"/>
</View>`;
const PAIRS = `<View><Labels name="lab" toName="img"><Label value="Car" selected="true"/></Labels>
  <Ellipse name="oval" toName="img" snap="pixel"/><KeyPoint name="dot" toName="img" snap="pixel"/>
  <Image name="img" value="$image"/></View>`;

const ellipse = (id: string, value: object) =>
  item(id, 'oval', 'ellipselabels', { rotation: 0, ...value, ellipselabels: ['Nut'] });
const keyPoint = (id: string, value: object) =>
  item(id, 'dot', 'keypointlabels', { ...value, keypointlabels: ['Eye'] });

describe.skipIf(!hasChromium)('ellipses on an image', () => {
  const image = useImagePage();
  const { open, results, at, mouse, keyboard, drag, hold, click, pause, pixel, near } = image;

  it('are dragged from their centre', async () => {
    await open(OVALS);
    await drag([40, 50], [60, 80]);
    const [made, ...rest] = await results();
    expect(rest).toEqual([]);
    expect(made).toMatchObject({ from_name: 'oval', type: 'ellipselabels', original_width: 1000, image_rotation: 0 });
    expect(made?.value['ellipselabels']).toEqual(['Nut']);
    near(made?.value.x, 40);
    near(made?.value.y, 50, 2 * pixel());
    near(made?.value.radiusX, 20, 2 * pixel());
    near(made?.value.radiusY, 30, 4 * pixel());
    expect(made?.value.rotation).toBe(0);
    expect(image.errors).toEqual([]);
  });

  it('are made by click and click, and by a double-click in a standard size', async () => {
    await open(OVALS);
    await click(30, 40);
    await pause();
    await click(40, 70);
    near((await results())[0]?.value.radiusX, 10, 2 * pixel());
    await pause();
    await keyboard.press('1');
    await mouse.dblclick(...at(70, 30));
    const second = (await results())[1];
    near(second?.value.x, 70);
    near(second?.value.radiusX, (15 / image.box.width) * 100);
  });

  it('are circles with shift and fill a box from corner to corner with alt', async () => {
    await open(OVALS);
    await mouse.move(...at(30, 50));
    await mouse.down();
    await keyboard.down('Shift');
    await mouse.move(...at(38, 50), { steps: 3 });
    await mouse.up();
    await keyboard.up('Shift');
    const round = (await results())[0]?.value;
    expect((round?.radiusX ?? 0) * 10).toBeCloseTo((round?.radiusY ?? 0) * 5, 6);
    await keyboard.press('1');
    await mouse.move(...at(60, 20));
    await mouse.down();
    await keyboard.down('Alt');
    await mouse.move(...at(80, 60), { steps: 3 });
    await mouse.up();
    await keyboard.up('Alt');
    const boxed = (await results())[1]?.value;
    near(boxed?.x, 70);
    near(boxed?.y, 40, 2 * pixel());
    near(boxed?.radiusX, 10);
  });

  it('stay inside the image', async () => {
    await open(OVALS);
    await drag([10, 20], [60, 90]);
    const value = (await results())[0]?.value;
    expect((value?.x ?? 0) - (value?.radiusX ?? 0)).toBeGreaterThanOrEqual(-1e-9);
    expect((value?.y ?? 0) - (value?.radiusY ?? 0)).toBeGreaterThanOrEqual(-1e-9);
    near(value?.radiusX, value?.x ?? 0, 1e-9);
  });

  it('are abandoned by Escape, and taken back and brought again in one step', async () => {
    await open(OVALS);
    await click(30, 40);
    await keyboard.press('Escape');
    await pause();
    expect(await results()).toEqual([]);
    await drag([40, 50], [60, 80]);
    await keyboard.press('Control+z');
    expect(await results()).toEqual([]);
    await keyboard.press('Control+Shift+z');
    expect(await results()).toHaveLength(1);
  });

  it('are sized by their handles about the opposite side, and turned about their centre', async () => {
    const start = { x: 50, y: 50, radiusX: 20, radiusY: 20 };
    await open(OVALS, [ellipse('a', start)]);
    await keyboard.press('v');
    await click(50, 50);
    await drag([70, 50], [80, 50]);
    let value = (await results())[0]?.value;
    near(value?.radiusX, 25, pixel());
    near(value?.x, 55, pixel());
    expect(value?.radiusY).toBe(20);
    await keyboard.press('Control+z');
    const top = at(50, 30);
    await mouse.move(top[0], top[1] - 26);
    await mouse.down();
    await keyboard.down('Shift');
    await mouse.move(at(50, 50)[0] + 160, at(50, 50)[1] + 2, { steps: 4 });
    await mouse.up();
    await keyboard.up('Shift');
    value = (await results())[0]?.value;
    expect(value).toMatchObject({ ...start, rotation: 90 });
  });

  it('offer no turning where the control forbids it', async () => {
    await open(OVALS.replace('name="oval"', 'name="oval" canRotate="false"'), [
      ellipse('a', { x: 50, y: 50, radiusX: 20, radiusY: 20 }),
    ]);
    await keyboard.press('v');
    await click(50, 50);
    const top = at(50, 30);
    await mouse.move(top[0], top[1] - 26);
    await mouse.down();
    await mouse.move(at(50, 50)[0] + 160, at(50, 50)[1], { steps: 4 });
    await mouse.up();
    expect((await results())[0]?.value.rotation).toBe(0);
  });

  it('are drawn, moved and sized by keys alone', async () => {
    await open(OVALS);
    await image.page.focus('[aria-roledescription="image canvas"]');
    await keyboard.press('Shift+ArrowRight');
    await keyboard.press('Enter');
    for (let i = 0; i < 5; i++) await keyboard.press('Shift+ArrowRight');
    for (let i = 0; i < 3; i++) await keyboard.press('Shift+ArrowDown');
    await keyboard.press('Enter');
    let value = (await results())[0]?.value;
    expect(value?.radiusX).toBeCloseTo(5, 9);
    expect(value?.radiusY).toBeCloseTo(6, 9);
    const x = value?.x ?? 0;
    await keyboard.press('Escape');
    await keyboard.press('Alt+.');
    await keyboard.press('ArrowRight');
    await keyboard.press('Alt+ArrowRight');
    value = (await results())[0]?.value;
    expect(value?.radiusX).toBeCloseTo(5.05, 9);
    expect(value?.x).toBeCloseTo(x + 0.15, 9);
  });

  it('are drawn with a finger and with a pen', async () => {
    await open(OVALS);
    const cdp = await image.page.context().newCDPSession(image.page);
    const finger = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: [number, number][]) => {
      const touchPoints = places.map((place, id) => {
        const [x, y] = at(...place);
        return { x, y, id };
      });
      return cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await finger('touchStart', [30, 50]);
    await finger('touchMove', [35, 60]);
    await finger('touchMove', [45, 70]);
    await finger('touchEnd');
    near((await results())[0]?.value.radiusX, 15, 2 * pixel());
    await keyboard.press('1');
    const pen = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', place: [number, number]) => {
      const [x, y] = at(...place);
      const buttons = type === 'mouseReleased' ? 0 : 1;
      return cdp.send('Input.dispatchMouseEvent', {
        type,
        x,
        y,
        button: 'left',
        buttons,
        pointerType: 'pen',
        clickCount: 1,
      });
    };
    await pen('mousePressed', [70, 50]);
    await pen('mouseMoved', [75, 60]);
    await pen('mouseMoved', [80, 70]);
    await pen('mouseReleased', [80, 70]);
    near((await results())[1]?.value.radiusX, 10, 2 * pixel());
    // With the pen at work a finger looks around and draws nothing.
    await keyboard.press('1');
    await finger('touchStart', [20, 20]);
    await finger('touchMove', [30, 30]);
    await finger('touchEnd');
    expect(await results()).toHaveLength(2);
    await cdp.detach();
  });

  it('of a tool beside its labels are two items of one region, on whole pixels, and are changed together', async () => {
    await open(PAIRS);
    await keyboard.press('o');
    await drag([30.03, 40.02], [50.01, 70.04]);
    let items = await results();
    expect(items.map((one) => [one.from_name, one.type])).toEqual([
      ['oval', 'ellipse'],
      ['lab', 'labels'],
    ]);
    expect(items[0]?.id).toBe(items[1]?.id);
    expect(items[1]?.value).toEqual({ ...items[0]?.value, labels: ['Car'] });
    const left = (((items[0]?.value.x ?? 0) - (items[0]?.value.radiusX ?? 0)) * 1000) / 100;
    expect(left).toBeCloseTo(Math.round(left), 9);
    await keyboard.press('v');
    await drag([30, 40], [35, 45]);
    items = await results();
    near(items[0]?.value.x, 35, 2 * pixel());
    expect(items[1]?.value).toEqual({ ...items[0]?.value, labels: ['Car'] });
  });

  it('share one frame with other shapes, in which key points keep their size', async () => {
    await open(OVALS.replace('<Image', '<KeyPoint name="dot" toName="img"/><Image'), [
      ellipse('a', { x: 20, y: 30, radiusX: 10, radiusY: 20 }),
      item('b', 'dot', 'keypoint', { x: 60, y: 70, width: 0.5 }),
    ]);
    await keyboard.press('v');
    await keyboard.press('Control+a');
    const half = 0.5;
    await drag([60 + half, 70 + 2 * half], [85, 95]);
    const [oval, dot] = (await results()).map((one) => one.value);
    expect(oval?.radiusX).toBeGreaterThan(13);
    expect(dot?.width).toBe(0.5);
    expect(dot?.x).toBeGreaterThan(80);
    await keyboard.press('Control+z');
    expect((await results())[0]?.value.radiusX).toBe(10);
  });

  it('stay where they are while they are locked', async () => {
    const made = ellipse('a', { x: 50, y: 50, radiusX: 20, radiusY: 20 });
    await open(OVALS, [made]);
    await keyboard.press('v');
    await click(50, 50);
    await keyboard.press('Alt+l');
    await drag([50, 50], [60, 60]);
    await keyboard.press('Alt+ArrowRight');
    expect(await results()).toEqual([made]);
    await hold('Alt', () => keyboard.press('l'));
    await drag([50, 50], [60, 60]);
    expect(await results()).not.toEqual([made]);
  });
});

describe.skipIf(!hasChromium)('key points on an image', () => {
  const image = useImagePage();
  const { open, results, prompts, at, mouse, keyboard, drag, hold, click, pause, pixel, near } = image;

  it('are made by a click, with the radius that the control gives', async () => {
    await open(DOTS);
    await click(30, 40);
    const [made] = await results();
    expect(made).toMatchObject({ from_name: 'dot', type: 'keypointlabels' });
    expect(Object.keys(made?.value ?? {}).sort()).toEqual(['keypointlabels', 'width', 'x', 'y']);
    near(made?.value.x, 30);
    near(made?.value.y, 40, 2 * pixel());
    expect(made?.value.width).toBeCloseTo((6 / image.box.width) * 100, 2);
    expect(made).not.toHaveProperty('is_positive');
    await keyboard.press('Control+z');
    expect(await results()).toEqual([]);
  });

  it('go where a drag ends, and nowhere when it is abandoned', async () => {
    await open(DOTS);
    await mouse.move(...at(30, 40));
    await mouse.down();
    await mouse.move(...at(50, 60), { steps: 3 });
    await keyboard.press('Escape');
    await mouse.up();
    expect(await results()).toEqual([]);
    await drag([30, 40], [55, 65]);
    near((await results())[0]?.value.x, 55);
  });

  it('lie in the middle of pixels where the control snaps, and are two items beside labels', async () => {
    await open(PAIRS);
    await keyboard.press('k');
    await click(30.02, 40.03);
    const items = await results();
    expect(items.map((one) => one.type)).toEqual(['keypoint', 'labels']);
    const x = ((items[0]?.value.x ?? 0) * 1000) / 100;
    expect(x - Math.floor(x)).toBeCloseTo(0.5, 9);
    expect(items[1]?.value).toEqual({ ...items[0]?.value, labels: ['Car'] });
  });

  it('are selected from nearby, moved, and sized by keys', async () => {
    await open(DOTS, [keyPoint('a', { x: 40, y: 50, width: 0.3 })]);
    await keyboard.press('v');
    await mouse.click(at(40, 50)[0] + 6, at(40, 50)[1]);
    expect(await image.selected()).toEqual(['a']);
    await drag([40, 50], [60, 50]);
    let value = (await results())[0]?.value;
    near(value?.x, 60, 2 * pixel());
    expect(value?.width).toBe(0.3);
    await keyboard.press('Alt+ArrowRight');
    value = (await results())[0]?.value;
    expect(value?.width).toBeCloseTo(0.4, 9);
  });

  it('of a smart tool ask the model, and say with alt what is not meant', async () => {
    await open(DOTS, [], undefined, 'annotation', true);
    await keyboard.press('m');
    await click(30, 40);
    await pause();
    await keyboard.press('1');
    await keyboard.press('m');
    await hold('Alt', () => click(60, 70));
    const asked = async () => (await prompts()) as unknown as { is_positive: boolean; type: string }[];
    await expect
      .poll(async () => (await asked()).map((one) => [one.type, one.is_positive]))
      .toEqual([
        ['keypointlabels', true],
        ['keypointlabels', false],
      ]);
    expect((await results()).map((one) => (one as unknown as { is_positive: boolean }).is_positive)).toEqual([
      true,
      false,
    ]);
    // Moved by hand, a prompt keeps its sign.
    await keyboard.press('v');
    await drag([60, 70], [70, 70]);
    expect((await results())[1]).toMatchObject({ is_positive: false });
  });

  it('have no smart tool where no model answers, and only that one where the control says so', async () => {
    const smartOnly = DOTS.replace('strokeWidth="6"', 'strokeWidth="6" smartOnly="true"');
    await open(smartOnly);
    expect(await image.run('image.tool.smart-keypoint')).toBe(false);
    expect(await image.run('image.tool.keypoint')).toBe(true);
    await open(smartOnly, [], undefined, 'annotation', true);
    expect(await image.run('image.tool.smart-keypoint')).toBe(true);
    expect(await image.run('image.tool.keypoint')).toBe(false);
  });
});
