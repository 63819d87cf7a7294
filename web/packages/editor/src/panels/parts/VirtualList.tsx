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
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: 40 });
  const places = useMemo(() => placesOf(heights, count), [heights, count]);
  const measure = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const from = Math.max(0, places.at(element.scrollTop) - OVERSCAN);
    const to = places.at(element.scrollTop + element.clientHeight) + 1 + OVERSCAN;
    setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
  }, [places]);
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
        const [top, bottom] = [places.top(index), places.top(index + 1)];
        if (top < element.scrollTop) element.scrollTop = top;
        else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
      },
      focus: () => box.current?.focus(),
    }),
    [places],
  );
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
          role="presentation"
          style={{ position: 'absolute', insetInline: 0, top: places.top(Math.min(range.from, count)) }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
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
