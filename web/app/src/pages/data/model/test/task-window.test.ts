import type { ListedTask, ListedTasks, TaskQuery, Totals } from '@labelkeep/api';
import { describe, expect, it } from 'vitest';
import { add, EVERYTHING, isSelected, NOTHING, sizeOf, stateOf, toggle, toWireSelection } from '../selection';
import { PAGE, type TaskSource, TaskWindow } from '../task-window';

const task = (id: number, mark = ''): ListedTask => ({ id, data: { mark } }) as unknown as ListedTask;

/** A server that answers when it is told to. */
class Server implements TaskSource {
  readonly asked: {
    query: TaskQuery;
    page: number;
    isAll: boolean;
    answer: (answer: ListedTasks) => void;
    fail: (error: Error) => void;
  }[] = [];
  readonly counted: ((totals: Totals) => void)[] = [];
  readonly wanted: number[][] = [];

  page(query: TaskQuery, page: number, isAll: boolean): Promise<ListedTasks> {
    return new Promise((answer, fail) => this.asked.push({ query, page, isAll, answer, fail }));
  }

  totals(): Promise<Totals> {
    return new Promise((resolve) => this.counted.push(resolve));
  }

  async some(_: TaskQuery, ids: readonly number[]): Promise<ListedTask[]> {
    this.wanted.push([...ids]);
    return ids.map((id) => task(id, 'new'));
  }
}

