/** Keys and buttons of an image: its tools, the view, and drawing or moving by arrow keys. */
import type { Action, KeyEventLike, ToolDescriptor } from '../../core';
import { sizeActions } from '../raster/brush-size';
import { shapeActions } from './shape-actions';
import { canvasTool } from './tool-names';
import type { ImageView } from './view';

const GROUP = 'Image';

export function imageActions(view: ImageView): Action[] {
  return [
    ...toolActions(view),
    ...viewActions(view),
    ...lookActions(view),
    ...pageActions(view),
    ...keyActions(view),
    ...shapeActions(view, { id: (name) => id(view, name), hasKeys: () => hasKeys(view) }),
  ];
}

function id(view: ImageView, name: string): string {
  // With one image the ids are the plain ones, under which people's own keys are stored.
  return isFirst(view) ? `image.${name}` : `image.${view.name}.${name}`;
}

function isFirst(view: ImageView): boolean {
  return view.context.editor.config.objects.find((node) => node.type === 'image')?.name === view.name;
}

/** Keys go to the image that has the focus; without one, to the first image. */
function hasKeys(view: ImageView): boolean {
  if (view.focused) return true;
  const images = view.context.editor.config.objects.filter((node) => node.type === 'image');
  return images.length < 2 || (isFirst(view) && !view.otherFocused());
}

function toolActions(view: ImageView): Action[] {
  const { editor } = view.context;
  const tools = editor.tools.of(view.name);
  return tools.map((tool) => {
    const name = nameOf(tool);
    // Of several controls with the same tool the first one has its key; the others say whose they are.
    const first = tools.find((one) => nameOf(one) === name) === tool;
    // A key belongs to the first tool that asks for it (brush and pixel brush in one configuration).
    const key = first && tools.find((one) => one.shortcut === tool.shortcut) === tool ? tool.shortcut : undefined;
    return {
      id: id(view, `tool.${first ? name : tool.id}`),
      label: first ? tool.label : `${tool.label} (${tool.control})`,
      group: GROUP,
      ...(key === undefined ? {} : { shortcut: key }),
      icon: tool.icon,
      toolbar: view.name,
      section: 'tools',
      enabled: () => tool.control === undefined || !editor.readonly,
      active: () => editor.tools.active(view.name)?.id === tool.id,
      run: () => editor.tools.activate(view.name, tool.id),
    };
  });
}

/** Smart tools are tools of their own beside the manual ones. */
function nameOf(tool: ToolDescriptor): string {
  return tool.offered === 'with-model' ? `smart-${canvasTool(tool.id)}` : canvasTool(tool.id);
}

function viewActions(view: ImageView): Action[] {
  const { node } = view.context;
  const { stage } = view;
  const zooms = node.bool('zoom', true);
  const bar = zooms && node.bool('zoomControl', true) ? { toolbar: view.name, section: 'view' as const } : {};
  const mine = () => hasKeys(view);
  const actions: Action[] = [];
  if (zooms) {
    actions.push(
      {
        id: id(view, 'zoom-in'),
        label: 'Zoom in',
        group: GROUP,
        shortcut: 'ctrl+plus, ctrl+=',
        icon: ['M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14z', 'm16 16 4.5 4.5', 'M11 8v6', 'M8 11h6'],
        repeat: true,
        enabled: mine,
        run: () => stage.zoomStep(1),
        ...bar,
      },
      {
        id: id(view, 'zoom-out'),
        label: 'Zoom out',
        group: GROUP,
        shortcut: 'ctrl+minus',
        icon: ['M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14z', 'm16 16 4.5 4.5', 'M8 11h6'],
        repeat: true,
        enabled: mine,
        run: () => stage.zoomStep(-1),
        ...bar,
      },
      {
        id: id(view, 'fit'),
        label: 'Fit the image',
        group: GROUP,
        shortcut: 'shift+1',
        icon: ['M4 9V4h5', 'M15 4h5v5', 'M20 15v5h-5', 'M9 20H4v-5'],
        enabled: mine,
        run: () => stage.camera.fit(),
        ...bar,
      },
      {
        id: id(view, 'actual'),
        label: 'Actual size, 100 %',
        group: GROUP,
        shortcut: 'shift+2',
        icon: ['M5 8l2-1.5V17', 'M17 8l2-1.5V17', 'M12 9.5v.01', 'M12 14.5v.01'],
        enabled: mine,
        run: () => stage.camera.zoomTo(1),
        ...bar,
      },
    );
  }
  // Alt and arrows resize what is selected; the view is turned when nothing is.
  const turns = () => mine() && !stage.keyboard.resizes;
  const turnBar = node.bool('rotateControl') ? { toolbar: view.name, section: 'view' as const } : {};
  actions.push(
    {
      id: id(view, 'rotate-left'),
      label: 'Rotate the view left',
      group: GROUP,
      shortcut: 'alt+left',
      icon: ['M5 12a7 7 0 1 0 2.2-5.1', 'M5 4v4.5h4.5'],
      enabled: turns,
      run: () => view.turn(-1),
      ...turnBar,
    },
    {
      id: id(view, 'rotate-right'),
      label: 'Rotate the view right',
      group: GROUP,
      shortcut: 'alt+right',
      icon: ['M19 12a7 7 0 1 1-2.2-5.1', 'M19 4v4.5h-4.5'],
      enabled: turns,
      run: () => view.turn(1),
      ...turnBar,
    },
  );
  actions.push(
    ...sizeActions(
      view.brushSize,
      (name) => id(view, name),
      mine,
      (text) => view.context.editor.announce(text),
    ),
  );
  return actions;
}

