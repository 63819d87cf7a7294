/** The labeling page of either product, driven as an annotator does it: by address, pointer and keys. */
import { BOXES } from './work.mjs';

/** What both have in common; a product says where its picture is and when something is shown. */
class LabelingPage {
  constructor(page, url) {
    this.page = page;
    this.url = url;
    this.count = 0;
  }

  async signIn(email, password) {
    await this.page.goto(`${this.url}/user/login/`);
    await this.page.fill('input[name=email]', email);
    await this.page.fill('input[name=password]', password);
    await Promise.all([this.page.waitForURL((address) => !address.pathname.includes('login')), this.page.keyboard.press('Enter')]);
    this.devtools = await this.page.context().newCDPSession(this.page);
    await this.devtools.send('Network.enable');
  }

  address(project, task) {
    return `${this.url}/projects/${project}/data?task=${task}`;
  }

  /** Seconds from the address to the last region on the screen, with nothing in the browser's cache. */
  async openCold(project, task, count) {
    await this.page.goto('about:blank');
    await this.devtools.send('Network.clearBrowserCache');
    const begun = performance.now();
    await this.page.goto(this.address(project, task), { waitUntil: 'commit' });
    await this.shown(task, count);
    this.count = count;
    return (performance.now() - begun) / 1000;
  }

