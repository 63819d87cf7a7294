/** A list that draws only the rows on screen. */
import {
  type ReactNode,
  type Ref,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';

export interface VirtualListHandle {
  scrollTo(index: number): void;
  focus(): void;
}

interface Props {
  readonly count: number;
  /** Pixels: of every row, or of each. */
  readonly heights: number | readonly number[];
  readonly render: (index: number) => ReactNode;
  readonly className?: string | undefined;
  readonly handle?: Ref<VirtualListHandle>;
  readonly onKeyDown?: (event: React.KeyboardEvent<HTMLDivElement>) => void;
  readonly onPointerDown?: (event: React.PointerEvent<HTMLDivElement>) => void;
  readonly role?: string;
  readonly label: string;
  readonly activeId?: string | undefined;
  /** Another object brings its row into view. */
  readonly shown?: { readonly index: number } | undefined;
}

const OVERSCAN = 6;

export function VirtualList({
  count,
  heights,
  render,
  className,
  handle,
  onKeyDown,
  onPointerDown,
  role = 'list',
  label,
  activeId,
  shown,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  /** What of the rows was seen when it was looked at last, pixels. */
  const seen = useRef({ top: 0, height: 0 });
  const [range, setRange] = useState({ from: 0, to: 40 });
  const [brought, setBrought] = useState(shown);
  const places = useMemo(() => placesOf(heights, count), [heights, count]);
  const lookAt = (top: number, height: number) => {
    const from = Math.max(0, places.at(top) - OVERSCAN);
    const to = places.at(top + height) + 1 + OVERSCAN;
    setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
  };
  const measure = useCallback(() => {
    const element = box.current;
    if (!element) return;
    seen.current = { top: element.scrollTop, height: element.clientHeight };
    lookAt(element.scrollTop, element.clientHeight);
  }, [places]);
  // The rows around it are drawn with this very change, not after the list has scrolled to where they are missing.
  if (brought !== shown) {
    setBrought(shown);
    const { top, height } = seen.current;
    if (shown && shown.index >= 0 && height > 0) lookAt(topFor(places, shown.index, top, height), height);
  }
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [measure]);
  useImperativeHandle(
    handle,
    () => ({
      scrollTo: (index) => {
        const element = box.current;
        if (!element || index < 0) return;
        const top = topFor(places, index, element.scrollTop, element.clientHeight);
        if (top !== element.scrollTop) element.scrollTop = top;
      },
      focus: () => box.current?.focus(),
    }),
    [places],
  );
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !brought || brought.index < 0) return;
    const top = topFor(places, brought.index, element.scrollTop, element.clientHeight);
    if (top !== element.scrollTop) element.scrollTop = top;
  }, [brought]);
  // Written here, as with every row that comes or goes all others would have to be drawn for it.
  useLayoutEffect(() => {
    const size = String(count);
    for (const row of body.current?.children ?? []) {
      if (row.hasAttribute('aria-posinset') && row.getAttribute('aria-setsize') !== size)
        row.setAttribute('aria-setsize', size);
    }
  });
  const rows: ReactNode[] = [];
  for (let index = range.from; index < Math.min(range.to, count); index++) rows.push(render(index));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the role is given by the caller (list or tree).
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is given by the caller (list or tree).
    <div
      ref={box}
      className={className}
      role={role}
      aria-label={label}
      aria-multiselectable={role === 'tree' ? true : undefined}
      aria-activedescendant={activeId}
      tabIndex={0}
      onScroll={measure}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      style={{ overflowY: 'auto', position: 'relative' }}
    >
      <div role="presentation" style={{ height: places.top(count), position: 'relative' }}>
        <div
          ref={body}
          role="presentation"
          style={{ position: 'absolute', insetInline: 0, top: places.top(Math.min(range.from, count)) }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
}

/** Where the list has to be scrolled to for a row to be seen, from where it is. */
function topFor(places: Places, index: number, scrolled: number, height: number): number {
  const [top, bottom] = [places.top(index), places.top(index + 1)];
  if (top < scrolled) return top;
  return bottom > scrolled + height ? bottom - height : scrolled;
}

interface Places {
  /** Pixels above a row; of the number of rows: the height of all. */
  top(index: number): number;
  /** The row at a height. */
  at(pixels: number): number;
}

function placesOf(heights: number | readonly number[], count: number): Places {
  if (typeof heights === 'number') {
    return { top: (index) => index * heights, at: (pixels) => Math.floor(pixels / heights) };
  }
  const tops = [0];
  for (let index = 0; index < count; index++) tops.push((tops[index] ?? 0) + (heights[index] ?? 0));
  return {
    top: (index) => tops[Math.min(index, count)] ?? 0,
    at: (pixels) => {
      let [from, to] = [0, count];
      while (from + 1 < to) {
        const middle = (from + to) >> 1;
        if ((tops[middle] ?? 0) <= pixels) from = middle;
        else to = middle;
      }
      return from;
    },
  };
}
