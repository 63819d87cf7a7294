/** The labeling editor on a page: waiting for it, pointing at words and pictures, reading what it holds. */

/** Waits until a task is shown; with `other`, until another one than that is. */
export async function taskShown(page, other) {
  const shown = await page.waitForFunction((before) => {
    const state = document.querySelector('[data-labelkeep-editor]')?.labelkeep;
    return state?.ready && state.taskId !== before ? state.taskId : undefined;
  }, other);
  return shown.jsonValue();
}

/** Regions of the open annotation. */
export async function regionCount(page) {
  return page.evaluate(() => document.querySelector('[data-labelkeep-editor]').labelkeep.regionCount);
}

/** Waits until the open annotation has so many regions. */
export async function regionsAre(page, number) {
  await page.waitForFunction(
    (wanted) => document.querySelector('[data-labelkeep-editor]')?.labelkeep?.regionCount === wanted,
    number,
  );
}

/** Page rectangle of the first place where a text stands in a Text object. */
async function wordBox(page, word) {
  return page.evaluate((wanted) => {
    const walker = document.createTreeWalker(document.querySelector('[role=document]'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode.data.indexOf(wanted);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + wanted.length);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x, y, width, height };
    }
    throw new Error(`The text has no “${wanted}”.`);
  }, word);
}

/** Drags over a word. */
export async function dragOver(page, word) {
  const box = await wordBox(page, word);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 0.5, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, y, { steps: 3 });
  await page.mouse.move(box.x + box.width - 0.5, y, { steps: 3 });
  await page.mouse.up();
}

/** Draws in a picture from one corner to another, in parts of its width and height. */
export async function drawOn(page, object, [fromX, fromY], [toX, toY]) {
  const box = await page.evaluate((name) => {
    const { x, y, width, height } = document.querySelector('[data-labelkeep-editor]').labelkeep.objectBox(name);
    return { x, y, width, height };
  }, object);
  await page.mouse.move(box.x + fromX * box.width, box.y + fromY * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + ((fromX + toX) / 2) * box.width, box.y + ((fromY + toY) / 2) * box.height, {
    steps: 3,
  });
  await page.mouse.move(box.x + toX * box.width, box.y + toY * box.height, { steps: 3 });
  await page.mouse.up();
}
