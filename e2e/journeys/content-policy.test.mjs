/**
 * A task with every tag that the editor draws is opened under the enforced content policy. That nothing breaks it is watched in all
 * journeys; the pages around the editor are visited by `pages.test.mjs`.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ask, signUp } from './support/browser.mjs';
import { taskShown } from './support/editor.mjs';
import { journey } from './support/journey.mjs';

const REGISTRY = path.resolve(import.meta.dirname, '../../schema/tags.json');

/** Pictures may come from anywhere over TLS (SEC-042): one of the data is asked for, one of a style is not. */
const PICTURE = 'https://elsewhere.example/b.png';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What no template of the gallery has. */
const FURTHER = [
  {
    config: `<View><Style>.note { color: red; background: url(https://elsewhere.example/a.png) }</Style>
  <Header value="$text"/><Markdown value="**$text** ![](${PICTURE})"/>
  <Collapse><Panel value="More"><View className="note"><Text name="text" value="$text"/></View></Panel></Collapse>
  <Filter name="filter" toName="label"/><Labels name="label" toName="text"><Label value="a" background="#ff0000"/></Labels>
  <Number name="number" toName="text"/><DateTime name="date" toName="text"/>
  <TextArea name="note" toName="text"><Shortcut alias="x" value="y"/></TextArea></View>`,
    data: { text: 'One <img src=x onerror="document.title = 1"> text.' },
  },
  {
    config: `<View><Image name="image" value="$image"/><Labels name="label" toName="image"><Label value="a"/></Labels>
  <Rectangle name="rectangle" toName="image"/><Ellipse name="ellipse" toName="image"/><Polygon name="polygon" toName="image"/>
  <KeyPoint name="point" toName="image"/><Brush name="brush" toName="image"/><Bitmask name="mask" toName="image"/>
  <Vector name="path" toName="image"/></View>`,
    data: { image: '/templates/media/street.png' },
  },
];

const tagsOf = (config) => [...config.matchAll(/<([A-Z]\w*)/g)].map(([, tag]) => tag);

/** Few templates that have all tags of the gallery: each time the one that adds the most. */
function few(templates) {
  const missing = new Set(templates.flatMap(({ config }) => tagsOf(config)));
  const chosen = [];
  while (missing.size > 0) {
    const adds = ({ config }) => new Set(tagsOf(config).filter((tag) => missing.has(tag))).size;
    const next = templates.reduce((best, template) => (adds(template) > adds(best) ? template : best));
    chosen.push(next);
    for (const tag of tagsOf(next.config)) missing.delete(tag);
  }
  return chosen;
}

journey('sec_044 every tag is shown under the content policy', async ({ enter }) => {
  const { page } = await enter({ expected: [PICTURE] });
  await page.route(PICTURE, (route) => route.fulfill({ contentType: 'image/png', body: Buffer.from(PIXEL, 'base64') }));
  await signUp(page, 'ada@example.com');
  const { templates } = await ask(page, 'GET', '/api/templates/');
  const cases = [...few(templates).map(({ config, sample }) => ({ config, data: sample })), ...FURTHER];

  const { tags } = JSON.parse(await readFile(REGISTRY, 'utf8'));
  const drawn = Object.keys(tags).filter((name) => tags[name].drawn !== false);
  const seen = new Set(cases.flatMap(({ config }) => tagsOf(config)));
  assert.deepEqual(
    drawn.filter((name) => !seen.has(name)),
    [],
    'every drawn tag is in a case',
  );

  for (const { config, data } of cases) {
    const project = await ask(page, 'POST', '/api/projects/', { title: 'Tags', label_config: config });
    await ask(page, 'POST', `/api/projects/${project.id}/import`, [{ data }]);
    const [task] = (await ask(page, 'GET', `/api/tasks/?project=${project.id}`)).tasks;
    const policy = (await page.goto(`/projects/${project.id}/data?task=${task.id}`)).headers()[
      'content-security-policy'
    ];
    assert.match(policy, /require-trusted-types-for 'script'/);
    await taskShown(page);
    if (!config.includes(PICTURE)) continue;
    // It is loaded when it is seen.
    const picture = page.locator(`img[src="${PICTURE}"]`);
    await picture.scrollIntoViewIfNeeded();
    await picture.evaluate((image) => image.decode());
  }
});
