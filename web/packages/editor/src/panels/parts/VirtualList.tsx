/** A list that draws only the rows on screen; all rows are equally high. */
import { type ReactNode, type Ref, useCallback, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';

export interface VirtualListHandle {
  scrollTo(index: number): void;
  focus(): void;
}

interface Props {
  readonly count: number;
  /** Pixels. */
  readonly rowHeight: number;
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
  rowHeight,
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
  const measure = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVERSCAN);
    const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + OVERSCAN;
    setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
  }, [rowHeight]);
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
        const top = index * rowHeight;
        if (top < element.scrollTop) element.scrollTop = top;
        else if (top + rowHeight > element.scrollTop + element.clientHeight)
          element.scrollTop = top + rowHeight - element.clientHeight;
      },
      focus: () => box.current?.focus(),
    }),
    [rowHeight],
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
      <div role="presentation" style={{ height: count * rowHeight, position: 'relative' }}>
        <div role="presentation" style={{ position: 'absolute', insetInline: 0, top: range.from * rowHeight }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
