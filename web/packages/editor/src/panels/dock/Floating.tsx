/** A group of panels over the data: moved by its header, resized at its corner, kept inside the workspace. */
import { useRef } from 'react';
import type { PanelGroup, PanelRect } from '../../core/panel-layout';
import { useEditor } from '../../react/hooks';
import styles from './dock.module.css';
import { Group } from './Group';

/** Pixels of one press of an arrow key. */
const STEP = 16;

export function Floating({ group }: { readonly group: PanelGroup }) {
  const editor = useEditor();
  const box = useRef<HTMLElement>(null);
  const { rect } = group;
  const place = (next: PanelRect) => {
    const room = box.current?.parentElement;
    if (!room) return;
    const width = Math.min(next.width, room.clientWidth);
    const height = Math.min(next.height, room.clientHeight);
    const x = Math.max(0, Math.min(room.clientWidth - Math.min(width, 80), next.x));
    const y = Math.max(0, Math.min(room.clientHeight - 40, next.y));
    editor.panels.place(group.id, { x, y, width, height });
  };
  const drag = (event: React.PointerEvent<HTMLElement>, change: (x: number, y: number) => PanelRect) => {
    const target = event.currentTarget;
    // Tabs and buttons have gestures of their own.
    if (event.button !== 0 || (event.target as Element).closest('[role=tab], button')) return;
    event.preventDefault();
    target.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => place(change(moved.clientX - event.clientX, moved.clientY - event.clientY));
    const end = () => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', end);
      target.removeEventListener('pointercancel', end);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', end);
    target.addEventListener('pointercancel', end);
  };
  const grow = (event: React.KeyboardEvent) => {
    const x = event.key === 'ArrowRight' ? STEP : event.key === 'ArrowLeft' ? -STEP : 0;
    const y = event.key === 'ArrowDown' ? STEP : event.key === 'ArrowUp' ? -STEP : 0;
    if (x === 0 && y === 0) return;
    event.preventDefault();
    event.stopPropagation();
    place(
      event.shiftKey
        ? { ...rect, x: rect.x + x, y: rect.y + y }
        : { ...rect, width: rect.width + x, height: rect.height + y },
    );
  };
  return (
    <section
      ref={box}
      className={styles['floating']}
      aria-label="Floating panel"
      style={{
        left: `min(${rect.x}px, calc(100% - 80px))`,
        top: `min(${rect.y}px, calc(100% - 40px))`,
        width: `min(${rect.width}px, 100%)`,
        height: `min(${rect.height}px, 100%)`,
      }}
    >
      <Group
        group={group}
        onHeaderDown={(event) => drag(event, (x, y) => ({ ...rect, x: rect.x + x, y: rect.y + y }))}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a corner that is dragged; no element means that. */}
      <div
        role="separator"
        aria-label="Size of the floating panel: arrows change it, with shift they move the panel"
        aria-valuenow={rect.width}
        tabIndex={0}
        className={styles['corner']}
        onPointerDown={(event) => drag(event, (x, y) => ({ ...rect, width: rect.width + x, height: rect.height + y }))}
        onKeyDown={grow}
      />
    </section>
  );
}