function lookActions(view: ImageView): Action[] {
  const bar = view.look.offered ? { toolbar: view.name, section: 'view' as const } : {};
  return [
    {
      id: id(view, 'look'),
      label: 'Brightness and contrast',
      group: GROUP,
      icon: ['M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z', 'M12 4v16', 'M12 8h6.5', 'M12 12h8', 'M12 16h6.5'],
      ...bar,
      active: () => view.look.open,
      run: () => {
        view.look.toggle(!view.look.open);
        view.context.editor.actions.refresh();
      },
    },
    {
      id: id(view, 'grid'),
      label: 'Grid over the image',
      group: GROUP,
      icon: ['M4 4h16v16H4z', 'M9.3 4v16', 'M14.7 4v16', 'M4 9.3h16', 'M4 14.7h16'],
      active: () => view.grid,
      run: () => view.showGrid(!view.grid),
    },
    {
      id: id(view, 'crosshair'),
      label: 'Cross-hair at the pointer',
      group: GROUP,
      icon: ['M12 3v7', 'M12 14v7', 'M3 12h7', 'M14 12h7'],
      active: () => view.crosshair,
      run: () => view.showCrosshair(!view.crosshair),
    },
  ];
}

function pageActions(view: ImageView): Action[] {
  if (!view.isList || view.pages < 2) return [];
  const { editor } = view.context;
  const go = (by: number) => {
    editor.setPage(view.name, Math.max(0, Math.min(view.pages - 1, view.page + by)));
    editor.announce(`Picture ${view.page + 1} of ${view.pages}`);
  };
  return [
    {
      id: id(view, 'previous'),
      label: 'Previous picture',
      group: GROUP,
      shortcut: 'ctrl+left',
      icon: ['m15 5-7 7 7 7'],
      enabled: () => hasKeys(view) && view.page > 0,
      run: () => go(-1),
    },
    {
      id: id(view, 'next'),
      label: 'Next picture',
      group: GROUP,
      shortcut: 'ctrl+right',
      icon: ['m9 5 7 7-7 7'],
      enabled: () => hasKeys(view) && view.page < view.pages - 1,
      run: () => go(1),
    },
  ];
}

const ARROWS = [
  ['left', -1, 0],
  ['right', 1, 0],
  ['up', 0, -1],
  ['down', 0, 1],
] as const;

/** A cross-hair whose key is held goes faster: one pixel at a time would take minutes over a large image. */
function held(event: KeyEventLike | undefined, run: { count: number }): number {
  run.count = event?.repeat ? run.count + 1 : 0;
  return run.count > 40 ? 16 : run.count > 12 ? 4 : 1;
}

function keyActions(view: ImageView): Action[] {
  const { stage } = view;
  const { editor } = view.context;
  const moves = () => !editor.readonly && (stage.keyboard.moves || (view.focused && stage.keyboard.draws));
  const resizes = () => !editor.readonly && stage.keyboard.resizes;
  const run = { count: 0 };
  const actions: Action[] = [];
  for (const [name, x, y] of ARROWS) {
    for (const [prefix, step] of [
      ['', 1],
      ['shift+', 10],
    ] as const) {
      actions.push(
        {
          id: id(view, `move-${name}-${step}`),
          label: `Move by ${step} px ${name}`,
          group: GROUP,
          shortcut: `${prefix}${name}`,
          quiet: step === 1,
          repeat: true,
          enabled: moves,
          run: (event) => {
            const by = step * (stage.keyboard.draws ? held(event, run) : 1);
            stage.keyboard.arrow(x * by, y * by);
          },
        },
        {
          id: id(view, `resize-${name}-${step}`),
          label: `${x + y > 0 ? 'Grow' : 'Shrink'} by ${step} px ${name}`,
          group: GROUP,
          shortcut: `${prefix}alt+${name}`,
          quiet: step === 1,
          repeat: true,
          enabled: resizes,
          run: () => stage.keyboard.resizeBy(x * step, y * step),
        },
      );
    }
  }
  actions.push(
    {
      id: id(view, 'confirm'),
      label: 'Set a point, close the polygon',
      group: GROUP,
      shortcut: 'enter',
      enabled: () => !editor.readonly && stage.keyboard.canConfirm && hasKeys(view),
      run: () => stage.keyboard.confirm(),
    },
    {
      id: id(view, 'back'),
      label: 'Take the last point back',
      group: GROUP,
      shortcut: 'backspace',
      repeat: true,
      enabled: () => !editor.readonly && stage.tool.drawing && stage.tool.draws,
      run: () => void stage.keyboard.back(),
    },
  );
  return actions;
}
