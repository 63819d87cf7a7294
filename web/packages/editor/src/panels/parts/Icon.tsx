import type { Icon } from '../../core/tag';

/** An icon of strokes in the colour of the text, 16 px unless styled. */
export function IconView({ icon, filled = false }: { readonly icon: Icon; readonly filled?: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="16"
      height="16"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {icon.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
