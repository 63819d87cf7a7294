import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexOf, labelColors, readColumns } from '../columns';
import {
  type Display,
  moveColumn,
  orderBy,
  PLAIN,
  queryOf,
  readDisplay,
  readSlice,
  readView,
  setShown,
  shownColumns,
  sliceInAddress,
  writeView,
} from '../view';

const wire = (id: string, type: string, explore = true, more: object = {}) => ({
  id,
  title: id.toUpperCase(),
  type,
  target: 'tasks',
  visibility_defaults: { explore, labeling: false },
  project_defined: false,
  ...more,
});
const answer = {
  columns: [
    wire('image', 'Image', true, { parent: 'data' }),
    ...Array.from({ length: 12 }, (_, place) => wire(`key${place}`, 'Unknown', true, { parent: 'data' })),
    wire('id', 'Number'),
    wire('inner_id', 'Number', false),
    wire('is_labeled', 'Boolean', false),
    wire('total_annotations', 'Number'),
    wire('annotators', 'List', true, { schema: { items: [1] } }),
    wire('predictions_model_versions', 'List', false, { schema: { items: ['v1'], multiple: true } }),
    wire('data', 'List', true, { children: ['image'] }),
  ],
};
const CONFIG =
  '<View><Image name="img" value="$image"/><RectangleLabels name="box" toName="img"><Label value="Car" background="#ff0000"/><Label value="Evil" background="url(x)"/></RectangleLabels></View>';
const columns = readColumns(answer, CONFIG);
const index = indexOf(columns);
const names = (display: Display) => shownColumns(columns, display).map(({ name }) => name);

describe('columns', () => {
  it('begin with what names the task, then its data, of which a screenful is shown at first', () => {
    const shown = names(PLAIN);
    expect(shown.slice(0, 3)).toEqual(['tasks:id', 'tasks:is_labeled', 'tasks:data.image']);
    expect(shown.filter((name) => name.startsWith('tasks:data.'))).toHaveLength(8);
    expect(shown).not.toContain('tasks:inner_id');
    expect(columns.find(({ key }) => key === 'data')).toBeUndefined();
  });

  it('have a look and a kind of comparison by their type', () => {
    const found = (name: string) => index.get(name);
    expect(found('tasks:data.image')).toMatchObject({ look: 'image', kind: 'text' });
    expect(found('tasks:annotators')).toMatchObject({ look: 'people', kind: 'people' });
    expect(found('tasks:predictions_model_versions')).toMatchObject({ look: 'names', kind: 'names' });
    expect(found('tasks:is_labeled')).toMatchObject({ look: 'state', title: 'State' });
  });

  it('take colours of labels from the configuration, but nothing that is no colour', () => {
    expect([...labelColors(CONFIG)]).toEqual([['box/Car', '#ff0000']]);
  });
});

describe('a display', () => {
  it('moves, pins and hides columns', () => {
    const moved = moveColumn(columns, PLAIN, 'tasks:total_annotations', 'tasks:is_labeled');
    expect(names(moved).slice(0, 3)).toEqual(['tasks:id', 'tasks:total_annotations', 'tasks:is_labeled']);
    const pinned = { ...moved, pinned: ['tasks:is_labeled'] };
    expect(names(pinned)[0]).toBe('tasks:is_labeled');
    // Dropped among pinned ones it is pinned, and dragged away it is not.
    const among = moveColumn(columns, pinned, 'tasks:id', 'tasks:is_labeled');
    expect(among.pinned).toContain('tasks:id');
    expect(names(among).slice(0, 2)).toEqual(['tasks:id', 'tasks:is_labeled']);
    expect(moveColumn(columns, among, 'tasks:id', undefined).pinned).not.toContain('tasks:id');
    const hidden = setShown(columns, PLAIN, 'tasks:id', false);
    expect(names(hidden)).not.toContain('tasks:id');
    expect(names(setShown(columns, hidden, 'tasks:inner_id', true))).toContain('tasks:inner_id');
  });

  it('asks the server only for what is shown', () => {
    const { hiddenColumns } = queryOf(
      columns,
      index,
      { filters: { conjunction: 'and', items: [] }, ordering: [] },
      PLAIN,
    );
    expect(hiddenColumns?.explore).toContain('tasks:inner_id');
    expect(hiddenColumns?.explore).not.toContain('tasks:id');
    expect(hiddenColumns?.labeling).toEqual(hiddenColumns?.explore);
  });
});

describe('a view', () => {
  const stored = {
    id: 5,
    project: 1,
    user: 1,
    order: 0,
    private: true,
    can_change: true,
    data: {
      title: 'Mine',
      type: 'grid',
      hiddenColumns: { explore: ['tasks:id'], labeling: ['tasks:image'] },
      filters: {
        conjunction: 'and',
        items: [{ filter: 'filter:tasks:id', operator: 'greater', type: 'Number', value: 3 }],
      },
      ordering: ['tasks:-id'],
      columnsWidth: { 'tasks:id': 90, bad: 'wide' },
      semanticSearch: { kept: true },
    },
  };

  it('keeps what others have stored in it', () => {
    const view = readView(stored);
    expect(view).toMatchObject({ title: 'Mine', isPrivate: true, slice: { ordering: ['-tasks:id'] } });
    expect(view.display.widths).toEqual({ 'tasks:id': 90 });
    const data = writeView(view, index);
    expect(data).toMatchObject({
      semanticSearch: { kept: true },
      type: 'grid',
      hiddenColumns: { explore: ['tasks:id'], labeling: ['tasks:image'] },
      filters: stored.data.filters,
      ordering: ['-tasks:id'],
    });
    expect(readView({ ...stored, data })).toMatchObject({ slice: view.slice, display: view.display });
  });

  it('says so when all its filters are taken away', () => {
    const view = { ...readView(stored), slice: { filters: { conjunction: 'and' as const, items: [] }, ordering: [] } };
    expect(writeView(view, index)).toMatchObject({ filters: { items: [] }, ordering: [] });
  });

  it('is read whatever is stored, and an address whatever is written in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.anything(), (data, query) => {
        readView({ ...stored, data });
        const display = readDisplay({ ...data, hiddenColumns: query, columnsWidth: query, columnsOrder: query });
        shownColumns(columns, display);
        readSlice(query);
      }),
    );
    expect(readSlice('{"ordering":["-tasks:id", 4, "id"]}')?.ordering).toEqual(['-tasks:id']);
    expect(readSlice('{')).toBeUndefined();
  });

  it('goes into an address and comes back', () => {
    const { slice } = readView(stored);
    expect(readSlice(sliceInAddress(slice, index))).toEqual(slice);
  });
});

describe('orders', () => {
  it('go up, down and away with each press, or stand behind the others', () => {
    expect(orderBy([], 'tasks:id', false)).toEqual(['tasks:id']);
    expect(orderBy(['tasks:id'], 'tasks:id', false)).toEqual(['-tasks:id']);
    expect(orderBy(['-tasks:id'], 'tasks:id', false)).toEqual([]);
    expect(orderBy(['tasks:id'], 'tasks:n', false)).toEqual(['tasks:n']);
    expect(orderBy(['tasks:id'], 'tasks:n', true)).toEqual(['tasks:id', 'tasks:n']);
    expect(orderBy(['tasks:id', 'tasks:n'], 'tasks:id', true)).toEqual(['-tasks:id', 'tasks:n']);
    expect(orderBy(['-tasks:id', 'tasks:n'], 'tasks:id', true)).toEqual(['tasks:n']);
  });
});
