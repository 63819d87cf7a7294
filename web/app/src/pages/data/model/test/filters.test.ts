import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../columns';
import { type Filters, fromWire, NO_FILTERS, operatorsOf, sentenceOf, summaryOf, toWire } from '../filters';

const column = (name: string, kind: Column['kind'], filterType: string, more: Partial<Column> = {}): Column => ({
  name,
  key: name.replace(/^tasks:(data\.)?/, ''),
  isData: name.startsWith('tasks:data.'),
  title: name.replace(/^tasks:(data\.)?/, ''),
  look: 'text',
  kind,
  filterType,
  isOrderable: true,
  isShownAtFirst: true,
  width: 100,
  ...more,
});

const columns = new Map(
  [
    column('tasks:data.text', 'text', 'String'),
    column('tasks:total_annotations', 'number', 'Number', { title: 'Annotations' }),
    column('tasks:created_at', 'time', 'Datetime', { title: 'Created at' }),
    column('tasks:annotators', 'people', 'List', { title: 'Annotated by' }),
    column('tasks:predictions_model_versions', 'names', 'List', { title: 'Model versions' }),
    column('tasks:ground_truth', 'boolean', 'Boolean', { title: 'Ground truth' }),
  ].map((one) => [one.name, one]),
);
const names = new Map([[7, 'Ada Lovelace']]);

describe('filters', () => {
  it('travel in the shape of the data manager, with emptiness as a truth value', () => {
    const filters: Filters = {
      conjunction: 'or',
      items: [
        {
          column: 'tasks:data.text',
          operator: 'contains',
          value: 'kettle',
          child: { column: 'tasks:total_annotations', operator: 'greater', value: 2 },
        },
        { column: 'tasks:created_at', operator: 'is_not_empty', value: true },
      ],
    };
    const wire = toWire(filters, columns);
    expect(wire).toEqual({
      conjunction: 'or',
      items: [
        {
          filter: 'filter:tasks:data.text',
          operator: 'contains',
          type: 'String',
          value: 'kettle',
          child_filter: { filter: 'filter:tasks:total_annotations', operator: 'greater', type: 'Number', value: 2 },
        },
        { filter: 'filter:tasks:created_at', operator: 'empty', type: 'Datetime', value: false },
      ],
    });
    expect(toWire(fromWire(wire), columns)).toEqual(wire);
  });

  it('are not sent before they are complete', () => {
    const items: Filters['items'] = [
      { column: 'tasks:data.text', operator: 'contains', value: '' },
      { column: 'tasks:total_annotations', operator: 'in', value: { min: null, max: null } },
      { column: 'tasks:predictions_model_versions', operator: 'contains', value: [] },
      { column: 'tasks:annotators', operator: 'contains', value: null },
    ];
    expect(toWire({ conjunction: 'and', items }, columns)).toBeUndefined();
    expect(summaryOf({ conjunction: 'and', items }, columns, names)).toBe('');
    expect(
      toWire(
        { conjunction: 'and', items: [{ column: 'tasks:total_annotations', operator: 'equal', value: 0 }] },
        columns,
      ),
    ).toMatchObject({ items: [{ value: 0 }] });
  });

  it('keep a column that is gone, so that the server says what is wrong with it', () => {
    const wire = {
      conjunction: 'and',
      items: [{ filter: 'filter:tasks:gone', operator: 'equal', type: 'String', value: 'x' }],
    };
    expect(toWire(fromWire(wire), columns)).toEqual(wire);
    expect(summaryOf(fromWire(wire), columns, names)).toBe('gone is “x”');
  });

  it('take a range of which one end is open, and say it so', () => {
    const range = (operator: 'in' | 'not_in', min: unknown, max: unknown, name = 'tasks:total_annotations') => {
      const filters: Filters = { conjunction: 'and', items: [{ column: name, operator, value: { min, max } }] };
      expect(toWire(filters, columns)).toMatchObject({ items: [{ operator, value: { min, max } }] });
      return summaryOf(filters, columns, names);
    };
    expect(range('in', 0, null)).toBe('Annotations is at least 0');
    expect(range('in', null, 5)).toBe('Annotations is at most 5');
    expect(range('not_in', 3, null)).toBe('Annotations is less than 3');
    expect(range('not_in', null, 3)).toBe('Annotations is more than 3');
    expect(range('in', 1, 3)).toBe('Annotations is between 1 and 3');
    expect(range('in', '2026-05-17T09:30:00.000Z', null, 'tasks:created_at')).toMatch(/^Created at is from .*2026/);
  });

  it('read as a sentence', () => {
    const sentence = (items: Filters['items'], conjunction: Filters['conjunction'] = 'and') =>
      summaryOf({ conjunction, items }, columns, names);
    expect(sentence([{ column: 'tasks:data.text', operator: 'contains', value: 'kettle' }])).toBe(
      'text contains “kettle”',
    );
    expect(
      sentence(
        [
          { column: 'tasks:total_annotations', operator: 'greater_or_equal', value: 1 },
          { column: 'tasks:annotators', operator: 'contains', value: 7 },
          { column: 'tasks:predictions_model_versions', operator: 'not_contains', value: ['v1', ''] },
        ],
        'or',
      ),
    ).toBe(
      'Annotations is at least 1, or Annotated by includes Ada Lovelace, or Model versions includes none of v1, no name',
    );
    expect(
      sentence([
        {
          column: 'tasks:data.text',
          operator: 'is_empty',
          value: true,
          child: { column: 'tasks:ground_truth', operator: 'equal', value: 'true' },
        },
      ]),
    ).toBe('text is empty with Ground truth is yes');
    expect(sentenceOf(NO_FILTERS, ['-tasks:created_at', 'tasks:data.text'], new Set(), columns, names)).toBe(
      'All tasks by Created at, newest first, then by text, A to Z',
    );
    expect(sentenceOf(NO_FILTERS, [], new Set(), columns, names)).toBe('');
  });

  it('offer what the server takes, and nothing else', () => {
    expect(
      operatorsOf(column('tasks:x', 'text', 'String', { operators: ['contains', 'empty', 'starts_with'] })),
    ).toEqual(['contains', 'is_empty', 'is_not_empty']);
    expect(operatorsOf(column('tasks:x', 'boolean', 'Boolean'))).toEqual(['equal']);
  });

  it('never throw over what is stored, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const filters = fromWire(value);
        toWire(filters, columns);
        summaryOf(filters, columns, names);
      }),
    );
    const items = fc.array(
      fc.record(
        {
          filter: fc.constantFrom(
            'filter:tasks:data.text',
            'filter:tasks:created_at',
            'filter:tasks:annotators',
            'id',
            3,
          ),
          operator: fc.constantFrom('contains', 'in', 'empty', 'in_list', '__proto__', 7),
          value: fc.anything(),
          child_filter: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(items, (given) => {
        const filters = fromWire({ items: given });
        toWire(filters, columns);
        summaryOf(filters, columns, names);
      }),
    );
  });
});
