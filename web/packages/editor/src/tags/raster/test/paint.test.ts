/** Painting with real pointers and keys, and the result JSON that comes of it. */
/// <reference types="node" />
import {
  decodeRle,
  emptyMask,
  encodePng,
  encodeRle,
  type Mask,
  MaskEditor,
  maskArea,
  maskBounds,
  maskHas,
} from '@labelkeep/canvas/raster';
import { describe, expect, it } from 'vitest';
import { useImagePage } from '../../image/test/image-page';
import { hasChromium, openDemoPage } from '../../image/test/page';

/** `Car` is in the hand when a task is opened. A screen pixel is about an image pixel. */
const BRUSH = `<View>
  <BrushLabels name="mask" toName="img" strokeWidth="20"><Label value="Car" background="#e05a4f" selected="true"/><Label value="Bus" background="#2e9e6b"/></BrushLabels>
  <Image name="img" value="$image"/>
</View>`;
const PAIR = `<View><Labels name="lab" toName="img"><Label value="Car" selected="true"/></Labels>
  <Brush name="brush" toName="img"/><Image name="img" value="$image"/></View>`;
const BITMASK = `<View>
  <BitmaskLabels name="bits" toName="img" strokeWidth="1"><Label value="Cell" selected="true"/><Label value="Core"/></BitmaskLabels>
  <Image name="img" value="$image"/></View>`;
const SIZE = { width: 1000, height: 500 };

function square(left: number, top: number, side: number): Mask {
  const editor = new MaskEditor(emptyMask(SIZE.width, SIZE.height));
  for (let y = top; y < top + side; y++) editor.span(y, left, left + side, true);
  return editor.snapshot();
}

function brushItem(id: string, mask: Mask, value: object = {}) {
  return {
    id,
    from_name: 'mask',
    to_name: 'img',
    type: 'brushlabels',
    origin: 'manual',
    original_width: SIZE.width,
    original_height: SIZE.height,
    image_rotation: 0,
    value: { format: 'rle', rle: Array.from(encodeRle(mask)), brushlabels: ['Car'], ...value },
  };
}

