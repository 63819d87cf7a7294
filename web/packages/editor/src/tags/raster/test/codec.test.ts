/** What becomes of the JSON of masks: untouched items are the objects that were read, changed ones hold what was painted. */
import { emptyMask, encodeRle, type Mask, MaskEditor } from '@labelkeep/canvas/raster';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openResult } from '../../../../test/helpers';
import type { MaskGeometry } from '../geometry';
import { sourceOf } from '../source';

const CONFIG = `<View>
  <BrushLabels name="mask" toName="img"><Label value="Car"/><Label value="Bus"/></BrushLabels>
  <Brush name="bare" toName="img"/><Labels name="lab" toName="img"><Label value="Red"/></Labels>
  <BitmaskLabels name="bits" toName="img"><Label value="Cell"/></BitmaskLabels>
  <Choices name="state" toName="img" perRegion="true"><Choice value="clean"/></Choices>
  <Image name="img" value="$image"/>
</View>`;

function square(from: number, to: number, width = 40, height = 30): Mask {
  const editor = new MaskEditor(emptyMask(width, height));
  for (let y = from; y < to; y++) editor.span(y, from, to, true);
  return editor.snapshot();
}

const extra = fc.dictionary(fc.constantFrom('custom', 'hidden', '__proto__', 'touchedBy', 'score2'), fc.jsonValue(), {
  maxKeys: 2,
});
const bytes = fc.oneof(
  fc.array(fc.integer({ min: -3, max: 300 }), { maxLength: 30 }),
  fc.constant(Array.from(encodeRle(square(3, 12)))),
);
const touches = fc.array(fc.record({ type: fc.constantFrom('add', 'eraser', 7), relativePoints: fc.jsonValue() }));
const value = fc.oneof(
  fc.record({ format: fc.constant('rle'), rle: bytes }),
  fc.record({ format: fc.constant('rle'), rle: fc.constantFrom(null, [1, 2]), touches, maskDataURL: fc.string() }),
);
const item = fc.record({ id: fc.constantFrom('a', 'b', 'c'), value, more: extra, inside: extra, labels: fc.boolean() });

describe('results with masks', () => {
  it('come back as the very objects that were read, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), (items) => {
        const result = items.map(({ id, value, more, inside, labels }) => ({
          ...more,
          id,
          from_name: labels ? 'mask' : 'bare',
          to_name: 'img',
          type: labels ? 'brushlabels' : 'brush',
          value: { ...inside, ...value, ...(labels ? { brushlabels: ['Car'] } : {}) },
        }));
        const before = JSON.stringify(result);
        const out = openResult(CONFIG, result).entry.draftResult();
        expect(out).toHaveLength(result.length);
        for (const [index, one] of out.entries()) expect(one).toBe(result[index]);
        expect(JSON.stringify(result)).toBe(before);
      }),
    );
  });

  it('keep the code itself when a label or an answer is changed', () => {
    const rle = Array.from(encodeRle(square(3, 12)));
    const source = {
      id: 'a',
      from_name: 'mask',
      to_name: 'img',
      type: 'brushlabels',
      original_width: 40,
      original_height: 30,
      image_rotation: 90,
      origin: 'prediction',
      custom: { kept: 1 },
      value: { format: 'rle', rle, brushlabels: ['Car'], note: 'mine' },
    };
    const editor = openResult(CONFIG, [source]);
    editor.document.edit('Label', (edit) => edit.setAnswer('a', 'mask', 'brushlabels', ['Bus']));
    editor.document.edit('Answer', (edit) => edit.setAnswer('a', 'state', 'choices', ['clean']));
    const [changed, answer] = editor.entry.draftResult();
    expect(changed).toEqual({
      ...source,
      origin: 'prediction-changed',
      value: { ...source.value, brushlabels: ['Bus'] },
    });
    expect(changed?.value?.['rle']).toBe(rle);
    expect(answer).toMatchObject({ id: 'a', type: 'choices', value: { choices: ['clean'] } });
    expect(answer?.value?.['rle']).toBe(rle);
    editor.undo();
    editor.undo();
    expect(editor.entry.draftResult()[0]).toBe(source);
  });

  it('hold the painted pixels, prepared or not, on every item of the region and nothing of the draft before', async () => {
    const mask = square(5, 25);
    const geometry = { x: 1, format: 'rle', rle: [0, 0], touches: [], maskDataURL: 'data:,' };
    const result = [
      { id: 'a', from_name: 'bare', to_name: 'img', type: 'brush', value: geometry },
      { id: 'a', from_name: 'lab', to_name: 'img', type: 'labels', value: { ...geometry, labels: ['Red'] } },
    ];
    for (const prepares of [true, false]) {
      const editor = openResult(CONFIG, result);
      const painted: MaskGeometry = { mask: square(5, prepares ? 25 : 24) };
      editor.document.edit('Paint', (edit) => edit.setGeometry('a', painted));
      expect(editor.entry.prepare()).not.toBeNull();
      if (prepares) {
        await editor.entry.prepare();
        expect(editor.entry.prepare()).toBeNull();
      }
      const rle = Array.from(encodeRle(prepares ? mask : square(5, 24)));
      expect(editor.entry.draftResult().map((one) => one.value)).toEqual([
        { x: 1, format: 'rle', rle },
        { x: 1, format: 'rle', rle, labels: ['Red'] },
      ]);
    }
  });

  it('of bit masks hold a PNG as a data URL, the same prepared or not', async () => {
    const made = async (prepares: boolean) => {
      const editor = openResult(CONFIG, []);
      editor.document.add('Paint', {
        object: 'img',
        kind: 'bitmask',
        geometry: { mask: square(2, 9) },
        facets: [{ from: 'bits', type: 'bitmasklabels', answer: ['Cell'] }],
      });
      if (prepares) await editor.entry.prepare();
      return editor.entry.draftResult()[0];
    };
    const one = await made(true);
    expect(one).toMatchObject({ type: 'bitmasklabels', value: { bitmasklabels: ['Cell'] } });
    expect(String(one?.value?.['imageDataURL'])).toMatch(/^data:image\/png;base64,iVBORw0/);
    expect((await made(false))?.value).toEqual(one?.value);
  });

  it('survive the browser’s journal as plain data', () => {
    const editor = openResult(CONFIG, []);
    editor.document.add('Paint', {
      object: 'img',
      kind: 'brush',
      geometry: { mask: square(2, 9) },
      facets: [{ from: 'mask', type: 'brushlabels', answer: ['Car'] }],
    });
    const again = openResult(CONFIG, []);
    for (const delta of structuredClone(editor.entry.toJournal().history.deltas))
      again.document.store.apply(delta.changes, 'forward');
    expect(again.entry.draftResult()).toEqual(editor.entry.draftResult());
  });

  it('are taken apart for the worker without trusting them', () => {
    const image = { width: 40, height: 30 };
    const hostile = {
      value: {
        rle: [1, 300, null, '9', { valueOf: 1 }, -1],
        touches: [
          null,
          5,
          { relativePoints: 'x' },
          { relativePoints: [1, null] },
          { relativePoints: [1, 2], type: 'eraser' },
        ],
        maskDataURL: 7,
      },
    };
    expect(sourceOf('brush', hostile, image)).toEqual({
      kind: 'brush',
      original: null,
      image,
      rle: Uint8Array.from([1, 44, 0, 0, 0, 255]),
      touches: [{ erases: true, points: Float64Array.from([1, 2]), diameter: 0 }],
    });
  });
});
