/** Markup, relations, repeated parts and palettes in a real browser. */
import fc from 'fast-check';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DemoBrowser, dragOver, hasChromium, JOURNEY, resultOf, settled, startDemo, wordBox } from './page';

/** Opens the page of the parts that read markup: an import inside of `evaluate` would be rewritten for this process. */
async function openParts(demo: DemoBrowser): Promise<Page> {
  const page = await demo.browser.newPage();
  await page.goto(new URL('demo/parts.html', demo.address).href, JOURNEY);
  await page.waitForFunction(() => 'parts' in window);
  return page;
}

type Parts = typeof import('@labelkeep/text') &
  typeof import('../src/tags/hypertext/clean') &
  typeof import('../src/tags/hypertext/parse');
declare global {
  interface Window {
    parts: Parts;
  }
}

/** A mouse that also works in frames without scripts, where the driver's own waits for ever. */
async function mouseOf(page: Page) {
  const session: CDPSession = await page.context().newCDPSession(page);
  const send = (type: string, x: number, y: number, held: boolean) =>
    session.send('Input.dispatchMouseEvent', {
      type: type as 'mouseMoved',
      x,
      y,
      button: held || type !== 'mouseMoved' ? 'left' : 'none',
      buttons: held ? 1 : 0,
      clickCount: 1,
    });
  return {
    async click(x: number, y: number) {
      await send('mouseMoved', x, y, false);
      await send('mousePressed', x, y, true);
      await send('mouseReleased', x, y, false);
    },
    async drag(from: readonly [number, number], to: readonly [number, number]) {
      await send('mouseMoved', ...from, false);
      await send('mousePressed', ...from, true);
      await send('mouseMoved', (from[0] + to[0]) / 2, (from[1] + to[1]) / 2, true);
      await send('mouseMoved', ...to, true);
      await send('mouseReleased', ...to, false);
    },
  };
}

/** Page rectangle of a word of the markup, in its frame or shadow root. */
function markupBox(page: Page, word: string): Promise<{ x: number; y: number; width: number; height: number }> {
  return page.evaluate((wanted) => {
    const object = document.querySelector('[data-tag=hypertext]') as Element;
    const frame = object.querySelector('iframe');
    const shadow = [...object.querySelectorAll('*')].find((one) => one.shadowRoot)?.shadowRoot;
    const root = (frame?.contentDocument?.body ?? shadow?.firstElementChild) as Element;
    const at = frame?.getBoundingClientRect() ?? { x: 0, y: 0 };
    const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode as Text;
      const start = node.data.indexOf(wanted);
      if (start < 0) continue;
      const range = root.ownerDocument.createRange();
      range.setStart(node, start);
      range.setEnd(node, start + wanted.length);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + at.x, y: y + at.y, width, height };
    }
    throw new Error(`The markup has no “${wanted}”.`);
  }, word);
}

