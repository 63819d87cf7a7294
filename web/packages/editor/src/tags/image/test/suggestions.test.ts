/** Suggestions of a model on an image, with real pointers and keys. */
import { describe, expect, it } from 'vitest';
import { useImagePage } from './image-page';
import { hasChromium } from './page';

const CONFIG = `<View><Image name="img" value="$image"/><KeyPointLabels name="dot" toName="img" smart="true"><Label value="Car"/></KeyPointLabels>
<RectangleLabels name="box" toName="img"><Label value="Car" background="#e11d48"/></RectangleLabels></View>`;

describe.skipIf(!hasChromium)('suggestions on an image', () => {
  const image = useImagePage();
  const { open, click, keyboard, results } = image;

  /** A model that answers with two boxes beside the point. */
  async function openWithModel() {
    await open(CONFIG, [], undefined, 'annotation', true);
    await image.page.evaluate(async () => {
      const item = (point: { x: number; y: number }, by: number) => ({
        id: `m${by}`,
        from_name: 'box',
        to_name: 'img',
        type: 'rectanglelabels',
        score: 0.9,
        value: { x: point.x + by, y: point.y - 10, width: 15, height: 20, rotation: 0, rectanglelabels: ['Car'] },
      });
      const page = window as unknown as { editor: { update(options: object): Promise<void> } };
      await page.editor.update({
        onPrompt: async ({ result }: { result: { value: { x: number; y: number } }[] }) => {
          const point = result[0]?.value ?? { x: 0, y: 0 };
          return { result: [item(point, 2), item(point, -20)] };
        },
      });
    });
    await keyboard.press('1');
    await keyboard.press('m');
  }
  const bar = () => image.page.getByRole('region', { name: 'Suggestions of the model' });

  it('are shown beside their count; the bar accepts all, one undo takes them back', async () => {
    await openWithModel();
    await click(50, 50);
    await bar().getByText('2 suggestions').waitFor();
    expect((await results()).map((one) => one.type)).toEqual(['keypointlabels']);
    await bar().getByRole('button', { name: 'Accept all' }).click();
    await bar().waitFor({ state: 'detached' });
    expect((await results()).map((one) => one.type)).toEqual(['rectanglelabels', 'rectanglelabels']);
    await keyboard.press('Control+z');
    expect((await results()).map((one) => one.type)).toEqual(['keypointlabels']);
    expect(image.errors).toEqual([]);
  });

  it('are decided on one by one in their rows, and by keys', async () => {
    await openWithModel();
    await click(50, 50);
    await bar().waitFor();
    await image.page.getByRole('button', { name: 'Reject suggestion' }).first().click();
    await bar().getByText('1 suggestion').waitFor();
    await keyboard.press('Alt+y');
    await bar().waitFor({ state: 'detached' });
    expect((await results()).map((one) => one.value.x)).toEqual([expect.closeTo(30, 0)]);
  });

  it('are decided on beside the region; the rest of the screen counts none of them', async () => {
    await openWithModel();
    await click(50, 50);
    await bar().waitFor();
    const accept = image.page.getByRole('button', { name: /^Accept Car/ });
    await expect.poll(() => accept.count()).toBe(2);
    await expect.poll(() => image.page.getByRole('tab', { name: 'Regions' }).textContent()).toBe('Regions1');
    await accept.first().click();
    await bar().getByText('1 suggestion').waitFor();
    await image.page.getByRole('button', { name: /^Reject Car/ }).click();
    await bar().waitFor({ state: 'detached' });
    expect((await results()).map((one) => one.type)).toEqual(['rectanglelabels']);
  });

  it('have a switch that takes the tools of the model away', async () => {
    await openWithModel();
    const tool = image.page.getByRole('button', { name: 'Key point, asks the model' });
    await tool.waitFor();
    await image.page.getByRole('switch', { name: 'Auto-annotation' }).click();
    await tool.waitFor({ state: 'detached' });
    await keyboard.press('Shift+y');
    await tool.waitFor();
  });
});
