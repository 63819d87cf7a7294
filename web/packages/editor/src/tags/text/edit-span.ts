/** Moving the ends of the selected span with keys, from anywhere in the editor. */
import { step } from '@labelkeep/text';
import type { Action } from '../../core/actions';
import type { SpanView } from './span-view';

/** Moves one end of the selected span; the span keeps at least one character. */
export function moveEnd(view: SpanView, side: 'start' | 'end', to: (place: number) => number): void {
  const { editor } = view.context;
  const { document } = editor;
  const id = document.view.single;
  const region = id === null ? undefined : document.store.get(id);
  if (!view.surface || !region || region.object !== view.name || !document.canChange(region.id)) return;
  const { start, end } = view.units(region);
  const length = view.surface.text.length;
  const next =
    side === 'start'
      ? { start: Math.max(0, Math.min(to(start), end - 1)), end }
      : { start, end: Math.min(length, Math.max(to(end), start + 1)) };
  if (next.start === start && next.end === end) return;
  document.edit('Change span', (edit) => edit.setGeometry(region.id, view.geometry(next.start, next.end)), {
    mergeKey: `span-${region.id}-${side}`,
  });
  editor.announce(view.surface.text.slice(next.start, Math.min(next.end, next.start + 80)));
}

export function spanActions(view: SpanView): Action[] {
  const { editor } = view.context;
  const enabled = () => {
    const id = editor.document.view.single;
    const region = id === null ? undefined : editor.document.store.get(id);
    return region?.kind === view.kind && region.object === view.name && editor.document.canChange(region.id);
  };
  const action = (id: string, label: string, shortcut: string, side: 'start' | 'end', direction: 1 | -1): Action => ({
    id: `text.${view.name}.${id}`,
    label,
    group: 'Text',
    shortcut,
    repeat: true,
    enabled,
    run: () => moveEnd(view, side, (place) => step(view.surface?.text ?? '', place, direction, 'symbol')),
  });
  return [
    action('end-forward', 'Move the end of the span forward', 'alt+shift+arrowright', 'end', 1),
    action('end-back', 'Move the end of the span back', 'alt+shift+arrowleft', 'end', -1),
    action('start-forward', 'Move the start of the span forward', 'alt+shift+arrowdown', 'start', 1),
    action('start-back', 'Move the start of the span back', 'alt+shift+arrowup', 'start', -1),
    {
      id: `text.${view.name}.focus`,
      label: `Move through the text “${view.name}” with the keyboard`,
      group: 'Text',
      shortcut: 'alt+t',
      run: () => view.surface?.element.focus(),
    },
  ];
}
