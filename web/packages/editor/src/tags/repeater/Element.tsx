/** One element of a Repeater: drawn while it is near the screen, otherwise a space of the height that it had. */
import type { ConfigNode } from '@labelkeep/labeling';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Children } from '../../panels/Layout';
import { useEditor } from '../../react/hooks';
import styles from './repeater.module.css';
import { standIn } from './stand-in';

/** Elements this near to the screen are drawn, pixels. */
const NEAR = 1000;
/** Height of an element that was never drawn, pixels; then that of the last one that was. */
let estimate = 160;

interface Props {
  readonly repeater: ConfigNode;
  readonly element: ConfigNode;
  readonly index: number;
  readonly lazy: boolean;
  /** Is it to be brought to the screen? */
  readonly wanted: boolean;
  readonly current: boolean;
  readonly onShown: () => void;
}

export function Element({ repeater, element, index, lazy, wanted, current, onShown }: Props) {
  const editor = useEditor();
  const box = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(!lazy || index < 4);
  const height = useRef(0);
  const drawn = near || wanted;

  useEffect(() => {
    const target = box.current;
    if (!lazy || !target) return;
    return observe(target, (is) => {
      // What has the keyboard's focus stays.
      if (is || !target.contains(target.ownerDocument.activeElement)) setNear(is);
    });
  }, [lazy]);

  useEffect(() => (drawn ? undefined : standIn(editor, element)), [editor, element, drawn]);

  useLayoutEffect(() => {
    const target = box.current;
    if (!drawn || !target) return;
    const observer = new ResizeObserver(() => {
      height.current = target.offsetHeight;
      estimate = height.current;
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [drawn]);

  const shown = useRef(onShown);
  shown.current = onShown;
  useEffect(() => {
    if (!wanted) return;
    // Wholly in sight where it fits; a long one from its beginning.
    const { current: target } = box;
    const room = target && scroller(target)?.clientHeight;
    target?.scrollIntoView({ block: room && target.offsetHeight > room ? 'start' : 'nearest' });
    setNear(true);
    shown.current();
  }, [wanted]);

  const enter = () => editor.elements.enter(repeater, index);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing is pressed here; it is only told where the person is.
    <div
      ref={box}
      className={`${styles['element']} ${current ? styles['current'] : ''}`}
      data-element={index}
      style={drawn ? undefined : { height: height.current || estimate }}
      onPointerEnter={() => editor.elements.underPointer(repeater, index)}
      onPointerMove={(event) => {
        if (event.movementX === 0 && event.movementY === 0) return;
        editor.elements.pointerLeads();
        enter();
      }}
      onWheel={() => editor.elements.pointerLeads()}
      onFocus={enter}
    >
      {drawn && <Children node={element} />}
    </div>
  );
}

type Seen = (near: boolean) => void;
const observers = new WeakMap<
  globalThis.Element,
  { readonly observer: IntersectionObserver; readonly seen: Map<globalThis.Element, Seen> }
>();

/** One observer for all elements of a scroller: a thousand of their own would be a thousand lists to walk. */
function observe(target: HTMLElement, seen: Seen): () => void {
  const root = scroller(target);
  const key = root ?? target.ownerDocument.documentElement;
  let entry = observers.get(key);
  if (!entry) {
    const map = new Map<globalThis.Element, Seen>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target: one, isIntersecting } of entries) map.get(one)?.(isIntersecting);
      },
      { root, rootMargin: `${NEAR}px 0px` },
    );
    entry = { observer, seen: map };
    observers.set(key, entry);
  }
  const { observer, seen: map } = entry;
  map.set(target, seen);
  observer.observe(target);
  return () => {
    map.delete(target);
    observer.unobserve(target);
  };
}

function scroller(element: HTMLElement): HTMLElement | null {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return null;
}
