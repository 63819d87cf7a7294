/** Panels that share a place: their tabs, and the one that is seen. */
import { useId } from 'react';
import { ICONS } from '../../core/icons';
import type { PanelGroup, PanelTarget } from '../../core/panel-layout';
import { useEditor } from '../../react/hooks';
import { IconView } from '../parts/Icon';
import { Menu, type MenuItem, useContextMenu } from '../parts/Menu';
import styles from './dock.module.css';
import { startPanelDrag } from './drag';
import { panelSpec } from './panels';

export function Group({
  group,
  children,
  onHeaderDown,
  fixed = false,
}: {
  readonly group: PanelGroup;
  /** Buttons at the end of the header. */
  readonly children?: React.ReactNode;
  readonly onHeaderDown?: (event: React.PointerEvent<HTMLElement>) => void;
  /** On narrow screens panels have one place. */
  readonly fixed?: boolean;
}) {
  const editor = useEditor();
  const id = useId();
  const { panels } = editor;
  const shown = group.tabs.filter((one) => panelSpec(one));
  const active = shown.includes(group.active) ? group.active : shown[0];
  const spec = active === undefined ? undefined : panelSpec(active);
  const move = (event: React.KeyboardEvent<HTMLElement>) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = shown[(shown.indexOf(active ?? '') + by + shown.length) % shown.length];
    if (next === undefined) return;
    panels.show(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-panel-tab="${next}"]`)?.focus();
  };
  return (
    <section className={styles['group']} data-drop-group={fixed ? undefined : group.id}>
      <header className={styles['head']} onPointerDown={onHeaderDown}>
        <div className={styles['tabs']} role="tablist" aria-label="Panels" onKeyDown={move}>
          {shown.map((panel) => (
            <PanelTab key={panel} panel={panel} selected={panel === active} controls={id} fixed={fixed} />
          ))}
        </div>
        {children}
      </header>
      <div id={id} role="tabpanel" className={styles['content']} aria-label={spec?.title ?? 'Panel'}>
        {spec && <spec.Content key={spec.stays ? spec.id : editor.opening} />}
      </div>
    </section>
  );
}

function PanelTab({
  panel,
  selected,
  controls,
  fixed,
}: {
  readonly panel: string;
  readonly selected: boolean;
  readonly controls: string;
  readonly fixed: boolean;
}) {
  const editor = useEditor();
  const menu = useContextMenu();
  const spec = panelSpec(panel);
  if (!spec) return null;
  const { Count } = spec;
  return (
    <>
      <button
        type="button"
        role="tab"
        data-panel-tab={panel}
        aria-selected={selected}
        aria-controls={controls}
        tabIndex={selected ? 0 : -1}
        className={styles['tab']}
        title={fixed ? undefined : 'Drag to move; right-click for places'}
        onPointerDown={fixed ? undefined : (event) => startPanelDrag(event, panel, editor.panels)}
        onClick={() => editor.panels.show(panel)}
        onContextMenu={fixed ? undefined : menu.open}
      >
        {spec.title}
        {Count && (
          <span className={styles['count']}>
            <Count />
          </span>
        )}
      </button>
      {menu.place && (
        <Menu
          label={`Place of ${spec.title}`}
          items={placesOf(editor, panel)}
          place={menu.place}
          onClose={menu.close}
        />
      )}
    </>
  );
}

/** The places where a panel can go, as commands: what dragging does, by keyboard. */
function placesOf(editor: ReturnType<typeof useEditor>, panel: string): readonly MenuItem[] {
  const { panels } = editor;
  const own = panels.groupOf(panel);
  const go = (label: string, target: PanelTarget, disabled = false): MenuItem => ({
    label,
    disabled,
    run: () => panels.move(panel, target),
  });
  const alone = own?.tabs.length === 1;
  const others = panels.state.groups.filter((group) => group !== own);
  return [
    { heading: 'Move this panel' },
    go('To the left', { to: 'side', side: 'left' }, alone && own?.place === 'left'),
    go('To the right', { to: 'side', side: 'right' }, alone && own?.place === 'right'),
    go('To the bottom', { to: 'side', side: 'bottom' }, alone && own?.place === 'bottom'),
    go('Over the data', { to: 'float', x: 80, y: 60 }, alone && own?.place === 'float'),
    ...others.map((group) =>
      go(`Beside ${group.tabs.map((one) => panelSpec(one)?.title ?? one).join(', ')}`, {
        to: 'group',
        group: group.id,
      }),
    ),
    null,
    { label: 'Put all panels back', icon: ICONS.reset, run: () => panels.reset() },
  ];
}

/** Folds a side to a strip. */
export function FoldButton({ side, onFold }: { readonly side: string; readonly onFold: () => void }) {
  return (
    <button
      type="button"
      className={styles['fold']}
      aria-label={`Fold the panels at the ${side}`}
      title="Fold"
      onClick={onFold}
    >
      <span data-fold={side}>
        <IconView icon={ICONS.right} />
      </span>
    </button>
  );
}
