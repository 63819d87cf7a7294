// The labeling editor in headless Chromium, ours or Label Studio's: what an annotator waits for.
//
//   node bench/editor.mjs --kind labelkeep|label-studio --url http://localhost:8080 --email E --password P --token T [--quick]
//
// Prints one JSON line for each figure: {"name", "value", "unit"}. `bench/run.py` starts the servers and puts the two side by side.
import { parseArgs } from 'node:util';
import { launch } from './browser/chromium.mjs';
import { Labelkeep, LabelStudio } from './browser/pages.mjs';
import { Server } from './browser/server.mjs';
import { BOXES, IMAGE_CONFIG, LABELS, MASK_CONFIG, POLYGON_CONFIG, TEXT_CONFIG } from './browser/work.mjs';

const { values: options } = parseArgs({
  options: {
    kind: { type: 'string' },
    url: { type: 'string' },
    email: { type: 'string' },
    password: { type: 'string' },
    token: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const ours = options.kind === 'labelkeep';
const server = new Server(options);
const Editor = ours ? Labelkeep : LabelStudio;

function note(name, value, unit) {
  console.log(JSON.stringify({ name, value, unit }));
}

/** Seconds that all figures of the other product may take together; those that are still to come then are left out. */
const BUDGET = ours ? Number.POSITIVE_INFINITY : 15 * 60;
/** Seconds that one may take. */
const PATIENCE = ours ? 120 : 150;
const begun = performance.now();
const isLate = () => performance.now() - begun > BUDGET * 1000;

function leftOut(name, why) {
  console.error(`${options.kind}: ${name}: ${why}`);
}

/** One figure, and whether it could be measured; what fails is said and does not end the run. */
async function figure(name, unit, measure) {
  if (isLate()) {
    leftOut(name, `left out, ${BUDGET} s are over`);
    return false;
  }
  try {
    note(name, await measure(), unit);
    return true;
  } catch (error) {
    leftOut(name, String(error.message ?? error).split('\n')[0]);
    return false;
  }
}

/** A figure of opening a task, and those that are measured on what is open then: without it they are nothing. */
async function opened(first, ...others) {
  const isOpen = await figure(...first);
  for (const other of others) {
    if (isOpen) await figure(...other);
    else leftOut(other[0], 'left out, as its task did not open');
  }
}

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE * 1000);
const editor = new Editor(page, options.url);
await editor.signIn(options.email, options.password);

// Boxes and outlines on one large picture.
const image = await server.project('Editor bench: pictures', IMAGE_CONFIG);
const picture = await server.picture(image, 4000, 3000);
const empty = await server.task(image, { image: picture }, []);
await figure('editor: JavaScript of an image task, compressed', 'kB', () => editor.scriptBytes(image, empty));
await figure('editor: ready, cold', 's', () => editor.openCold(image, empty, 0));
await figure('editor: 1,000 rectangles drawn, cold', 's', async () => {
  const task = await server.task(image, { image: picture }, BOXES(1000));
  return editor.openCold(image, task, 1000);
});
const fiveThousand = await server.task(image, { image: picture }, BOXES(5000));
await opened(
  ['editor: 5,000 rectangles drawn, cold', 's', () => editor.openCold(image, fiveThousand, 5000)],
  ['editor: heap with 5,000 rectangles', 'MB', () => editor.heap()],
  ['editor: select one of 5,000', 'ms', () => editor.selectOne()],
  ['editor: drag one of 5,000, p95 frame', 'ms', () => editor.dragFrames()],
  ['editor: zoom with 5,000, p95 frame', 'ms', () => editor.zoomFrames()],
);

// What the other one takes minutes for comes last: its time is bounded.
const next = async () => {
  const stream = await server.project('Editor bench: stream', IMAGE_CONFIG);
  const streamPicture = await server.picture(stream, 4000, 3000);
  const drafted = [];
  for (let index = 0; index < 4; index++) drafted.push(await server.draft(stream, { image: streamPicture }, BOXES(1000)));
  return editor.nextTask(stream, drafted[0], drafted[1], 1000);
};
await figure('editor: next task with 1,000 rectangles', 's', next);

// Texts.
const texts = await server.project('Editor bench: texts', TEXT_CONFIG);
const long = LABELS.text(100_000);
const spans = await server.task(texts, { text: long }, LABELS.spans(long, 1000));
await opened(
  ['editor: text of 100,000 characters, 1,000 spans drawn, cold', 's', () => editor.openCold(texts, spans, 1000)],
  ['editor: nodes of that text', '', () => editor.nodes()],
);

const outlines = await server.project('Editor bench: outlines', POLYGON_CONFIG);
const outlinePicture = await server.picture(outlines, 4000, 3000);
const polygons = await server.task(outlines, { image: outlinePicture }, LABELS.polygons(5000, 20));
await opened(
  ['editor: 5,000 polygons drawn, cold', 's', () => editor.openCold(outlines, polygons, 5000)],
  ['editor: heap with 5,000 polygons', 'MB', () => editor.heap()],
);

if (ours) {
  // Beyond what the other one can open.
  if (!options.quick) {
    const many = await server.task(image, { image: picture }, BOXES(100_000));
    await opened(
      ['editor: 100,000 rectangles drawn, cold', 's', () => editor.openCold(image, many, 100_000)],
      ['editor: 100,000 rectangles, zoom p95 frame', 'ms', () => editor.zoomFrames()],
      ['editor: 100,000 rectangles, pan p95 frame', 'ms', () => editor.panFrames()],
      ['editor: 100,000 rectangles, select one', 'ms', () => editor.selectOne()],
      ['editor: 100,000 rectangles, drag one, longest frame', 'ms', () => editor.dragFrames(1)],
      ['editor: 100,000 rectangles, longest frame while the change is kept and sent', 'ms', () => editor.keepFrames()],
    );
    const outline = await server.task(outlines, { image: outlinePicture }, LABELS.polygons(1, 100_000));
    await opened(
      ['editor: polygon of 100,000 points drawn, cold', 's', () => editor.openCold(outlines, outline, 1)],
      ['editor: polygon of 100,000 points, drag a vertex, p95 frame', 'ms', () => editor.dragVertexFrames()],
    );
    const book = LABELS.text(1_000_000);
    const marked = await server.task(texts, { text: book }, LABELS.spans(book, 10_000));
    await opened(
      ['editor: text of 1,000,000 characters, 10,000 spans drawn, cold', 's', () => editor.openCold(texts, marked, 10_000)],
      ['editor: text of 1,000,000 characters, scroll p95 frame', 'ms', () => editor.scrollFrames()],
      ['editor: text of 1,000,000 characters, add ten spans, longest frame', 'ms', () => editor.spanFrames()],
    );
  }
  const masks = await server.project('Editor bench: masks', MASK_CONFIG);
  const maskPicture = await server.picture(masks, 4000, 3000);
  const painted = await server.task(masks, { image: maskPicture }, LABELS.masks(50, 4000, 3000));
  await opened(
    ['editor: 50 masks of 4,000 × 3,000 drawn, cold', 's', () => editor.openCold(masks, painted, 50)],
    ['editor: brush stroke with 50 masks, longest frame', 'ms', () => editor.strokeFrames()],
    ['editor: submit with 50 masks, longest frame', 'ms', () => editor.submitFrames()],
  );
  const row = [];
  for (let index = 0; index < (options.quick ? 20 : 200); index++) row.push(await server.task(image, { image: picture }, BOXES(100)));
  await figure(`editor: heap growth over ${row.length} tasks in a row`, 'MB', () => editor.growth(image, row, 100));
}
await browser.close();
