/**
 * The panel of Ranker: cards in columns. Cards are dragged by their heads; by keyboard a card is
 * picked up with Enter or space, moved with arrows, and put down with Enter or space (Escape: back).
 */
import { useId, useLayoutEffect, useRef, useState } from 'react';
import { ICONS } from '../../core/icons';
import type { TagPanelProps } from '../../core/tag';
import { questionTitle } from '../../core/titles';
import { CleanMarkup } from '../../panels/parts/CleanMarkup';
import { IconView } from '../../panels/parts/Icon';
import { Question } from '../../panels/parts/Question';
import { useAnswer } from '../../react/use-answer';
import { startDrag } from './drag';
import { listOf } from './list';
import {
  type Board,
  boardOf,
  type Column,
  columnsOf,
  moved,
  neighbour,
  placeOf,
  type RankItem,
  type Ranking,
} from './model';
import styles from './ranker.module.css';

export function RankerPanel({ editor, node }: TagPanelProps) {
  const handle = useAnswer<Ranking>(node);
  const board = useRef<HTMLDivElement>(null);
  /** The order while a card is carried; it is written when the card is put down. */
  const [carried, setCarried] = useState<{ readonly id: string; readonly ranking: Ranking } | null>(null);
  const latest = useRef(carried);
  latest.current = carried;
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  /** The card that takes the focus after it moved to another column. */
  const focus = useRef<string | null>(null);
  const hint = useId();
  useLayoutEffect(() => {
    if (focus.current === null) return;
    board.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(focus.current)}"]`)?.focus();
    focus.current = null;
  });
  if (!handle) return null;
  const { title, items } = listOf(editor, node);
  const still = boardOf(columnsOf(node, title), items, handle.answer);
  const shown: Board = carried ? { ...still, ranking: carried.ranking } : still;
  const words = (id: string) => shown.items.get(id)?.title || id;

  const carry = (id: string, column: string, index: number) => {
    const from = latest.current?.id === id ? latest.current.ranking : still.ranking;
    const next = { id, ranking: moved(from, id, column, index) };
    latest.current = next;
    setCarried(next);
  };
  const putDown = () => {
    const held = latest.current;
    latest.current = null;
    setCarried(null);
    if (!held) return;
    focus.current = held.id;
    if (held.ranking !== still.ranking) handle.set(held.ranking);
    editor.announce(`${words(held.id)} put down. ${said({ ...still, ranking: held.ranking }, held.id)}`);
  };
  const giveBack = () => {
    const held = latest.current;
    latest.current = null;
    setCarried(null);
    if (held) editor.announce(`${words(held.id)} is back where it was`);
  };
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>, id: string) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const holding = carried?.id === id;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (handle.readonly) return;
      if (holding) putDown();
      else {
        carry(id, placeOf(shown.ranking, id)?.column ?? '', placeOf(shown.ranking, id)?.index ?? 0);
        editor.announce(`${words(id)} picked up. Arrows move it, Enter puts it down, Escape puts it back.`);
      }
    } else if (event.key === 'Escape' && holding) {
      event.preventDefault();
      focus.current = id;
      giveBack();
    } else {
      const to = neighbour(shown, id, event.key);
      if (!to) return;
      event.preventDefault();
      if (holding) {
        focus.current = id;
        carry(id, to.column, to.index);
        editor.announce(said({ ...shown, ranking: latest.current?.ranking ?? shown.ranking }, id));
      } else moveFocus(board.current, shown, to);
    }
  };

  return (
    <Question node={node}>
      <p id={hint} className={styles['spoken']}>
        Press Enter to pick a card up, arrows to move it, Enter to put it down.
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out in columns. */}
      <div
        ref={board}
        className={`${styles['board']} ${shown.columns.length === 1 ? styles['single'] : ''}`}
        role="group"
        aria-label={questionTitle(editor, node)}
      >
        {shown.columns.map((column) => (
          <ColumnView key={column.id} column={column} count={shown.ranking[column.id]?.length ?? 0}>
            {(shown.ranking[column.id] ?? []).map((id, index) => {
              const item = shown.items.get(id);
              return item ? (
                <Card
                  key={id}
                  item={item}
                  number={index + 1}
                  hint={hint}
                  held={carried?.id === id}
                  readonly={handle.readonly}
                  collapsible={node.bool('collapsible', true)}
                  folded={folded.has(id)}
                  onFold={() => setFolded((old) => toggled(old, id))}
                  onKeyDown={(event) => onKeyDown(event, id)}
                  onBlur={() => carried?.id === id && focus.current === null && putDown()}
                  onPress={(event) =>
                    startDrag(event, {
                      board,
                      id,
                      onMove: ({ column: to, index: at }) => carry(id, to, at),
                      onDrop: putDown,
                      onCancel: giveBack,
                    })
                  }
                />
              ) : null;
            })}
          </ColumnView>
        ))}
      </div>
    </Question>
  );
}

