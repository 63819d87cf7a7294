/** Icons of actions: strokes on a 24 × 24 grid, drawn by us. */
import type { Icon } from './tag';

const icon = (...paths: string[]): Icon => paths;

export const ICONS = {
  undo: icon('M8 5 4 9l4 4', 'M4 9h10a6 6 0 0 1 0 12h-3'),
  redo: icon('m16 5 4 4-4 4', 'M20 9H10a6 6 0 0 0 0 12h3'),
  reset: icon('M4 12a8 8 0 1 0 2.6-5.9', 'M4 4v5h5'),
  plus: icon('M12 5v14', 'M5 12h14'),
  copy: icon('M9 9h11v11H9z', 'M5 15H4V4h11v1'),
  trash: icon('M4 7h16', 'M9 7V4h6v3', 'm6 7 1 13h10l1-13', 'M10 11v5', 'M14 11v5'),
  left: icon('m15 5-7 7 7 7'),
  right: icon('m9 5 7 7-7 7'),
  down: icon('m6 9 6 6 6-6'),
  eye: icon(
    'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z',
    'M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  ),
  eyeOff: icon(
    'M4 4l16 16',
    'M9.5 6A9.6 9.6 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.7 3.4',
    'M6.2 7.5A16.6 16.6 0 0 0 2.5 12S6 18.5 12 18.5a9.6 9.6 0 0 0 4.2-1',
  ),
  lock: icon('M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3'),
  unlock: icon('M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 6.6-1.6'),
  panel: icon('M4 5h16v14H4z', 'M15 5v14'),
  search: icon('M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14z', 'm16 16 4.5 4.5'),
  keyboard: icon('M3 7h18v10H3z', 'M7 10.5h.01', 'M11 10.5h.01', 'M15 10.5h.01', 'M8 14h8'),
  info: icon('M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z', 'M12 11v5', 'M12 8h.01'),
  settings: icon('M4 7h9', 'M17 7h3', 'M15 5v4', 'M4 17h3', 'M11 17h9', 'M9 15v4', 'M4 12h5', 'M13 12h7', 'M11 10v4'),
  close: icon('m6 6 12 12', 'M18 6 6 18'),
  check: icon('m5 12.5 4.5 4.5L19 7.5'),
  star: icon('m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z'),
  text: icon('M5 6V5h14v1', 'M12 5v14', 'M9 19h6'),
  region: icon('M4 8V4h4', 'M16 4h4v4', 'M20 16v4h-4', 'M8 20H4v-4'),
  sort: icon('M7 5v14', 'm4 16 3 3 3-3', 'M13 7h7', 'M13 12h5', 'M13 17h3'),
  group: icon('M4 6h16', 'M7 12h13', 'M7 18h13'),
  filter: icon('M4 5h16l-6 8v6l-4-2v-4z'),
  spark: icon('M12 4v5', 'M12 15v5', 'M4 12h5', 'M15 12h5'),
  warning: icon('M12 4 2.8 19.5h18.4z', 'M12 10v4', 'M12 17h.01'),
  edit: icon('M4 20h4L19 9l-4-4L4 16z'),
  skip: icon('m5 5 9 7-9 7z', 'M18 5v14'),
} as const satisfies Record<string, Icon>;