  /** Kilobytes of scripts that came over the wire until the task could be worked on. */
  async scriptBytes(project, task) {
    const scripts = new Set();
    let bytes = 0;
    const started = ({ requestId, type }) => type === 'Script' && scripts.add(requestId);
    const finished = ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    };
    this.devtools.on('Network.responseReceived', started);
    this.devtools.on('Network.loadingFinished', finished);
    await this.openCold(project, task, 0);
    this.devtools.off('Network.responseReceived', started);
    this.devtools.off('Network.loadingFinished', finished);
    return bytes / 1000;
  }

  /** Megabytes of JavaScript objects after a collection. */
  async heap() {
    await this.devtools.send('HeapProfiler.enable');
    await this.devtools.send('HeapProfiler.collectGarbage');
    return (await this.devtools.send('Runtime.getHeapUsage')).usedSize / 1e6;
  }

  nodes() {
    return this.page.evaluate(() => document.querySelectorAll('*').length);
  }

  /** Middle of one of the rectangles that `BOXES` lays out, near the middle of the picture. */
  async target() {
    const boxes = BOXES(this.count);
    const { x, y, width, height } = boxes[Math.floor(boxes.length / 2 + Math.sqrt(boxes.length) / 2)].value;
    const box = await this.box();
    return { x: box.x + ((x + width / 2) / 100) * box.width, y: box.y + ((y + height / 2) / 100) * box.height };
  }

  /** Milliseconds from the release of the button to the frame that shows the selection. */
  async selectOne() {
    const { x, y } = await this.target();
    await this.page.evaluate(`
      window.benchSelected = new Promise((done, failed) => {
        setTimeout(() => failed(new Error('nothing was selected')), 60_000);
        addEventListener('pointerup', () => {
          const begun = performance.now();
          const look = () => (${this.selected}) ? requestAnimationFrame(() => done(performance.now() - begun)) : requestAnimationFrame(look);
          look();
        }, { once: true, capture: true });
      });
      undefined;
    `);
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.up();
    return this.page.evaluate('window.benchSelected');
  }

  /** Time between frames while `work` runs, in milliseconds: the quantile, or with 1 the longest. */
  async frames(work, quantile = 0.95) {
    await this.page.evaluate(() => {
      window.benchFrames = [];
      let last = performance.now();
      const tick = (now) => {
        if (!window.benchFrames) return;
        window.benchFrames.push(now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    await work();
    const times = await this.page.evaluate(() => {
      const taken = window.benchFrames;
      window.benchFrames = null;
      return taken;
    });
    times.sort((left, right) => left - right);
    return times[Math.min(times.length - 1, Math.floor(times.length * quantile))];
  }

  async dragFrames(quantile) {
    const { x, y } = await this.target();
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    const time = await this.frames(async () => {
      for (let step = 1; step <= 60; step++) await this.page.mouse.move(x + step, y + Math.sin(step / 5) * 20);
    }, quantile);
    await this.page.mouse.up();
    return time;
  }

  async zoomFrames() {
    const { x, y } = await this.target();
    await this.page.mouse.move(x, y);
    await this.page.keyboard.down('Control');
    const time = await this.frames(async () => {
      for (let step = 0; step < 40; step++) await this.page.mouse.wheel(0, step < 20 ? -60 : 60);
      await this.settled();
    });
    await this.page.keyboard.up('Control');
    return time;
  }

  settled() {
    return this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  /** Seconds from Submit to the next task of the stream, drawn. The tasks carry the person's drafts. */
  async nextTask(project, first, second, count) {
    await this.page.goto(`${this.url}/projects/${project}/data?labeling=1`);
    await this.shown(first, count);
    await this.settled();
    await this.page.waitForTimeout(3000); // an annotator looks at the task first; what is fetched ahead is there by then
    const begun = performance.now();
    await this.page.keyboard.press('Control+Enter');
    await this.shown(second, count);
    return (performance.now() - begun) / 1000;
  }
}

/** Ours. */
export class Labelkeep extends LabelingPage {
  selected = `document.querySelector('[data-labelkeep-editor]').labelkeep.selectedIds.length === 1`;

  async shown(task, count) {
    await this.page.waitForFunction(
      ([task, count]) => {
        const state = document.querySelector('[data-labelkeep-editor]')?.labelkeep;
        return state?.ready && Number(state.taskId) === task && state.regionCount === count && (count === 0 || state.drawnCount > 0);
      },
      [task, count],
      { polling: 'raf' },
    );
    await this.settled();
  }

  async box() {
    return this.page.evaluate(() => {
      const state = document.querySelector('[data-labelkeep-editor]').labelkeep;
      const { x, y, width, height } = state.objectBox('image') ?? state.objectBox('text');
      return { x, y, width, height };
    });
  }

  async panFrames() {
    const { x, y } = await this.target();
    await this.page.keyboard.press('h');
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    const time = await this.frames(async () => {
      for (let step = 1; step <= 60; step++) await this.page.mouse.move(x + step * 2, y + step);
    });
    await this.page.mouse.up();
    await this.page.keyboard.press('v');
    return time;
  }

  /** From a change until its draft is on the server: the browser's own copy and the draft are made meanwhile. */
  async keepFrames() {
    const sent = this.page.waitForResponse((answer) => /drafts/.test(answer.url()) && answer.request().method() !== 'GET');
    const time = await this.frames(async () => {
      await this.page.keyboard.press('ArrowRight');
      await sent;
    }, 1);
    return time;
  }

  async dragVertexFrames() {
    const box = await this.box();
    await this.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    // The first point of the outline lies to the right of the middle: radius 0.7 of 45 %.
    const [x, y] = [box.x + box.width * (0.5 + 0.7 * 0.45 / 2), box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    const time = await this.frames(async () => {
      for (let step = 1; step <= 40; step++) await this.page.mouse.move(x + step, y - step);
    });
    await this.page.mouse.up();
    return time;
  }

  async scrollFrames() {
    const box = await this.box();
    await this.page.mouse.move(box.x + box.width / 2, Math.max(box.y, 0) + 200);
    return this.frames(async () => {
      for (let step = 0; step < 60; step++) await this.page.mouse.wheel(0, 200);
      await this.settled();
    });
  }

  /** While ten spans are marked one after the other: the label by its key, the text by the mouse. */
  async spanFrames() {
    const box = await this.box();
    const count = () => this.page.evaluate(() => document.querySelector('[data-labelkeep-editor]').labelkeep.regionCount);
    const before = await count();
    // A scrolled text goes on above the area that shows it.
    const [x, y] = [box.x + 40, Math.max(box.y, 0) + 200];
    const time = await this.frames(async () => {
      for (let line = 0; line < 10; line++) {
        await this.page.keyboard.press('1');
        await this.page.mouse.move(x, y + line * 30);
        await this.page.mouse.down();
        await this.page.mouse.move(x + 60, y + line * 30, { steps: 3 });
        await this.page.mouse.up();
        // A person looks at the span before the next key; without that, frames would hold the work of several gestures.
        await this.settled();
        await this.page.keyboard.press('Escape');
        await this.page.keyboard.press('Escape');
        await this.settled();
      }
    }, 1);
    const made = (await count()) - before;
    if (made !== 10) throw new Error(`${made} of 10 spans were made`);
    return time;
  }

  async strokeFrames() {
    const box = await this.box();
    await this.page.keyboard.press('1');
    await this.page.keyboard.press('b');
    const [x, y] = [box.x + box.width * 0.2, box.y + box.height * 0.5];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    const time = await this.frames(async () => {
      for (let step = 1; step <= 60; step++) await this.page.mouse.move(x + step * 5, y + Math.sin(step / 6) * 60);
    }, 1);
    await this.page.mouse.up();
    return time;
  }

  submitFrames() {
    return this.frames(async () => {
      const saved = this.page.waitForResponse((answer) => /annotations/.test(answer.url()) && answer.request().method() !== 'GET');
      await this.page.keyboard.press('Control+Enter');
      await saved;
    }, 1);
  }

  /** Megabytes that stay after all of the tasks were opened one after the other in one page. */
  async growth(project, tasks, count) {
    await this.page.goto(this.address(project, tasks[0]));
    let before = 0;
    for (const [index, task] of tasks.entries()) {
      await this.page.evaluate((address) => {
        history.pushState({}, '', address);
        dispatchEvent(new PopStateEvent('popstate'));
      }, this.address(project, task));
      await this.shown(task, count);
      if (index === 9) before = await this.heap();
    }
    return (await this.heap()) - before;
  }
}

/** Label Studio 1.23.2; its store is reachable as `Htx`. */
export class LabelStudio extends LabelingPage {
  selected = 'window.Htx.annotationStore.selected.selectionSize === 1';

  async shown(task, count) {
    await this.page.waitForFunction(
      ([task, count]) => {
        const store = window.Htx;
        const annotation = store?.annotationStore?.selected;
        if (!annotation || Number(store.task?.id) !== task) return false;
        if ((annotation.regions?.length ?? 0) !== count) return false;
        const image = annotation.names?.get('image');
        return image ? Boolean(image.imageIsLoaded ?? image.currentImageEntity?.imageLoaded) : true;
      },
      [task, count],
      { polling: 'raf' },
    );
    await this.settled();
  }

  async box() {
    const canvas = await this.page.locator('.konvajs-content').first().boundingBox();
    return canvas;
  }
}
