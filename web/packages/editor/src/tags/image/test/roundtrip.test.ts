/** Result JSON of shapes to regions and back: nothing that a person did not change is changed. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openResult } from '../../../../test/helpers';
import { bridgeOf } from '../bridges';

const CONFIG = `<View>
  <Labels name="lab" toName="img"><Label value="Car"/></Labels>
  <Rectangle name="box" toName="img"/><Ellipse name="oval" toName="img"/><KeyPoint name="dot" toName="img"/>
  <Polygon name="area" toName="img"/><Vector name="line" toName="img"/>
  <EllipseLabels name="ovals" toName="img"><Label value="Nut"/></EllipseLabels>
  <KeyPointLabels name="dots" toName="img"><Label value="Eye"/></KeyPointLabels>
  <VectorLabels name="lines" toName="img"><Label value="Road"/></VectorLabels>
  <Choices name="quality" toName="img" perRegion="true"><Choice value="sharp"/></Choices>
  <Image name="img" value="$image"/>
</View>`;

const percent = fc.double({ min: -20, max: 120, noNaN: true });
const length = fc.double({ min: 0, max: 100, noNaN: true });
const place = fc.record({ x: percent, y: percent });
const extra = fc.dictionary(fc.constantFrom('custom', 'hidden', '__proto__', 'constructor', 'x-note'), fc.jsonValue(), {
  maxKeys: 2,
});
const withMore = (value: fc.Arbitrary<object>) => fc.tuple(value, extra).map(([one, more]) => ({ ...more, ...one }));

const geometry = {
  box: withMore(fc.record({ x: percent, y: percent, width: length, height: length, rotation: percent })),
  oval: withMore(fc.record({ x: percent, y: percent, radiusX: length, radiusY: length, rotation: percent })),
  dot: withMore(fc.record({ x: percent, y: percent, width: length })),
  area: withMore(
    fc.record({ points: fc.array(fc.tuple(percent, percent), { minLength: 1, maxLength: 6 }), closed: fc.boolean() }),
  ),
  line: withMore(
    fc.record({
      closed: fc.boolean(),
      vertices: fc
        .array(
          withMore(
            fc.record(
              {
                x: percent,
                y: percent,
                isBezier: fc.boolean(),
                controlPoint1: place,
                controlPoint2: place,
                disconnected: fc.boolean(),
              },
              { requiredKeys: ['x', 'y', 'isBezier'] },
            ),
          ),
          { minLength: 1, maxLength: 6 },
        )
        .map((list) => list.map((one, i) => ({ ...one, id: `v${i}`, prevPointId: i === 0 ? null : `v${i - 1}` }))),
    }),
  ),
};
const TYPES = {
  box: 'rectangle',
  oval: 'ellipse',
  dot: 'keypoint',
  area: 'polygon',
  line: 'vector',
} as const;

/** A region as its items: a bare tool, a tool with labels, a labels tool, and an answer about it. */
const region = fc.constantFrom(...(Object.keys(TYPES) as (keyof typeof TYPES)[])).chain((control) =>
  fc
    .record({
      value: geometry[control],
      form: fc.constantFrom('bare', 'pair', 'labels', 'answered'),
      top: fc.tuple(
        extra,
        fc.record(
          { score: length, is_positive: fc.boolean(), meta: fc.constant({ text: ['note'] }) },
          { requiredKeys: [] },
        ),
      ),
    })
    .map(({ value, form, top: [more, known] }) => {
      const base = {
        ...more,
        ...known,
        to_name: 'img',
        origin: 'manual',
        original_width: 800,
        original_height: 600,
        image_rotation: 0,
      };
      const type = TYPES[control];
      const bare = { ...base, from_name: control, type, value };
      const labels = { ...base, from_name: 'lab', type: 'labels', value: { ...value, labels: ['Car'] } };
      const answer = { ...base, from_name: 'quality', type: 'choices', value: { ...value, choices: ['sharp'] } };
      const own = {
        ...base,
        from_name: `${control}s`,
        type: `${type}labels`,
        value: { ...value, [`${type}labels`]: ['Nut'] },
      };
      switch (form) {
        case 'pair':
          return [bare, labels];
        case 'answered':
          return [bare, labels, answer];
        case 'labels':
          return control === 'box' || control === 'area' ? [bare] : [own];
        default:
          return [bare];
      }
    }),
);
const result = fc
  .array(region, { minLength: 1, maxLength: 5 })
  .map((regions) => regions.flatMap((items, i) => items.map((item) => ({ ...item, id: `r${i}` }))));

describe('results of shapes', { timeout: 30_000 }, () => {
  it('come back as the very items that were read', () => {
    fc.assert(
      fc.property(result, (items) => {
        const out = openResult(CONFIG, items).entry.draftResult();
        expect(out).toHaveLength(items.length);
        for (const [i, item] of out.entries()) expect(item).toBe(items[i]);
      }),
      { numRuns: 150 },
    );
  });

  it('are equal after they went through the pixels of the canvas, unknown keys included', () => {
    fc.assert(
      fc.property(result, (items) => {
        const editor = openResult(CONFIG, items);
        const { document } = editor;
        const size = { width: 800, height: 600 };
        document.edit('Touch', (edit) => {
          for (const one of document.store.all()) {
            const bridge = bridgeOf(one.kind);
            const shape = bridge?.toShape(one.geometry, size);
            // Shapes are changed, in pixels, to what they were.
            if (bridge && shape) edit.setGeometry(one.id, bridge.toGeometry(shape, size, one.geometry));
          }
        });
        expect(editor.entry.draftResult()).toEqual(items);
      }),
      { numRuns: 150 },
    );
  });

  it('of every image tag of the sample are read as regions and written back equal', () => {
    const sample = JSON.parse(readFileSync(new URL('../../../../test/roundtrip.json', import.meta.url), 'utf8'));
    const editor = openResult(sample.config, sample.result, sample.data);
    const kinds = new Map([...editor.document.store.all()].map((one) => [one.id, one.kind]));
    expect(['q1', 'e1', 'p1', 'k1', 'vv'].map((id) => kinds.get(id))).toEqual([
      'rectangle',
      'ellipse',
      'polygon',
      'keypoint',
      'vector',
    ]);
    expect(editor.entry.draftResult()).toEqual(sample.result);
  });
});
