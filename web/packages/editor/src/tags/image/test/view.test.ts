/** How an image is shown, turned, zoomed and panned. */
import { describe, expect, it } from 'vitest';
import { LABELS, rectangle, useImagePage } from './image-page';
import { hasChromium } from './page';

const ANY = expect.any(Number);

describe.skipIf(!hasChromium)('view of an image', () => {
  const image = useImagePage();
  const { open, measure, results, selected, at, mouse, keyboard, drag, click, near } = image;

  it('shows a region where its numbers say, to the pixel', async () => {
    await open(LABELS.replace('selected="true"', ''), [
      rectangle('a', { x: 25, y: 30, width: 20, height: 40, rotation: 0 }),
    ]);
    // Columns and rows of the layer of regions where a red outline is, on a line through the middle of the region.
    const edges = () =>
      image.page.evaluate(() => {
        const layer = document.querySelector('[data-object="img"] [data-layer="regions"]') as HTMLCanvasElement;
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
    await expect.poll(edges).toEqual({ columns: [ANY, ANY], rows: [ANY, ANY] });
    const { columns, rows } = await edges();
    for (const [drawn, wanted] of [
      [columns[0], at(25, 0)[0]],
      [columns[1], at(45, 0)[0]],
      [rows[0], at(0, 30)[1]],
      [rows[1], at(0, 70)[1]],
    ] as const) {
      expect(Math.abs((drawn ?? 0) - wanted)).toBeLessThanOrEqual(1);
    }
  });

  it('zooms about the pointer with ctrl and the wheel, and pans with shift', async () => {
    await open(LABELS, [rectangle('a', { x: 45, y: 45, width: 10, height: 10, rotation: 0 })]);
    // Pointers stand on whole pixels.
    const [x, y] = at(30, 30);
    const pointer: [number, number] = [Math.round(x), Math.round(y)];
    const wanted = {
      x: ((pointer[0] - image.box.x) / image.box.width) * 1000,
      y: ((pointer[1] - image.box.y) / image.box.height) * 500,
    };
    await mouse.move(...pointer);
    await keyboard.down('Control');
    for (let i = 0; i < 8; i++) await mouse.wheel(0, -100);
    await keyboard.up('Control');
    const look = ([x, y]: [number, number]) => {
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
    };
    const place = () => image.page.evaluate(look, pointer);
    await expect.poll(async () => (await place()).factor).toBeCloseTo(1.1 ** 8, 6);
    const under = await place();
    expect(under.x).toBeCloseTo(wanted.x, 3);
    expect(under.y).toBeCloseTo(wanted.y, 3);
    await keyboard.down('Shift');
    await drag([50, 50], [40, 40]);
    await keyboard.up('Shift');
    expect(await results()).toHaveLength(1);
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
    near((await results())[0]?.value.x, 25);
  });

  it('opens with the view turned as it was saved', async () => {
    const made = { ...rectangle('a', { x: 0, y: 0, width: 20, height: 40, rotation: 0 }), image_rotation: 90 };
    await open(LABELS, [made]);
    expect(image.box.height).toBeGreaterThan(image.box.width);
    await keyboard.press('v');
    // The upper left corner of the image is at the upper right of the screen.
    await click(90, 5);
    expect(await selected()).toEqual(['a']);
    expect(await results()).toEqual([made]);
  });

  it('turns the view and draws in the coordinates of the unturned image', async () => {
    await open(LABELS);
    await keyboard.press('Alt+ArrowRight');
    await measure();
    // On the screen now: x runs from the lower border of the image to its upper one.
    await drag([0, 0], [50, 30]);
    const [item] = await results();
    expect(item?.image_rotation).toBe(90);
    near(item?.value.x, 0, 0.3);
    near(item?.value.width, 30, 0.3);
    near(item?.value.y, 50, 0.3);
    near(item?.value.height, 50, 0.3);
  });

  it('stays where it is when a question about a region comes and goes', async () => {
    const choices = Array.from({ length: 8 }, (_, index) => `<Choice value="Answer ${index}"/>`).join('');
    const question = `<Choices name="q" toName="img" perRegion="true" visibleWhen="region-selected">${choices}</Choices>`;
    const config = LABELS.replace('selected="true"', '').replace('</View>', `${question}</View>`);
    const boxes = [
      rectangle('a', { x: 10, y: 10, width: 30, height: 30, rotation: 0 }),
      rectangle('b', { x: 60, y: 10, width: 30, height: 30, rotation: 0 }),
    ];
    const size = { width: 1000, height: 1000 };
    await open(config, boxes, size);
    const bare = image.box;
    await click(25, 25);
    await image.page.getByText('Answer 7').waitFor();
    await measure();
    const asked = image.box;
    expect(asked.height).toBeLessThan(bare.height);
    await keyboard.press('Escape');
    await image.page.getByText('Answer 7').waitFor({ state: 'hidden' });
    await measure();
    expect(image.box).toEqual(asked);
    await click(75, 25);
    expect(await selected()).toEqual(['b']);
    await measure();
    expect(image.box).toEqual(asked);
    // The next task of the same configuration opens with that room.
    await open(config, boxes, size);
    expect(image.box).toEqual(asked);
  });

  it('says why an image is not shown', async () => {
    await image.page.evaluate(async () => {
      const page = window as unknown as { editor: { update(options: object): Promise<void> } };
      await page.editor.update({ task: { id: 'missing', data: { image: '/missing.png' } }, annotations: [] });
    });
    const alert = image.page.locator('[data-object="img"] [role="alert"]');
    await alert.waitFor();
    await expect.poll(() => alert.textContent()).toContain('404');
    await expect.poll(() => alert.textContent()).toContain('/missing.png');
  });
});
