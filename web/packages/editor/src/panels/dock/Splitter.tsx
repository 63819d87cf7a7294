/** A line that is dragged, or moved by arrow keys, to change a size. */
import styles from './dock.module.css';

/** Pixels of one press of an arrow key. */
const STEP = 16;

export function Splitter({
  label,
  across,
  value,
  onMove,
}: {
  readonly label: string;
  /** True for a line that is moved left and right. */
  readonly across: boolean;
  /** What it says of the size: pixels, or per cent. */
  readonly value: number;
  /** Pixels to the right or downwards since the drag began, and the size that it began with. */
  readonly onMove: (by: number, from: number) => void;
}) {
  const drag = (event: React.PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const line = event.currentTarget;
    const start = across ? event.clientX : event.clientY;
    const from = value;
    line.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => onMove((across ? moved.clientX : moved.clientY) - start, from);
    const end = () => {
      line.removeEventListener('pointermove', move);
      line.removeEventListener('pointerup', end);
      line.removeEventListener('pointercancel', end);
    };
    line.addEventListener('pointermove', move);
    line.addEventListener('pointerup', end);
    line.addEventListener('pointercancel', end);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule between panels that is moved; <hr> takes no keys.
    <div
      role="separator"
      aria-label={label}
      aria-orientation={across ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(value)}
      tabIndex={0}
      className={`${styles['splitter']} ${across ? styles['across'] : styles['down']}`}
      onPointerDown={drag}
      onKeyDown={(event) => {
        const keys = across ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
        const by = keys.indexOf(event.key) * 2 - 1;
        if (!keys.includes(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        onMove(by * STEP, value);
      }}
    />
  );
}