const rows = (page: number, mark = '') => Array.from({ length: PAGE }, (_, at) => task(page * PAGE + at + 1, mark));
const answer = (page: number, total: number, mark = '', isExact = true): ListedTasks => ({
  tasks: rows(page, mark),
  total,
  total_annotations: 1,
  total_predictions: 2,
  total_is_exact: isExact,
});
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('the window of tasks', () => {
  it('fetches the pages that are on screen, and each once', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    expect(server.asked.map(({ page }) => page)).toEqual([0]);
    server.asked[0]?.answer(answer(0, 1_000_000));
    await settled();
    window.show(999_890, 999_999);
    window.show(999_895, 999_999);
    expect(server.asked.map(({ page }) => page)).toEqual([0, 9998, 9999]);
    server.asked[2]?.answer(answer(9999, 1_000_000));
    await settled();
    expect(window.row(999_999)?.id).toBe(1_000_000);
    expect(window.row(999_890)).toBeUndefined();
    expect(window.placeOf(999_950)).toBe(999_949);
  });

  it('keeps what is on screen until another question is answered, and takes no answer to the one before', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    server.asked[0]?.answer(answer(0, 300, 'old'));
    await settled();
    window.show(0, 120);
    window.ask({ ordering: ['-tasks:id'] });
    expect(window.state()).toMatchObject({ isStale: true, total: 300 });
    expect(window.row(0)?.data.mark).toBe('old');
    server.asked[1]?.answer(answer(1, 300, 'late'));
    await settled();
    expect(window.row(100)).toBeUndefined();
    server.asked[2]?.answer(answer(0, 200, 'new'));
    await settled();
    expect(window.state()).toMatchObject({ isStale: false, total: 200 });
    expect(window.row(0)?.data.mark).toBe('new');
    // The rest of what is on screen follows.
    expect(server.asked.at(-1)).toMatchObject({ page: 1, query: { ordering: ['-tasks:id'] } });
  });

  it('shows what is known at least, and the exact number when it has come', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    server.asked[0]?.answer(answer(0, 10_000, '', false));
    await settled();
    expect(window.state()).toMatchObject({ total: 10_000, isExact: false, annotations: null });
    server.counted[0]?.({ total: 523_114, total_annotations: 9, total_predictions: 8 });
    await settled();
    expect(window.state()).toMatchObject({ total: 523_114, isExact: true, annotations: 9 });
    // Another page of the same question knows less, and changes nothing.
    window.show(200, 250);
    server.asked.at(-1)?.answer(answer(2, 10_000, '', false));
    await settled();
    expect(window.state()).toMatchObject({ total: 523_114, isExact: true });
    expect(server.counted).toHaveLength(1);
  });

  it('asks again for all that is on screen when many tasks changed, without emptying it', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    server.asked[0]?.answer(answer(0, 100, 'old'));
    await settled();
    window.refresh();
    expect(window.row(5)?.data.mark).toBe('old');
    expect(window.state().isStale).toBe(false);
    server.asked[1]?.answer(answer(0, 100, 'new'));
    await settled();
    expect(window.row(5)?.data.mark).toBe('new');
  });

  it('finds the first tasks of a project that had none', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    server.asked[0]?.answer({ ...answer(0, 0), tasks: [] });
    await settled();
    window.refresh();
    expect(server.asked).toHaveLength(2);
    server.asked[1]?.answer(answer(0, 100));
    await settled();
    expect(window.state().total).toBe(100);
  });

  it('changes tasks where they stand, and asks only for those that are here', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    server.asked[0]?.answer(answer(0, 1000, 'old'));
    await settled();
    await window.update([3, 777]);
    expect(server.wanted).toEqual([[3]]);
    expect(window.row(2)?.data.mark).toBe('new');
    expect(window.row(3)?.data.mark).toBe('old');
  });

  it('says why there is no answer, and asks again', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    server.asked[0]?.fail(new Error('no'));
    await settled();
    expect(window.state()).toMatchObject({ isFirst: false, error: new Error('no') });
    window.refresh();
    server.asked[1]?.answer(answer(0, 100));
    await settled();
    expect(window.state()).toMatchObject({ error: undefined, total: 100 });
  });

  it('shows what was found in time, looks on for the rest, and takes no rows away meanwhile', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    const some = (number: number, mark: string): ListedTasks => ({
      ...answer(0, number, mark, false),
      tasks: rows(0, mark).slice(0, number),
      is_searching: true,
    });
    window.ask({});
    server.asked[0]?.answer(some(3, 'first'));
    await settled();
    expect(window.state()).toMatchObject({ total: 3, isExact: false, isSearching: true });
    expect(window.row(2)?.data.mark).toBe('first');
    expect(server.asked.map(({ isAll }) => isAll)).toEqual([false, true]);
    // The whole page knows the exact numbers: they are not asked for besides.
    expect(server.counted).toHaveLength(0);
    server.asked[1]?.answer({ ...answer(0, 57, 'all'), tasks: rows(0, 'all').slice(0, 57) });
    await settled();
    expect(window.state()).toMatchObject({ total: 57, isExact: true, isSearching: false });
    window.refresh();
    server.asked[2]?.answer(some(1, 'again'));
    await settled();
    expect(window.state()).toMatchObject({ total: 57, isSearching: true });
    expect(window.row(56)?.data.mark).toBe('all');
  });

  it('gives the ids of a stretch that is not here yet', async () => {
    const server = new Server();
    const window = new TaskWindow(server);
    window.ask({});
    server.asked[0]?.answer(answer(0, 300));
    await settled();
    const ids = window.ids(98, 101);
    server.asked[1]?.answer(answer(1, 300));
    expect(await ids).toEqual([99, 100, 101, 102]);
  });
});

describe('a selection', () => {
  it('is some tasks, or all that match but some', () => {
    const some = add(toggle(toggle(NOTHING, 4), 5), [6, 7]);
    expect(toWireSelection(toggle(some, 4))).toEqual({ all: false, included: [5, 6, 7] });
    expect(sizeOf(some, 1_000_000)).toBe(4);
    const all = toggle(EVERYTHING, 9);
    expect([isSelected(all, 9), isSelected(all, 10)]).toEqual([false, true]);
    expect(toWireSelection(all)).toEqual({ all: true, excluded: [9] });
    expect(sizeOf(all, 1_000_000)).toBe(999_999);
    expect([stateOf(NOTHING, 5), stateOf(all, 5), stateOf(add(all, [9]), 5), stateOf(EVERYTHING, 0)]).toEqual([
      'none',
      'some',
      'all',
      'none',
    ]);
  });
});
