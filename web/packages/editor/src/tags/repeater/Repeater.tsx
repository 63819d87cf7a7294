/**
 * The elements of a Repeater: all below each other (only those near the screen are drawn), or in pages. The
 * element that the person is at is marked: the keys of labels and choices act there.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import { useEffect, useRef, useState } from 'react';
import { elementsAround, repeatedTotal } from '../../core/repeater';
import type { TagPanelProps } from '../../core/tag';
import { useEditor, useEmitter } from '../../react/hooks';
import { Element } from './Element';
import { Pager } from './Pager';
import { usePages } from './pages';
import styles from './repeater.module.css';
import { standIn } from './stand-in';

export function Repeater({ editor, node }: TagPanelProps) {
  const paged = node.oneOf('mode', ['list', 'pagination'], 'list') === 'pagination';
  const total = repeatedTotal(node);
  useProblems(node);
  return (
    <div className={styles['repeater']}>
      {total > node.children.length && (
        <p className={styles['note']} role="note">
          The first {node.children.length.toLocaleString()} of {total.toLocaleString()} elements are shown: more can’t
          be labeled in one task.
        </p>
      )}
      {node.children.length === 0 && <p className={styles['note']}>The task has nothing to repeat here.</p>}
      {paged ? <Paged editor={editor} node={node} /> : <Listed editor={editor} node={node} />}
    </div>
  );
}

function Listed({ editor, node }: TagPanelProps) {
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(
    () => editor.elements.wanted.subscribe(({ repeater, index }) => repeater === node && setWanted(index)),
    [editor, node],
  );
  const current = useCurrent(node);
  const last = node.children.length - 1;
  useEffect(() => {
    const step = (by: number) => {
      const index = Math.max(0, Math.min(last, editor.elements.current(node) + by));
      editor.elements.go(node, index);
      editor.announce(`Element ${index + 1} of ${last + 1}`);
    };
    return editor.actions.register([
      {
        id: `repeater.${node.position.offset}.next`,
        label: 'Next element of the list',
        group: 'Pages',
        shortcut: 'alt+pagedown',
        enabled: () => last > 0,
        run: () => step(1),
      },
      {
        id: `repeater.${node.position.offset}.previous`,
        label: 'Previous element of the list',
        group: 'Pages',
        shortcut: 'alt+pageup',
        enabled: () => last > 0,
        run: () => step(-1),
      },
    ]);
  }, [editor, node, last]);
  // A few are drawn at once; their places would only jump.
  const lazy = node.children.length > 12;
  return node.children.map((element, index) => (
    <Element
      // Elements of a list never change their order.
      key={index}
      repeater={node}
      element={element}
      index={index}
      lazy={lazy}
      wanted={wanted === index}
      current={current === index && node.children.length > 1}
      onShown={() => setWanted(null)}
    />
  ));
}

function Paged({ editor, node }: TagPanelProps) {
  const pages = usePages(editor, node.children.length);
  const { page, size } = pages;
  const go = useRef(pages.go);
  go.current = pages.go;
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(
    () =>
      editor.elements.wanted.subscribe(({ repeater, index }) => {
        if (repeater !== node) return;
        go.current(Math.floor(index / size) + 1);
        setWanted(index);
      }),
    [editor, node, size],
  );
  // The first element of a page is the one that keys act on, until the person goes to another.
  useEffect(() => {
    const first = (page - 1) * size;
    const current = editor.elements.current(node);
    if (current < first || current >= first + size) editor.elements.enter(node, first);
  }, [editor, node, page, size]);
  useEffect(
    () =>
      editor.actions.register([
        {
          id: `repeater.${node.position.offset}.next`,
          label: 'Next page of the list',
          group: 'Pages',
          shortcut: 'alt+pagedown, alt+arrowright',
          enabled: () => pages.count > 1,
          run: () => go.current(page + 1),
        },
        {
          id: `repeater.${node.position.offset}.previous`,
          label: 'Previous page of the list',
          group: 'Pages',
          shortcut: 'alt+pageup, alt+arrowleft',
          enabled: () => pages.count > 1,
          run: () => go.current(page - 1),
        },
      ]),
    [editor, node, page, pages.count],
  );
  const current = useCurrent(node);
  const from = (page - 1) * size;
  return (
    <>
      <StandIns repeater={node} from={from} to={from + size} />
      {node.children.slice(from, from + size).map((element, at) => {
        const index = from + at;
        return (
          <Element
            key={index}
            repeater={node}
            element={element}
            index={index}
            lazy={size > 12}
            wanted={wanted === index}
            current={current === index && size > 1}
            onShown={() => setWanted(null)}
          />
        );
      })}
      <Pager {...pages} total={node.children.length} />
    </>
  );
}

/** Objects of other pages: they have no place on the screen, and open their page when a region of theirs is sought. */
function StandIns({
  repeater,
  from,
  to,
}: {
  readonly repeater: ConfigNode;
  readonly from: number;
  readonly to: number;
}) {
  const editor = useEditor();
  useEffect(() => {
    const offs: (() => void)[] = [];
    repeater.children.forEach((element, index) => {
      if (index < from || index >= to) offs.push(standIn(editor, element));
    });
    return () => {
      for (const off of offs) off();
    };
  }, [editor, repeater, from, to]);
  return null;
}

function useCurrent(node: ConfigNode): number {
  const editor = useEditor();
  return useEmitter(editor.elements.changed.subscribe as (listener: () => void) => () => void, () =>
    editor.elements.current(node),
  );
}

/** A question that kept a submit back may stand in an element that is not drawn. */
function useProblems(node: ConfigNode): void {
  const editor = useEditor();
  useEffect(
    () =>
      editor.notices.subscribe(() => {
        const control = editor.config.byName.get(editor.problem?.control ?? '');
        if (control && elementsAround(control).some(({ repeater }) => repeater === node)) editor.elements.show(control);
      }),
    [editor, node],
  );
}