function ColumnView({
  column,
  count,
  children,
}: {
  readonly column: Column;
  readonly count: number;
  readonly children: React.ReactNode;
}) {
  const title = useId();
  return (
    // The second class is the one that configurations style.
    <section
      className={`${styles['column']} htx-ranker-column ${column.unknown ? styles['unknown'] : ''}`}
      data-column={column.id}
      aria-labelledby={title}
    >
      <h3
        id={title}
        className={styles['title']}
        title={column.unknown ? 'Not in the labeling configuration' : undefined}
      >
        <bdi>{column.title}</bdi>
        <span className={styles['count']}>{count}</span>
      </h3>
      <ol className={styles['cards']}>{children}</ol>
      {count === 0 && <p className={styles['empty']}>Drop cards here</p>}
    </section>
  );
}

function Card({
  item,
  number,
  hint,
  held,
  readonly,
  collapsible,
  folded,
  onFold,
  onKeyDown,
  onBlur,
  onPress,
}: {
  readonly item: RankItem;
  readonly number: number;
  readonly hint: string;
  readonly held: boolean;
  readonly readonly: boolean;
  readonly collapsible: boolean;
  readonly folded: boolean;
  readonly onFold: () => void;
  readonly onKeyDown: (event: React.KeyboardEvent<HTMLElement>) => void;
  readonly onBlur: () => void;
  readonly onPress: (event: PointerEvent) => void;
}) {
  const more = item.body !== '' || item.html !== '';
  const title = item.title || item.id;
  return (
    <li
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a card is picked up and moved by keys.
      tabIndex={0}
      data-item={item.id}
      aria-roledescription="card that can be moved"
      aria-label={`${number}. ${title}${item.unknown ? ', not in the task' : ''}`}
      aria-describedby={hint}
      className={`${styles['card']} htx-ranker-item ${held ? styles['held'] : ''} ${item.unknown ? styles['unknown'] : ''}`}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
    >
      <div
        className={`${styles['head']} ${readonly ? '' : styles['movable']}`}
        onPointerDown={(event) => {
          if (event.button !== 0 || readonly || (event.target as Element).closest('button')) return;
          onPress(event.nativeEvent);
        }}
      >
        <span className={styles['number']}>{number}</span>
        <bdi className={styles['name']} title={item.unknown ? 'Not in the data of this task' : undefined}>
          {title}
        </bdi>
        {collapsible && more && (
          <button
            type="button"
            className={`${styles['fold']} ${folded ? styles['closed'] : ''}`}
            aria-expanded={!folded}
            aria-label={`${folded ? 'Unfold' : 'Fold'} ${title}`}
            onClick={onFold}
          >
            <IconView icon={ICONS.down} />
          </button>
        )}
      </div>
      {more && !(collapsible && folded) && (
        <div className={styles['body']} dir="auto">
          {item.body !== '' && <p>{item.body}</p>}
          {item.html !== '' && <CleanMarkup html={item.html} />}
        </div>
      )}
    </li>
  );
}

/** Where a card stands, for screen readers. */
function said({ columns, ranking }: Board, id: string): string {
  const at = placeOf(ranking, id);
  if (!at) return '';
  const title = columns.length > 1 ? ` in ${columns.find((one) => one.id === at.column)?.title ?? at.column}` : '';
  return `Place ${at.index + 1} of ${ranking[at.column]?.length ?? 0}${title}.`;
}

function moveFocus(
  board: HTMLElement | null,
  { ranking }: Board,
  { column, index }: { readonly column: string; readonly index: number },
): void {
  const ids = ranking[column] ?? [];
  const id = ids[Math.max(0, Math.min(ids.length - 1, index))];
  if (id !== undefined) board?.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"]`)?.focus();
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
