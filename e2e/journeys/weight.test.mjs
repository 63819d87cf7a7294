/** What the labeling page loads before the first region can be drawn. */
import assert from 'node:assert/strict';
import { ask, signUp } from './support/browser.mjs';
import { drawOn, regionsAre, taskShown } from './support/editor.mjs';
import { eventually } from './support/eventually.mjs';
import { journey } from './support/journey.mjs';

/** Bytes of compressed JavaScript. */
const LIMIT = 350_000;

const CONFIGS = {
  picture:
    '<View><RectangleLabels name="label" toName="image"><Label value="Car" hotkey="1"/></RectangleLabels><Image name="image" value="$image"/></View>',
  text: '<View><Labels name="label" toName="text"><Label value="Car" hotkey="1"/></Labels><Text name="text" value="$text"/></View>',
};

journey('the labeling page is light', async ({ enter }) => {
  const { page, context } = await enter();
  await signUp(page, 'ada@example.com');
  for (const [kind, config] of Object.entries(CONFIGS)) {
    const { id } = await ask(page, 'POST', '/api/projects/', { title: `A ${kind}`, label_config: config });
    await ask(page, 'POST', `/api/projects/${id}/import`, [
      { data: { image: '/templates/media/street.png', text: 'A car.' } },
    ]);
    const fresh = await context.newPage();
    const session = await context.newCDPSession(fresh);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const scripts = new Map();
    session.on('Network.responseReceived', ({ requestId, response }) => {
      if (/javascript/.test(response.mimeType)) scripts.set(requestId, { url: response.url, bytes: 0 });
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const script = scripts.get(requestId);
      if (script) script.bytes = encodedDataLength;
    });
    await fresh.goto(`/projects/${id}/data?labeling=1`);
    await taskShown(fresh);
    if (kind === 'picture') {
      await fresh.keyboard.press('1');
      await drawOn(fresh, 'image', [0.1, 0.1], [0.3, 0.3]);
      await regionsAre(fresh, 1);
    }
    // The last bytes of a script are told of after it has run.
    await eventually(() => assert.ok([...scripts.values()].every((script) => script.bytes > 0)));
    const bytes = [...scripts.values()].reduce((sum, script) => sum + script.bytes, 0);
    console.log(`JavaScript to label a ${kind}: ${Math.round(bytes / 1000)} kB compressed in ${scripts.size} files`);
    const files = [...scripts.values()].map((script) => `${script.bytes} ${script.url}`).join('\n');
    assert.ok(bytes > 0 && bytes <= LIMIT, `${bytes} bytes of JavaScript\n${files}`);
    assert.doesNotMatch(files, /CodeMirror/);
    await fresh.close();
  }
});
