/** Keys and commands for shapes: points of an outline, several shapes in line, measuring, snapping. */
import type { Alignment, Measurement } from '@labelkeep/canvas';
import type { Action } from '../../core';
import type { ImageView } from './view';

const GROUP = 'Shapes';

/** How ids are made, and whether keys go to this image. */
export interface ActionNames {
  id(name: string): string;
  hasKeys(): boolean;
}

export function shapeActions(view: ImageView, names: ActionNames): Action[] {
  return [...snapActions(view, names), ...pointActions(view, names), ...arrangeActions(view, names)];
}

function snapActions(view: ImageView, { id, hasKeys }: ActionNames): Action[] {
  const { editor } = view.context;
  const { settings } = editor;
  // Text alone has nothing to snap: only where something is drawn.
  if (!editor.tools.of(view.name).some((tool) => tool.control !== undefined)) return [];
  const reach = (by: number) => {
    const distance = Math.max(2, Math.min(30, settings.get('snapDistance') + by));
    settings.set('snapDistance', distance);
    editor.notify('info', `Points snap from ${distance} pixels on.`);
  };
  return [
    {
      id: id('snap'),
      label: 'Snap to neighbours and to the border (ctrl: not now)',
      group: GROUP,
      shortcut: 'shift+s',
      icon: ['M6 4v8a6 6 0 0 0 12 0V4h-4v8a2 2 0 0 1-4 0V4z', 'M6 8h4', 'M14 8h4'],
      toolbar: view.name,
      section: 'view',
      enabled: hasKeys,
      active: () => settings.get('snapping'),
      run: () => {
        settings.set('snapping', !settings.get('snapping'));
        editor.announce(settings.get('snapping') ? 'Snapping on' : 'Snapping off');
        editor.actions.refresh();
      },
    },
    { id: id('snap-farther'), label: 'Snap from farther away', group: GROUP, enabled: hasKeys, run: () => reach(2) },
    { id: id('snap-nearer'), label: 'Snap from nearer only', group: GROUP, enabled: hasKeys, run: () => reach(-2) },
  ];
}

function pointActions(view: ImageView, { id, hasKeys }: ActionNames): Action[] {
  const { editor } = view.context;
  const { pointKeys } = view.stage;
  const able = () => hasKeys() && !editor.readonly && !view.stage.tool.drawing;
  const some = () => able() && pointKeys.item !== null;
  const chosen = () => able() && pointKeys.chosen > 0;
  const path = () => able() && pointKeys.path !== null;
  const make = (name: string, label: string, shortcut: string, enabled: () => boolean, run: () => void): Action => ({
    id: id(`point-${name}`),
    label,
    group: GROUP,
    ...(shortcut === '' ? {} : { shortcut }),
    enabled,
    run,
  });
  return [
    { ...make('next', 'Next point of the outline', 'alt+n', some, () => pointKeys.step(1)), repeat: true },
    {
      ...make('previous', 'Previous point of the outline', 'shift+alt+n', some, () => pointKeys.step(-1)),
      repeat: true,
    },
    make('insert', 'Put a point in behind the chosen one', 'alt+p', chosen, () => pointKeys.insert()),
    make('delete', 'Delete the chosen points', 'backspace, delete', chosen, () => pointKeys.remove()),
    make(
      'bend',
      'Make the chosen points curves or corners',
      'alt+c',
      () => chosen() && path(),
      () => pointKeys.convert(),
    ),
    make('close', 'Close or open the path', 'alt+o', path, () => pointKeys.toggleClosed()),
  ];
}

const ALIGNMENTS: readonly (readonly [Alignment, string])[] = [
  ['left', 'Align left borders'],
  ['center', 'Align centres sideways'],
  ['right', 'Align right borders'],
  ['top', 'Align upper borders'],
  ['middle', 'Align centres upright'],
  ['bottom', 'Align lower borders'],
];

function arrangeActions(view: ImageView, { id, hasKeys }: ActionNames): Action[] {
  const { editor } = view.context;
  const { arrangement } = view.stage;
  const from = (least: number) => () => hasKeys() && !editor.readonly && arrangement.count >= least;
  const make = (name: string, label: string, least: number, run: () => boolean): Action => ({
    id: id(`arrange-${name}`),
    label,
    group: GROUP,
    enabled: from(least),
    run: () => editor.announce(run() ? label : 'Nothing had to move'),
  });
  return [
    ...ALIGNMENTS.map(([to, label]) => make(to, label, 2, () => arrangement.align(to))),
    make('distribute-x', 'Equal spaces sideways', 3, () => arrangement.distribute('x')),
    make('distribute-y', 'Equal spaces upright', 3, () => arrangement.distribute('y')),
    make('width', 'Same width as the first selected', 2, () => arrangement.matchSize('x')),
    make('height', 'Same height as the first selected', 2, () => arrangement.matchSize('y')),
    {
      id: id('measure'),
      label: 'Measure the selection',
      group: GROUP,
      shortcut: 'shift+m',
      enabled: () => hasKeys() && arrangement.measurable,
      run: () => {
        const measured = arrangement.measure();
        if (measured) editor.notify('info', describe(measured));
      },
    },
  ];
}

/** All lengths in pixels of the image. */
function describe({ count, width, height, area, outline, pair }: Measurement): string {
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const parts = [
    `${count === 1 ? 'One region' : `${count} regions`}: ${whole(width)} × ${whole(height)} px`,
    `area ${whole(area)} px²`,
    `outline ${whole(outline)} px`,
  ];
  if (pair) {
    parts.push(`centres ${whole(pair.centers)} px apart`);
    const free = [
      pair.gapX > 0 ? `${whole(pair.gapX)} px sideways` : '',
      pair.gapY > 0 ? `${whole(pair.gapY)} px upright` : '',
    ];
    const gaps = free.filter((part) => part !== '').join(' and ');
    parts.push(gaps === '' ? `boxes overlap by ${(pair.overlap * 100).toFixed(1)} % (IoU)` : `${gaps} between them`);
  }
  return parts.join(', ');
}