describe.skipIf(!hasChromium)('texts in a browser (skipped without Chromium)', JOURNEY, () => {
  let demo: DemoBrowser;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo();
  }, JOURNEY.timeout);
  afterAll(() => demo?.close());
  afterEach(() => page?.close());

  for (const sample of ['html', 'html-inline']) {
    it(`marks spans of markup by mouse and keys (${sample}), nested and overlapping, and moves their ends`, async () => {
      page = await demo.open(`sample=${sample}`);
      const mouse = await mouseOf(page);
      const mark = async (key: string, first: string, last = first) => {
        await page.keyboard.press(key);
        const [a, z] = [await markupBox(page, first), await markupBox(page, last)];
        await mouse.drag([a.x + 0.5, a.y + a.height / 2], [z.x + z.width - 0.5, z.y + z.height / 2]);
      };
      await mark('1', 'Maria Lindqvist');
      await mark('3', 'ettle K-2');
      await mark('4', 'K-20', '49.00');
      const values = (await resultOf(page)).map((item) => item.value);
      expect(values).toEqual([
        expect.objectContaining({
          start: '/p[1]/b[1]/text()[1]',
          end: '/p[1]/b[1]/text()[1]',
          startOffset: 0,
          endOffset: 15,
          text: 'Maria Lindqvist',
          hypertextlabels: ['Person'],
        }),
        // Granularity of the label: whole words.
        expect.objectContaining({ text: 'Kettle K-20', hypertextlabels: ['Product'] }),
        expect.objectContaining({
          start: '/table[1]/tbody[1]/tr[2]/td[1]/text()[1]',
          end: '/table[1]/tbody[1]/tr[2]/td[2]/text()[1]',
          text: 'K-20\n49.00',
        }),
      ]);
      const [first] = values as { globalOffsets: { start: number; end: number } }[];
      expect((first?.globalOffsets.end ?? 0) - (first?.globalOffsets.start ?? 0)).toBe(15);

      const box = await markupBox(page, 'Maria');
      await mouse.click(box.x + 5, box.y + box.height / 2);
      await page.keyboard.press('Alt+Shift+ArrowLeft');
      expect((await resultOf(page))[0]?.value).toMatchObject({ text: 'Maria Lindqvis', endOffset: 14 });
      const end = page.locator('[role=slider][aria-label^=End]');
      // The handle follows in the next frame.
      await expect.poll(() => end.getAttribute('aria-valuenow')).toBe(String((first?.globalOffsets.end ?? 0) - 1));
      const handle = await end.boundingBox();
      const target = await markupBox(page, 'store');
      if (!handle) throw new Error('The end has no handle.');
      await mouse.drag(
        [handle.x + handle.width / 2, handle.y + handle.height - 1],
        [target.x + target.width - 1, target.y + target.height / 2],
      );
      expect((await resultOf(page))[0]?.value).toMatchObject({
        end: '/p[1]/i[1]/text()[1]',
        text: expect.stringMatching(/^Maria Lindqvist,\nyour order left our store$/),
      });
      // The text is coloured without being split.
      expect(
        await page.evaluate(() => {
          const frame = document.querySelector('iframe');
          const shadow = [...document.querySelectorAll('*')].find((one) => one.shadowRoot)?.shadowRoot;
          return (frame?.contentDocument ?? shadow)?.querySelector('b')?.childNodes.length;
        }),
      ).toBe(1);
    });
  }

  it('sec_174 runs nothing of the data, opens nothing by itself and keeps its styles inside', async () => {
    for (const sample of ['html', 'html-inline']) {
      page = await demo.open(`sample=${sample}`);
      await settled(page);
      expect(await page.title()).not.toContain('attacked');
      const found = await page.evaluate(() => {
        const frame = document.querySelector('iframe');
        const shadow = [...document.querySelectorAll('*')].find((one) => one.shadowRoot)?.shadowRoot;
        const scope = (frame?.contentDocument ?? shadow) as Document;
        const handlers = [...scope.querySelectorAll('*')].filter((one) =>
          [...one.attributes].some(({ name }) => name.startsWith('on')),
        );
        return {
          sandbox: frame?.getAttribute('sandbox') ?? 'none',
          handlers: handlers.length,
          scripts: [...scope.querySelectorAll('script')].map((one) => one.textContent),
          link: scope.querySelector('a')?.getAttribute('rel'),
          body: getComputedStyle(document.body).position,
        };
      });
      expect(found).toEqual({
        sandbox: sample === 'html' ? 'allow-same-origin' : 'none',
        handlers: 0,
        scripts: [''],
        link: 'noopener noreferrer nofollow',
        body: 'static',
      });
      await page.close();
    }
  });

  it('sec_174 leaves nothing that acts in any markup, and no element without its place', async () => {
    page = await openParts(demo);
    const attacks = [
      '<img src=x onerror=alert(1)><svg onload=alert(1)><p>a</p></svg><b>c</b>',
      '<a href="javascript:alert(1)">x</a><a href=" java\nscript:alert(1)">y</a><form action="javascript:alert(1)"><button formaction="javascript:1">z</button></form>',
      '<iframe srcdoc="<script>alert(1)</script>" src="javascript:1"></iframe><object data="javascript:1"></object><embed src="x"><base href="//evil">',
      '<meta http-equiv=refresh content="0;url=//evil"><link rel=stylesheet href="//evil"><style>@import "//evil"; p { background: url(//evil) }</style>',
      '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
      '<p style="position:fixed;background:url(//evil);color:red" id=body name=body>t</p><input autofocus onfocus=alert(1) type=image src=x>',
      '<template><img src=x onerror=alert(1)></template><noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
      '<video src=x onerror=alert(1)><source src=x></video><details open ontoggle=alert(1)><summary>s</summary></details><x-tag onclick=alert(1)>t</x-tag>',
    ];
    const element = fc.constantFrom(
      'p',
      'div',
      'b',
      'script',
      'svg',
      'img',
      'a',
      'iframe',
      'style',
      'form',
      'math',
      'table',
      'td',
      'x-y',
    );
    const attribute = fc.constantFrom(
      'onclick=alert(1)',
      'src=javascript:1',
      'href="javascript:1"',
      'style="background:url(//evil)"',
      'class=c',
      'srcdoc=x',
      '',
    );
    const piece = fc.oneof(
      fc.tuple(element, attribute).map(([name, rest]) => `<${name} ${rest}>`),
      element.map((name) => `</${name}>`),
      fc.constantFrom('text', '&lt;', '<!-- c -->', '<![CDATA[x]]>', '\u0000', '<', '"', "'>"),
    );
    const random = fc.sample(
      fc.array(piece, { maxLength: 25 }).map((parts) => parts.join('')),
      { numRuns: 300, seed: 7 },
    );
    const bad = await page.evaluate(
      async (markups) => {
        const { cleanInto, parseContent } = window.parts;
        const found: string[] = [];
        for (const markup of markups) {
          const source = parseContent(markup, true) as HTMLElement;
          const host = document.createElement('div');
          document.body.append(host);
          const shadow = host.attachShadow({ mode: 'open' });
          const target = document.createElement('div');
          shadow.append(target);
          cleanInto(source, target, { links: true, resolveUrl: (url: string) => url });
          const names = (root: Element) => [...root.children].map((one) => one.localName).join();
          if (names(source) !== names(target)) found.push(`${markup}: ${names(source)} became ${names(target)}`);
          for (const one of target.querySelectorAll('*')) {
            for (const { name, value } of one.attributes) {
              const acts = /^(on|srcdoc|formaction|action|http-equiv|data$|name$|form)/i.test(name);
              if (
                acts ||
                /^\s*(javascript|vbscript)\s*:/i.test(value) ||
                (name === 'style' && /url\(|fixed/i.test(value))
              ) {
                found.push(`${markup}: ${one.localName} ${name}=${value}`);
              }
            }
            if (
              /^(script|style|iframe|object|embed|svg|math|template)$/.test(one.localName) &&
              one.childNodes.length > 0
            ) {
              found.push(`${markup}: ${one.localName} is not empty`);
            }
          }
          host.remove();
        }
        return found;
      },
      [...attacks, ...random],
    );
    expect(bad).toEqual([]);
    await settled(page);
    expect(await page.title()).not.toContain('attacked');
  });

  it('finds its way back by XPath and by offsets in any markup', async () => {
    page = await openParts(demo);
    const text = fc.oneof(
      fc.constantFrom('a', 'é', 'e\u0301', '😀', '👩‍👩‍👧', 'שלום', ' ', '\n'),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
    );
    const { markup } = fc.letrec<{ markup: string }>((tie) => ({
      markup: fc
        .array(
          fc.oneof(
            { depthSize: 'small', withCrossShrink: true },
            text.map((one) => one.replaceAll('<', '&lt;')),
            fc.constant('<br>'),
            fc.constant('<!-- c -->'),
            fc
              .tuple(fc.constantFrom('p', 'div', 'b', 'i', 'ul', 'li', 'table'), tie('markup'))
              .map(([name, inner]) => `<${name}>${inner}</${name}>`),
          ),
          { maxLength: 5 },
        )
        .map((parts) => parts.join('')),
    }));
    const samples = fc.sample(fc.tuple(markup, fc.nat(1000), fc.nat(1000)), { numRuns: 250, seed: 11 });
    const wrong = await page.evaluate(async (cases) => {
      const { MarkupSurface, CodePoints, pathOf, nodeAt, parseContent } = window.parts;
      const found: unknown[] = [];
      for (const [markup, a, b] of cases) {
        const root = document.createElement('div');
        const body = parseContent(markup, true) as HTMLElement;
        for (const node of [...body.childNodes]) root.append(document.adoptNode(node));
        const surface = new MarkupSurface(root);
        const flat = [...root.querySelectorAll('br')].length + (root.textContent ?? '').length;
        if (surface.text.length !== flat) found.push({ markup, length: surface.text.length, flat });
        const points = new CodePoints(surface.text);
        const ends = [a % (points.length + 1), b % (points.length + 1)];
        const [start, end] = [points.toUnit(Math.min(...ends)), points.toUnit(Math.max(...ends))];
        for (const [offset, atEnd] of [
          [start, false],
          [end, true],
        ] as const) {
          const place = surface.place(offset, atEnd);
          if (!place) continue;
          const path = pathOf(root, place.node);
          const back = nodeAt(root, path);
          if (back !== place.node) found.push({ markup, path });
          const again = back && surface.offset(back, place.offset);
          if (again === null) {
            found.push({ markup, offset, again });
            continue;
          }
          // A place at a line break belongs to the text beside it.
          const breaks = surface.text.slice(Math.min(again, offset), Math.max(again, offset));
          if (breaks.replaceAll('\n', '') !== '') found.push({ markup, offset, again });
          const evaluated = document.evaluate(
            `.${path}`,
            root,
            null,
            XPathResult.FIRST_ORDERED_NODE_TYPE,
          ).singleNodeValue;
          if (evaluated !== place.node) found.push({ markup, path, evaluated: String(evaluated) });
        }
      }
      return found;
    }, samples);
    expect(wrong).toEqual([]);
  });

  it('relates regions of different objects by key and click, draws them, and takes them with a region', async () => {
    page = await demo.open('sample=relations');
    const relations = async () =>
      (await resultOf(page)).filter((item) => (item as { type?: string }).type === 'relation');
    const curves = page.locator('[data-relation]');
    await expect.poll(() => curves.count()).toBe(5);
    const word = await wordBox(page, 'Oskar');
    await page.mouse.click(word.x + 5, word.y + word.height / 2);
    await page.keyboard.press('Alt+r');
    await page.getByText('choose the other region').waitFor();
    const house = await page.evaluate(() => {
      const box = window.editor.editor?.objects.get('img')?.regionBox?.('b1');
      return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    });
    if (!house) throw new Error('The picture does not say where its region is.');
    await page.mouse.click(house.x, house.y);
    await expect.poll(() => curves.count()).toBe(6);
    expect((await relations()).at(-1)).toMatchObject({ from_id: 'r4', to_id: 'b1', direction: 'right' });

    await page.getByRole('tab', { name: /Relations/ }).click();
    const chosen = page.getByRole('option', { selected: true });
    await chosen.getByRole('button', { name: /Direction/ }).click();
    await page.getByRole('button', { name: 'shown in' }).click();
    expect((await relations()).at(-1)).toMatchObject({ direction: 'left', labels: ['shown in'] });
    await chosen.getByRole('button', { name: 'Hide' }).click();
    await expect.poll(() => curves.count()).toBe(5);
    await page.getByRole('button', { name: 'Hide all relations' }).click();
    await expect.poll(() => curves.count()).toBe(0);
    await page.getByRole('button', { name: 'Show all relations' }).click();
    await expect.poll(() => curves.count()).toBe(6);

    await page.evaluate(() => window.editor.editor?.deleteRegions(['b1']));
    await expect.poll(() => curves.count()).toBe(4);
    expect(await relations()).toHaveLength(4);
    await page.keyboard.press('Control+z');
    await expect.poll(() => curves.count()).toBe(6);
    await page.keyboard.press('Alt+r');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByText('choose the other region').count()).toBe(0);
    expect(await page.evaluate(() => window.editor.editor?.document.view.selected)).toEqual(['r4']);
  });

  it('draws what is near of a thousand repeated elements, and brings a region far away to the screen', async () => {
    page = await demo.open('sample=repeater');
    expect(await page.evaluate(() => document.querySelectorAll('#editor *').length)).toBeLessThan(2500);
    expect(await page.evaluate(() => window.editor.editor?.config.objects.length)).toBe(1000);
    // Keys act where the person is.
    await page.locator('[data-element="2"]').hover();
    await page.keyboard.press('3');
    expect((await resultOf(page)).map((item) => item.from_name)).toEqual(['mood_2']);
    // Or where they go: the pointer that rests over another element takes nothing back.
    for (let i = 0; i < 6; i++) await page.keyboard.press('Alt+PageDown');
    await page.keyboard.press('3');
    expect((await resultOf(page)).map((item) => item.from_name)).toEqual(['mood_2', 'mood_8']);
    await expect.poll(() => page.locator('[data-element="8"]').isVisible()).toBe(true);
    await page.evaluate(() => {
      const editor = window.editor.editor;
      const id = editor?.document.add('Add', {
        object: 'text_900',
        kind: 'text',
        geometry: { start: 0, end: 6, text: 'Please' },
        facets: [{ from: 'label_900', type: 'labels', answer: ['Wish'] }],
      });
      if (id) editor?.reveal(id);
    });
    await page.locator('[data-object="text_900"]').waitFor();
    await expect.poll(() => page.evaluate(() => document.querySelectorAll('#editor *').length)).toBeLessThan(2500);
  });

  it('pages through repeated elements and remembers the page and its size', async () => {
    page = await demo.open('sample=repeater-pages&view_page=2');
    await page.locator('[data-object="text_1"]').waitFor();
    await page.keyboard.press('Alt+PageDown');
    await page.locator('[data-object="text_2"]').waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('view_page')).toBe('3');
    await page.getByLabel('Elements on a page').selectOption('10');
    await page.locator('[data-object="text_0"]').waitFor();
    await expect.poll(() => page.locator('[data-element]').count()).toBe(10);
    await page.reload();
    await page.locator('[data-object="text_9"]').waitFor();
    await page.evaluate(() =>
      window.editor.editor?.elements.show(window.editor.editor.config.byName.get('text_52') as never),
    );
    await page.locator('[data-object="text_52"]').waitFor();
  });

  it('finds labels by a Filter, limits them, and takes them off', async () => {
    page = await demo.open('sample=layout');
    expect(await page.getByText('HTML is text here').textContent()).toBe('<b>HTML is text here</b>');
    await page.getByRole('button', { name: 'Questions' }).click();
    await page.getByText('friendly').click();
    expect((await resultOf(page))[0]?.value).toEqual({ choices: ['friendly'] });
    const palette = page.getByRole('toolbar', { name: 'Labels label' });
    await page.keyboard.press('Shift+F');
    await page.keyboard.type('cla');
    await expect.poll(() => palette.getByRole('button').count()).toBe(2);
    await page.keyboard.press('Enter');
    await dragOver(page, 'kettle');
    await page.keyboard.press('1');
    await dragOver(page, 'weeks');
    await palette.getByText('2/2').waitFor();
    await page.keyboard.press('1');
    await page.getByText('may be used 2 times').waitFor();
    const word = await wordBox(page, 'kettle');
    await page.mouse.click(word.x + 4, word.y + word.height / 2);
    await page.getByRole('button', { name: 'No label' }).click();
    expect((await resultOf(page))[1]?.value).toMatchObject({ text: 'kettle', labels: [] });
  });

  it('counts code points in texts of emoji, combined and right-to-left characters', async () => {
    page = await demo.open('sample=text');
    const piece = fc.oneof(
      fc.constantFrom('😀', 'e\u0301', '👩‍👩‍👧', 'שלום ', 'مرحبا', '\u200f', '🇫🇮', '\n', ' ', '\ud83d', '한글'),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    );
    const [text = ''] = fc.sample(
      fc.array(piece, { minLength: 400, maxLength: 600 }).map((parts) => parts.join('')),
      { numRuns: 1, seed: 5 },
    );
    const places = fc.sample(fc.tuple(fc.nat(text.length), fc.nat(text.length)), { numRuns: 150, seed: 6 });
    const wrong = await page.evaluate(
      async ([data, ranges]) => {
        await window.editor.update({ task: { id: 'mixed', data: { text: data } }, predictions: [] });
        const { editor } = window.editor;
        const view = editor?.objects.get('text') as unknown as {
          createSpan(start: number, end: number): string | null;
        };
        const control = editor?.config.byName.get('label');
        const found: unknown[] = [];
        for (const [a, b] of ranges) {
          if (!editor || !control || a === b) continue;
          editor.labels.arm(control, ['PER']);
          const id = view.createSpan(Math.min(a, b), Math.max(a, b));
          const geometry = editor.document.store.get(id ?? '')?.geometry as {
            start: number;
            end: number;
            text: string;
          };
          const covered = [...data].slice(geometry.start, geometry.end).join('');
          // Whole characters as people see them: nothing of the selection is lost.
          const whole = covered.includes(data.slice(Math.min(a, b), Math.max(a, b)));
          if (covered !== geometry.text || !whole) found.push({ a, b, geometry, covered });
        }
        return found;
      },
      [text, places] as const,
    );
    expect(wrong).toEqual([]);
  });

  it('finds a span of markup by its offsets in the whole text when its path leads nowhere', async () => {
    page = await demo.open('sample=html-inline');
    const shown = await page.evaluate(async () => {
      const value = (path: string, rest: Record<string, unknown>) => ({
        ...{ start: path, end: path, startOffset: 0, endOffset: 5, hypertextlabels: ['Person'] },
        ...rest,
      });
      const item = (id: string, of: Record<string, unknown>) => ({
        id,
        from_name: 'label',
        to_name: 'html',
        type: 'hypertextlabels',
        value: of,
      });
      const result = [
        item('path', value('/p[1]/b[1]/text()[1]', {})),
        item('offsets', value('/section[9]/text()[1]', { globalOffsets: { start: 1, end: 6 } })),
        // The path leads to another text than the one that was marked.
        item('text', value('/p[1]/b[1]/text()[1]', { globalOffsets: { start: 1, end: 6 }, text: 'Order' })),
        item('nowhere', value('/section[9]/text()[1]', {})),
      ];
      await window.editor.update({
        task: { id: 'paths', data: { html: '<h2>.Order 4711</h2><p>Dear <b>Maria</b></p>' } },
        annotations: [{ id: 1, result }],
      });
      const { editor } = window.editor;
      const view = editor?.objects.get('html') as unknown as {
        surface: { text: string };
        units(region: unknown): { start: number; end: number };
      };
      return result.map(({ id }) => {
        const { start, end } = view.units(editor?.document.store.get(id));
        return view.surface.text.slice(start, end);
      });
    });
    expect(shown).toEqual(['Maria', 'Order', 'Order', '']);
  });

  for (const sample of ['html', 'html-inline']) {
    it(`shows a saved page that hid its body until its own script ran (${sample})`, async () => {
      page = await demo.open(`sample=${sample}`);
      const shows = async (css: string) => {
        await page.evaluate(async (style) => {
          const html = `<style>${style}</style><p>Delivered on Tuesday</p>`;
          await window.editor.update({ task: { id: style, data: { html } }, annotations: [] });
        }, css);
        return page.evaluate(() => {
          const frame = document.querySelector<HTMLIFrameElement>('[data-tag=hypertext] iframe');
          const host = [...document.querySelectorAll('[data-tag=hypertext] *')].find((one) => one.shadowRoot);
          const root = (frame?.contentDocument?.body ?? host?.shadowRoot?.firstElementChild) as HTMLElement;
          const paragraph = root.querySelector('p');
          return paragraph?.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
        });
      };
      expect(await shows('p { display: none }')).toBe(false);
      expect(await shows('body { display: none !important }')).toBe(true);
      expect(await shows('html { visibility: hidden }')).toBe(true);
      expect(await shows('body { opacity: 0 }')).toBe(true);
    });
  }

  it('gives a label that is chosen later to the text that was selected', async () => {
    page = await demo.open('sample=text');
    await dragOver(page, 'Nordlinie');
    await page.getByText('Choose a label for the selected text').waitFor();
    expect(await resultOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'ORG' }).click();
    expect((await resultOf(page)).map((item) => item.value)).toMatchObject([{ text: 'Nordlinie', labels: ['ORG'] }]);
    await page.keyboard.press('3');
    expect(await resultOf(page)).toHaveLength(1);
    const box = await wordBox(page, 'Turku');
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    expect((await resultOf(page)).at(-1)?.value).toMatchObject({ text: 'Turku', labels: ['LOC'] });
  });

  it('numbers the lines of a text where a person wants it', async () => {
    page = await demo.open('sample=text');
    await page.evaluate(() => window.editor.editor?.settings.set('lineNumbers', true));
    await expect
      .poll(() =>
        page.evaluate(() =>
          [...document.querySelectorAll('[data-tag=text] [aria-hidden] span')].map((one) => one.textContent),
        ),
      )
      .toEqual(expect.arrayContaining(['1', '3', '5']));
  });
});
