/** The panels at one side of the data, or the strip to which they are folded. */
import { type CSSProperties, Fragment, useRef } from 'react';
import type { PanelSide } from '../../core/panel-layout';
import { useEditor } from '../../react/hooks';
import { IconView } from '../parts/Icon';
import styles from './dock.module.css';
import { FoldButton, Group } from './Group';
import { panelSpec } from './panels';
import { Splitter } from './Splitter';

export function Side({ side }: { readonly side: PanelSide }) {
  const editor = useEditor();
  const { panels } = editor;
  const box = useRef<HTMLElement>(null);
  const groups = panels.at(side).filter((group) => group.tabs.some(panelSpec));
  if (groups.length === 0) return null;
  const upright = side !== 'bottom';
  const size = panels.state.sizes[side];
  if (panels.state.folded[side]) {
    return (
      <nav className={styles['strip']} data-side={side} aria-label={`Panels at the ${side}, folded`}>
        {groups.flatMap((group) =>
          group.tabs.map((id) => {
            const spec = panelSpec(id);
            return spec ? (
              <button key={id} type="button" title={spec.title} onClick={() => panels.show(id)}>
                <IconView icon={spec.icon} />
                <span>{spec.title}</span>
              </button>
            ) : null;
          }),
        )}
      </nav>
    );
  }
  return (
    <aside
      ref={box}
      className={styles['side']}
      data-side={side}
      style={sizeStyle(upright, size)}
      aria-label={`Panels at the ${side}`}
    >
      <Splitter
        label={upright ? 'Width of the panels' : 'Height of the panels'}
        across={upright}
        value={size || (box.current?.[upright ? 'offsetWidth' : 'offsetHeight'] ?? 0)}
        onMove={(by, from) => panels.resize(side, side === 'left' ? from + by : from - by)}
      />
      {groups.map((group, index) => {
        const next = groups[index + 1];
        const part = next ? (group.share / (group.share + next.share)) * 100 : 100;
        return (
          <Fragment key={group.id}>
            <div className={styles['place']} style={{ flexGrow: group.share }}>
              <Group group={group}>
                {index === 0 && <FoldButton side={side} onFold={() => panels.fold(side, true)} />}
              </Group>
            </div>
            {next && (
              <Splitter
                label={`Room of ${group.tabs.map((one) => panelSpec(one)?.title).join(', ')}`}
                across={!upright}
                value={part}
                onMove={(by, from) => {
                  const whole = upright ? (box.current?.clientHeight ?? 0) : (box.current?.clientWidth ?? 0);
                  const sum = groups.reduce((all, one) => all + one.share, 0);
                  const both = whole * ((group.share + next.share) / sum);
                  if (both > 0) panels.divide(group.id, next.id, from / 100 + by / both);
                }}
              />
            )}
          </Fragment>
        );
      })}
    </aside>
  );
}

/** Until a person chose a size, the data keeps three quarters of the window. */
function sizeStyle(upright: boolean, size: number): CSSProperties {
  if (upright) return { width: size > 0 ? `min(${size}px, 45%)` : 'clamp(260px, 21%, 380px)' };
  return { height: size > 0 ? `min(${size}px, 60%)` : 'clamp(180px, 30%, 300px)' };
}
