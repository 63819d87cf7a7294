/** The magic wand with a real pointer: what it takes, and for which brush. */
/// <reference types="node" />
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeRle, emptyMask, encodePng, type Mask, maskArea, maskBounds } from '@labelkeep/canvas/raster';
import { describe, expect, it } from 'vitest';
import { useImagePage } from '../../image/test/image-page';
import { hasChromium } from '../../image/test/page';

const WAND =
  '<Magicwand name="wand" toName="img" blurRadius="0" defaultThreshold="10"/><Image name="img" value="$image"/>';
/** `Car` is in the hand when a task is opened. */
const BRUSH = `<View>
  <BrushLabels name="mask" toName="img" strokeWidth="20"><Label value="Car" background="#e05a4f" selected="true"/><Label value="Bus" background="#2e9e6b"/></BrushLabels>
  ${WAND}</View>`;
const TWO_BRUSHES = `<View><BrushLabels name="things" toName="img"><Label value="Car"/></BrushLabels>
  <BrushLabels name="animals" toName="img"><Label value="Dog"/></BrushLabels>${WAND}</View>`;
const SIZE = { width: 1000, height: 500 };

describe.skipIf(!hasChromium)('the magic wand on an image', () => {
  const image = useImagePage();
  const { open, results, at, mouse, keyboard, drag, click } = image;
  const maskOf = (item: { value: Record<string, unknown> } | undefined) =>
    decodeRle(Uint8Array.from((item?.value['rle'] as number[]) ?? []), SIZE.width, SIZE.height);
  const masks = async () => (await results()).map(maskOf);
  const notice = async () => (await image.page.locator('[aria-live]').allTextContents()).join(' ');
  const openPicture = async (address?: string, config = BRUSH) => {
    await open(config);
    await image.page.evaluate(
      async ([config, given]) => {
        const canvas = document.createElement('canvas');
        canvas.width = 1000;
        canvas.height = 500;
        const draw = canvas.getContext('2d') as CanvasRenderingContext2D;
        draw.fillStyle = '#303030';
        draw.fillRect(0, 0, 1000, 500);
        draw.fillStyle = '#a04040';
        draw.fillRect(200, 100, 200, 200);
        draw.fillStyle = '#b85858';
        draw.fillRect(400, 100, 100, 200);
        const task = { id: `wand-${Math.random()}`, data: { image: given ?? canvas.toDataURL() } };
        const page = window as unknown as { editor: { update(options: object): Promise<void> } };
        await page.editor.update({ config, task, annotations: [], predictions: [], drafts: [] });
      },
      [config, address] as const,
    );
    await image.measure();
    await keyboard.press('w');
  };

  it('takes the area of one colour, and further colours the further one drags, for the brush of the image', async () => {
    await openPicture();
    await click(30, 40);
    await expect.poll(async () => (await results()).length).toBe(1);
    const [item] = await results();
    expect(item).toMatchObject({ from_name: 'mask', type: 'brushlabels' });
    expect(item?.value['brushlabels']).toEqual(['Car']);
    expect(maskBounds(maskOf(item))).toEqual({ minX: 200, minY: 100, maxX: 400, maxY: 300 });
    await keyboard.press('Control+z');
    await keyboard.press('1');
    await mouse.move(...at(30, 40));
    await mouse.down();
    const [x, y] = at(30, 40);
    await mouse.move(x + 40, y + 30, { steps: 4 });
    await mouse.up();
    await expect.poll(async () => (await results()).length).toBe(1);
    expect(maskBounds(maskOf((await results())[0]))).toEqual({ minX: 200, minY: 100, maxX: 500, maxY: 300 });
    // The right button takes away from the selected region.
    await mouse.move(...at(45, 40));
    await mouse.down({ button: 'right' });
    await mouse.up({ button: 'right' });
    await expect.poll(async () => maskArea((await masks())[0] as Mask)).toBe(200 * 200);
  });

  it('stays in the hand when another label is chosen', async () => {
    await openPicture();
    await keyboard.press('2');
    await click(30, 40);
    await expect.poll(async () => (await results()).length).toBe(1);
    expect((await results())[0]?.value['brushlabels']).toEqual(['Bus']);
  });

  it('paints for the brush whose label is chosen, where an image has several', async () => {
    await openPicture(undefined, TWO_BRUSHES);
    await image.page.getByRole('button', { name: 'Dog' }).click();
    await click(30, 40);
    await expect.poll(async () => (await results()).length).toBe(1);
    expect((await results())[0]).toMatchObject({ from_name: 'animals', value: { brushlabels: ['Dog'] } });
    await keyboard.press('u');
    await image.page.getByRole('button', { name: 'Car' }).click();
    await click(45, 40);
    await expect.poll(async () => (await results()).length).toBe(2);
    expect((await results())[1]).toMatchObject({ from_name: 'things', value: { brushlabels: ['Car'] } });
  });

  it('says why it cannot read a picture from a server that does not allow it', async () => {
    const png = encodePng(emptyMask(SIZE.width, SIZE.height));
    const server = createServer((_request, response) => response.setHeader('content-type', 'image/png').end(png));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      await openPicture(`http://localhost:${(server.address() as AddressInfo).port}/picture.png`);
      await click(30, 40);
      await expect.poll(notice).toContain('CORS');
      expect(await results()).toEqual([]);
      await keyboard.press('b');
      await drag([20, 40], [60, 40]);
      expect(await results()).toHaveLength(1);
    } finally {
      server.close();
    }
  });
});
