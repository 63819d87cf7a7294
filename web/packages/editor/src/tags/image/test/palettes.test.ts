/** Several label palettes over one image: what each draws can be seen, and the image keeps its room. */
import { describe, expect, it } from 'vitest';
import { rectangle, useImagePage } from './image-page';
import { hasChromium } from './page';

const LABELS = ['Car', 'Road', 'Sky'].map((value) => `<Label value="${value}"/>`).join('');
const TAGS = ['Rectangle', 'Ellipse', 'Polygon', 'Vector', 'KeyPoint', 'Brush', 'Bitmask'];
const SEVEN = `<View><Image name="img" value="$image"/>${TAGS.map(
  (tag) => `<${tag}Labels name="${tag}" toName="img">${LABELS}</${tag}Labels>`,
).join('')}</View>`;
const ONE = `<View><Image name="img" value="$image"/><RectangleLabels name="label" toName="img">${LABELS}</RectangleLabels></View>`;

describe.skipIf(!hasChromium)('label palettes of an image', () => {
  const image = useImagePage();

  it('stand in one block that leaves the image most of the height', async () => {
    await image.open(SEVEN);
    const heights = await image.page.evaluate(() => {
      const tops = [...document.querySelectorAll('[role=toolbar][aria-label^="Labels "]')].map(
        (one) => one.getBoundingClientRect().top,
      );
      const object = document.querySelector('[data-object]') as HTMLElement;
      const area = document.querySelector('[data-object]')?.closest('main, section');
      return { rows: new Set(tops).size, palettes: tops.length, object: object.offsetHeight, area: area?.clientHeight };
    });
    expect(heights.palettes).toBe(7);
    expect(heights.rows).toBeLessThan(7);
    expect(heights.object).toBeGreaterThan(0.6 * (heights.area ?? Number.POSITIVE_INFINITY));
  });

  it('say which tool they draw with, but only where there are several', async () => {
    await image.open(SEVEN);
    const named = () =>
      image.page.locator('[role=img]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    await expect.poll(named).toEqual(expect.arrayContaining(['Rectangle', 'Ellipse', 'Polygon', 'Key point', 'Brush']));
    // So do the commands, of which seven would have one name.
    await image.keyboard.press('Control+k');
    await image.keyboard.type('label sky');
    const commands = async () => {
      const texts = await image.page.getByRole('option').allTextContents();
      return new Set(texts.map((one) => one.replace(/Labels.*/, ''))).size;
    };
    await expect.poll(commands).toBe(7);
    await image.keyboard.press('Escape');
    await image.open(ONE);
    expect(await named()).not.toContain('Rectangle');
  });

  it('numbers of a region are shown whole beside them', async () => {
    await image.open(ONE.replace('name="label"', 'name="rect"'), [
      { ...rectangle('a', { x: 61.675, y: 20.125, width: 28.333, height: 50.25, rotation: 0 }), from_name: 'rect' },
    ]);
    await image.page.getByRole('treeitem').first().click();
    const numbers = image.page.locator('input[type=number]');
    await expect
      .poll(() => numbers.evaluateAll((all) => (all as HTMLInputElement[]).map((one) => one.value)))
      .toEqual(['61.675', '20.125', '28.333', '50.25', '0']);
    const fields = await numbers.evaluateAll((all) =>
      (all as HTMLInputElement[]).map((one) => {
        const look = getComputedStyle(one);
        const pen = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
        pen.font = look.font;
        const room = one.clientWidth - Number.parseFloat(look.paddingLeft) - Number.parseFloat(look.paddingRight);
        return { whole: pen.measureText(one.value).width <= room, arrows: look.appearance };
      }),
    );
    // The browser's arrows would take the room of two digits.
    for (const one of fields) expect(one).toMatchObject({ whole: true, arrows: 'textfield' });
  });

  it('take no press while a prediction is looked at, and the note over it leaves the image on the screen', async () => {
    await image.open(
      ONE,
      [rectangle('a', { x: 10, y: 10, width: 20, height: 20, rotation: 0 })],
      undefined,
      'prediction',
    );
    await image.page.getByRole('tab', { name: 'New annotation' }).click();
    const car = image.page.getByRole('button', { name: 'Car' });
    await expect.poll(() => car.isEnabled()).toBe(true);
    await image.page.getByRole('tab', { name: /m1/ }).click();
    await image.page.getByText('A prediction can’t be changed.').waitFor();
    await expect.poll(() => car.isEnabled()).toBe(false);
    await expect
      .poll(() =>
        image.page.evaluate(() => {
          const object = document.querySelector('[data-object]') as HTMLElement;
          const area = object.closest('main') as HTMLElement;
          return object.getBoundingClientRect().bottom - area.getBoundingClientRect().bottom;
        }),
      )
      .toBeLessThanOrEqual(0);
  });
});