describe.skipIf(!hasChromium)('painting on an image', () => {
  const image = useImagePage();
  const { open, results, selected, at, mouse, keyboard, drag, click } = image;
  const maskOf = (item: { value: Record<string, unknown> } | undefined) =>
    decodeRle(Uint8Array.from((item?.value['rle'] as number[]) ?? []), SIZE.width, SIZE.height);
  const masks = async () => (await results()).map(maskOf);
  const notice = async () => (await image.page.locator('[aria-live]').allTextContents()).join(' ');
  const scale = () => SIZE.width / image.box.width;
  /** Steps of undo in the browser's journal of the sample `brush`. */
  const stepsKept = () =>
    image.page.evaluate(
      () =>
        new Promise<number>((done, failed) => {
          const opening = indexedDB.open('labelkeep-journal');
          opening.onerror = () => failed(opening.error);
          opening.onsuccess = () => {
            const keys = opening.result.transaction('journals').objectStore('journals').getAllKeys();
            keys.onsuccess = () => {
              opening.result.close();
              done(keys.result.filter((key) => /^7\0brush\0.*\0step\0/.test(String(key))).length);
            };
          };
        }),
    );

  it('paints a stroke from the press on and writes the whole item', async () => {
    await open(BRUSH);
    await keyboard.press('b');
    await drag([20, 40], [60, 40]);
    const [item, ...rest] = await results();
    expect(rest).toEqual([]);
    expect(item).toMatchObject({
      from_name: 'mask',
      to_name: 'img',
      type: 'brushlabels',
      origin: 'manual',
      original_width: 1000,
      original_height: 500,
      image_rotation: 0,
    });
    expect(Object.keys(item?.value ?? {}).sort()).toEqual(['brushlabels', 'format', 'rle']);
    expect((item?.value['rle'] as number[] | undefined)?.slice(0, 6)).toEqual([0, 30, 132, 128, 57, 27]);
    const mask = maskOf(item);
    const { minX, minY, maxX, maxY } = maskBounds(mask);
    // 20 CSS pixels thick on the fitted image, and round at its ends.
    const thick = Math.round(20 * scale());
    expect(maxY - minY).toBe(thick);
    expect(Math.abs(minX - (200 - thick / 2))).toBeLessThanOrEqual(2);
    expect(Math.abs(maxX - (600 + thick / 2))).toBeLessThanOrEqual(2);
    expect(maskHas(mask, 400, 200)).toBe(true);
    expect(maskHas(mask, minX, minY)).toBe(false);
    expect(image.errors).toEqual([]);
  });

  it('goes on with the selected region; each stroke is one step of undo', async () => {
    await open(BRUSH);
    await keyboard.press('b');
    await drag([20, 30], [40, 30]);
    await drag([20, 60], [40, 60]);
    const both = await results();
    expect(both).toHaveLength(1);
    expect(await selected()).toEqual([both[0]?.id]);
    expect(maskHas(maskOf(both[0]), 300, 150) && maskHas(maskOf(both[0]), 300, 300)).toBe(true);
    await keyboard.press('Control+z');
    const [one] = await masks();
    expect(one && maskHas(one, 300, 150) && !maskHas(one, 300, 300)).toBe(true);
    await keyboard.press('Control+Shift+z');
    expect(await results()).toEqual(both);
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    expect(await results()).toEqual([]);
  });

  it('starts another region when none is selected', async () => {
    await open(BRUSH);
    await keyboard.press('b');
    await drag([20, 30], [40, 30]);
    await keyboard.press('Escape');
    await keyboard.press('2');
    await drag([60, 30], [80, 30]);
    expect((await results()).map((item) => item.value['brushlabels'])).toEqual([['Car'], ['Bus']]);
  });

  it('erases with the right button and with the eraser, to nothing; then the region is gone, in one step', async () => {
    await open(BRUSH, [brushItem('a', square(300, 150, 100))]);
    await keyboard.press('v');
    await click(35, 40);
    expect(await selected()).toEqual(['a']);
    await keyboard.press('b');
    await mouse.move(...at(35, 25));
    await mouse.down({ button: 'right' });
    await mouse.move(...at(35, 55), { steps: 4 });
    await mouse.up({ button: 'right' });
    const [cut] = await masks();
    expect(cut && maskHas(cut, 350, 200)).toBe(false);
    expect(cut && maskHas(cut, 310, 200) && maskHas(cut, 390, 200)).toBe(true);
    expect(maskArea(cut as Mask)).toBeLessThan(100 * 100 - 15 * 100);
    await keyboard.press('e');
    for (let i = 0; i < 20; i++) await keyboard.press(']');
    await drag([25, 40], [45, 40]);
    expect(await results()).toEqual([]);
    await keyboard.press('Control+z');
    expect(maskArea((await masks())[0] as Mask)).toBe(maskArea(cut as Mask));
  });

  it('makes the brush larger and smaller by keys, and keeps its size from task to task', async () => {
    // A configuration of its own: sizes chosen before hold as long as the configuration stays.
    const config = BRUSH.replace('strokeWidth="20"', 'strokeWidth="21"');
    await open(config);
    await keyboard.press('b');
    await click(30, 50);
    const area = async () => maskArea((await masks())[0] as Mask);
    const first = await area();
    await keyboard.press('Control+z');
    await keyboard.press('1');
    for (let i = 0; i < 5; i++) await keyboard.press(']');
    await click(30, 50);
    const second = await area();
    expect(second).toBeGreaterThan(2 * first);
    await open(config);
    await keyboard.press('b');
    await click(30, 50);
    expect(await area()).toBe(second);
    await keyboard.press('Control+z');
    await keyboard.press('1');
    for (let i = 0; i < 12; i++) await keyboard.press('[');
    await click(30, 50);
    expect(await area()).toBeLessThan(first / 2);
  });

  it('leaves all other items as they were, to the byte, unknown keys too', async () => {
    const others = [
      { ...brushItem('a', square(300, 150, 100), { own: [1] }), custom: { kept: true }, score: 0.5 },
      brushItem('broken', square(10, 10, 5), { rle: [1, 2, 3] }),
      { ...brushItem('draft', square(10, 10, 5), { rle: null, touches: [] }), meta: { text: ['x'] } },
    ];
    await open(BRUSH, others);
    await keyboard.press('b');
    await drag([60, 60], [80, 60]);
    const out = await results();
    expect(out).toHaveLength(4);
    expect(out.slice(0, 3)).toEqual(others);
    expect(JSON.stringify(out.slice(0, 3))).toBe(JSON.stringify(others));
    // What cannot be read is said, and the rest is shown.
    await expect.poll(notice).toContain('Region 2 cannot be shown, and is kept as it is');
  });

  it('shows masks in the colour of their label and with the opacity of their control', async () => {
    await open(BRUSH.replace('strokeWidth="20"', 'opacity="0.8"'), [brushItem('a', square(300, 150, 200))]);
    const shown = () =>
      image.page.evaluate(
        ([px, py]) => {
          const layer = document.querySelector('[data-layer="masks"]') as HTMLCanvasElement;
          const box = layer.getBoundingClientRect();
          const ctx = layer.getContext('2d') as CanvasRenderingContext2D;
          return [...ctx.getImageData(Math.round(px - box.left), Math.round(py - box.top), 1, 1).data];
        },
        at(40, 50),
      );
    const near = (wanted: readonly number[]) => async () =>
      (await shown()).every((value, i) => Math.abs(value - (wanted[i] ?? 0)) <= 2);
    await expect.poll(near([0xe0, 0x5a, 0x4f, 204])).toBe(true);
    await keyboard.press('v');
    await click(40, 50);
    await keyboard.press('2');
    await mouse.move(...at(90, 90));
    await expect.poll(near([0x2e, 0x9e, 0x6b, 204])).toBe(true);
  });

  it('shows masks and picks them to the pixel', async () => {
    const ring = new MaskEditor(square(300, 150, 200));
    for (let y = 200; y < 300; y++) ring.span(y, 350, 450, false);
    await open(BRUSH.replace('selected="true"', ''), [brushItem('ring', ring.snapshot())]);
    const alpha = (x: number, y: number) =>
      image.page.evaluate(
        ([px, py]) => {
          const layer = document.querySelector('[data-layer="masks"]') as HTMLCanvasElement;
          const box = layer.getBoundingClientRect();
          const place = [px - box.left, py - box.top].map((p) => Math.round(p * (layer.width / box.width)));
          const ctx = layer.getContext('2d') as CanvasRenderingContext2D;
          return ctx.getImageData(place[0] as number, place[1] as number, 1, 1).data[3] ?? 0;
        },
        at(x, y),
      );
    const drawn = () =>
      image.page.evaluate(() => {
        const host = document.querySelector('[data-labelkeep-editor]') as { labelkeep?: { drawnCount: number } } | null;
        return host?.labelkeep?.drawnCount;
      });
    await expect.poll(drawn).toBe(1);
    // Opacity 0.45 where the configuration says none.
    await expect.poll(async () => Math.abs((await alpha(32, 40)) - 0.45 * 255)).toBeLessThanOrEqual(1);
    expect(await alpha(40, 50)).toBe(0);
    expect(await alpha(60, 50)).toBe(0);
    await keyboard.press('v');
    await click(40, 50);
    expect(await selected()).toEqual([]);
    await click(32, 40);
    expect(await selected()).toEqual(['ring']);
    // Masks stay where they are.
    await drag([32, 40], [70, 70]);
    await keyboard.press('ArrowRight');
    expect(maskBounds((await masks())[0] as Mask)).toEqual({ minX: 300, minY: 150, maxX: 500, maxY: 350 });
    // Masks are blended in slices: a picture is there some frames later.
    await keyboard.press('Alt+h');
    await expect.poll(() => alpha(32, 40)).toBe(0);
    await expect.poll(drawn).toBe(0);
    await keyboard.press('Alt+h');
    await expect.poll(() => alpha(32, 40)).toBeGreaterThan(80);
    await keyboard.press('Backspace');
    expect(await results()).toEqual([]);
    await expect.poll(() => alpha(32, 40)).toBe(0);
  });

  it('keeps steps and undo over a reload, those that replaced others too', async () => {
    const load = async () => {
      await openDemoPage(image.page, 'sample=brush&bare=1');
      await image.measure();
    };
    await load();
    await keyboard.press('b');
    await keyboard.press('1');
    await drag([60, 10], [70, 10]);
    await drag([60, 20], [70, 20]);
    // The step that is taken back below was written.
    await expect.poll(stepsKept).toBe(2);
    await keyboard.press('Control+z');
    await drag([60, 30], [70, 30]);
    await drag([60, 40], [70, 40]);
    const states = [await results()];
    await keyboard.press('Control+z');
    states.push(await results());
    await keyboard.press('Control+Shift+z');
    await expect.poll(stepsKept).toBe(3);
    await load();
    expect(await results()).toEqual(states[0]);
    await keyboard.press('Control+z');
    expect(await results()).toEqual(states[1]);
    await keyboard.press('Control+z');
    await keyboard.press('Control+z');
    expect(await results()).toHaveLength(3);
    await image.page.evaluate(() => (window as unknown as { editor: { flush(): Promise<void> } }).editor.flush());
  });

  it('reads the strokes and the mask of a draft, and writes them as one code when one paints on', async () => {
    const wand = encodePng(square(600, 300, 50));
    const value = {
      rle: Array.from(encodeRle(square(100, 100, 50))),
      maskDataURL: `data:image/png;base64,${Buffer.from(wand).toString('base64')}`,
      touches: [
        { type: 'add', relativePoints: [50, 20, 60, 20], relativeStrokeWidth: 2, strokeWidth: 9, points: [1, 2] },
        { type: 'eraser', relativePoints: [12.5, 25], relativeStrokeWidth: 1, compositeOperation: 'destination-out' },
      ],
    };
    await open(BRUSH, [brushItem('d', emptyMask(1000, 500), value)]);
    await keyboard.press('v');
    await click(55, 20);
    expect(await selected()).toEqual(['d']);
    // Decoding was the worker's work, which the page's content policy lets run.
    expect(image.page.workers()).toHaveLength(1);
    await keyboard.press('b');
    await drag([80, 80], [85, 80]);
    const [item] = await results();
    expect(Object.keys(item?.value ?? {}).sort()).toEqual(['brushlabels', 'format', 'rle']);
    const mask = maskOf(item);
    const has = (x: number, y: number) => maskHas(mask, x, y);
    expect([has(110, 110), has(125, 125), has(550, 105), has(550, 115), has(620, 320), has(820, 400)]).toEqual([
      true,
      false,
      true,
      false,
      true,
      true,
    ]);
  });

  it('changes no locked region and says why', async () => {
    await open(BRUSH, [brushItem('a', square(300, 150, 100))]);
    await keyboard.press('v');
    await click(35, 40);
    await keyboard.press('Alt+l');
    const before = await results();
    await keyboard.press('b');
    await drag([30, 40], [60, 40]);
    expect(await results()).toEqual(before);
    await expect.poll(notice).toContain('locked');
  });

  it('gives a stroke up on Escape and on a second finger, and undo takes nothing else', async () => {
    await open(BRUSH);
    await keyboard.press('b');
    await drag([20, 30], [30, 30]);
    const before = await results();
    await mouse.move(...at(50, 50));
    await mouse.down();
    await mouse.move(...at(60, 50));
    await keyboard.press('Escape');
    await mouse.move(...at(70, 50));
    await mouse.up();
    expect(await results()).toEqual(before);
    const touch = await image.page.context().newCDPSession(image.page);
    const fingers = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: [number, number][]) => {
      const touchPoints = places.map(([x, y], id) => ({ x: at(x, y)[0], y: at(x, y)[1], id }));
      await touch.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await fingers('touchStart', [50, 50]);
    await fingers('touchMove', [55, 50]);
    await fingers('touchStart', [55, 50], [70, 50]);
    await fingers('touchMove', [50, 50], [75, 50]);
    await fingers('touchEnd');
    expect(await results()).toEqual(before);
  });

  it('paints with a pen by its pressure, and takes no notice of the palm', async () => {
    await open(BRUSH);
    await keyboard.press('b');
    const input = await image.page.context().newCDPSession(image.page);
    const pen = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', x: number, y: number, force: number) => {
      const [px, py] = at(x, y);
      const buttons = type === 'mouseReleased' ? 0 : 1;
      return input.send('Input.dispatchMouseEvent', {
        type,
        x: px,
        y: py,
        button: 'left',
        buttons,
        clickCount: 1,
        pointerType: 'pen',
        force,
      });
    };
    await pen('mousePressed', 20, 50, 0.3);
    await pen('mouseMoved', 30, 50, 0.3);
    const palm = { x: at(60, 80)[0], y: at(60, 80)[1], id: 5 };
    await input.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [palm] });
    await pen('mouseMoved', 50, 50, 1);
    await input.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await pen('mouseMoved', 60, 50, 1);
    await pen('mouseReleased', 60, 50, 0);
    const [mask, ...rest] = await masks();
    expect(rest).toEqual([]);
    if (!mask) throw new Error('The pen painted nothing.');
    const thick = (x: number) => Array.from({ length: 500 }, (_, y) => maskHas(mask, x, y)).filter(Boolean).length;
    expect(thick(250)).toBeLessThan(thick(560) / 2);
    expect(thick(560)).toBe(Math.round(20 * scale()));
  });

  it('writes a brush and its labels as two items of one region', async () => {
    await open(PAIR);
    await keyboard.press('b');
    await drag([20, 30], [40, 30]);
    await drag([20, 50], [40, 50]);
    const items = await results();
    expect(items.map((item) => [item.from_name, item.type])).toEqual([
      ['brush', 'brush'],
      ['lab', 'labels'],
    ]);
    expect(items[0]?.id).toBe(items[1]?.id);
    expect(items[1]?.value).toEqual({ ...items[0]?.value, labels: ['Car'] });
  });

  it('shows a model what was painted once one pauses, and not each stroke', async () => {
    await open(BRUSH, [], SIZE, 'annotation', true);
    const prompts = () => image.page.evaluate(() => (window as unknown as { prompts: object[] }).prompts);
    await keyboard.press('m');
    // Within one turn of the page: however busy the machine is, nobody pauses between the two.
    const asked = await image.page.evaluate(
      (strokes) => {
        for (const [from, to] of strokes) {
          const canvas = document.elementFromPoint(...from);
          const point = (type: string, [clientX, clientY]: [number, number], buttons: number) =>
            canvas?.dispatchEvent(
              new PointerEvent(type, {
                bubbles: true,
                pointerType: 'mouse',
                isPrimary: true,
                clientX,
                clientY,
                buttons,
              }),
            );
          point('pointerdown', from, 1);
          point('pointermove', to, 1);
          point('pointerup', to, 0);
        }
        return (window as unknown as { prompts: object[] }).prompts;
      },
      [
        [at(20, 30), at(40, 30)],
        [at(20, 60), at(40, 60)],
      ] as const,
    );
    expect(asked).toEqual([]);
    await expect.poll(async () => (await prompts()).length).toBe(1);
    expect(await prompts()).toEqual(await results());
  });

  it('paints with the keyboard', async () => {
    await open(BRUSH);
    await keyboard.press('b');
    await click(50, 50);
    await keyboard.press('Control+z');
    await keyboard.press('1');
    for (let i = 0; i < 3; i++) await keyboard.press('Shift+ArrowRight');
    await keyboard.press('Enter');
    const [mask] = await masks();
    const box = maskBounds(mask as Mask);
    expect(Math.abs((box.minX + box.maxX) / 2 - 530)).toBeLessThanOrEqual(3);
  });

  describe('with bit masks', () => {
    const tiny = { width: 40, height: 20 };
    const pixels = (item: { value: Record<string, unknown> } | undefined) =>
      image.page.evaluate(async (url) => {
        const picture = new Image();
        picture.src = url;
        await picture.decode();
        const canvas = document.createElement('canvas');
        canvas.width = picture.naturalWidth;
        canvas.height = picture.naturalHeight;
        const ctx = canvas.getContext('2d') as CanvasRenderingContext2D;
        ctx.drawImage(picture, 0, 0);
        const { data } = ctx.getImageData(0, 0, canvas.width, canvas.height);
        const painted: string[] = [];
        const other = new Set<string>();
        for (let i = 0; i < data.length; i += 4) {
          const [r, g, b, a] = data.slice(i, i + 4);
          if (a === 255 && r === 0 && g === 0 && b === 0)
            painted.push(`${(i / 4) % canvas.width},${Math.floor(i / 4 / canvas.width)}`);
          else if (a !== 0) other.add([r, g, b, a].join());
        }
        return { size: [canvas.width, canvas.height], painted, other: [...other] };
      }, String(item?.value['imageDataURL']));

    it('paints exactly the pixels under the pointer, as a PNG of natural size; the picture is not smoothed', async () => {
      await open(BITMASK, [], tiny);
      await keyboard.press('b');
      const middle = (x: number, y: number) => [((x + 0.5) / 40) * 100, ((y + 0.5) / 20) * 100] as const;
      await drag(middle(5, 3), middle(9, 3));
      await mouse.move(...at(...middle(7, 3)));
      await mouse.down({ button: 'right' });
      await mouse.up({ button: 'right' });
      const [item, ...rest] = await results();
      expect(rest).toEqual([]);
      expect(item).toMatchObject({ type: 'bitmasklabels', from_name: 'bits', original_width: 40, original_height: 20 });
      expect(Object.keys(item?.value ?? {}).sort()).toEqual(['bitmasklabels', 'imageDataURL']);
      expect(await pixels(item)).toEqual({ size: [40, 20], painted: ['5,3', '6,3', '8,3', '9,3'], other: [] });
      const smooth = await image.page.evaluate(
        () =>
          (document.querySelector('[data-layer="image"]') as HTMLCanvasElement).getContext('2d')?.imageSmoothingEnabled,
      );
      expect(smooth).toBe(false);
    });

    it('keeps what is no mask as it is, and says which', async () => {
      const item = (id: string, imageDataURL: string) => ({
        id,
        from_name: 'bits',
        to_name: 'img',
        type: 'bitmasklabels',
        value: { imageDataURL, bitmasklabels: ['Cell'] },
      });
      const broken = encodePng(emptyMask(40, 20)).slice(0, 60);
      const items = [
        item('a', 'https://example.org/mask.png'),
        item('b', 'data:image/png;base64,%%%'),
        item('c', `data:image/png;base64,${Buffer.from(broken).toString('base64')}`),
      ];
      await open(BITMASK, items, tiny);
      await expect.poll(notice).toContain('Region 3 cannot be shown, and is kept as it is');
      expect(await results()).toEqual(items);
      expect(image.errors).toEqual([]);
    });

    it('reads PNG masks and picks what is under the pointer while no label is in the hand', async () => {
      const editor = new MaskEditor(emptyMask(40, 20));
      for (let y = 4; y < 8; y++) editor.span(y, 10, 14, true);
      const url = `data:image/png;base64,${Buffer.from(encodePng(editor.snapshot())).toString('base64')}`;
      const item = {
        id: 'm',
        from_name: 'bits',
        to_name: 'img',
        type: 'bitmasklabels',
        value: { imageDataURL: url, bitmasklabels: ['Cell'] },
      };
      await open(BITMASK.replace(' selected="true"', ''), [item], tiny);
      expect(await results()).toEqual([item]);
      await keyboard.press('b');
      await click((12.5 / 40) * 100, (5.5 / 20) * 100);
      expect(await selected()).toEqual(['m']);
      // That pixel is painted already: nothing changed.
      expect(await results()).toEqual([item]);
      await click((20.5 / 40) * 100, (5.5 / 20) * 100);
      expect((await pixels((await results())[0])).painted).toContain('20,5');
      expect((await results())[0]?.id).toBe('m');
    });
  });
});
