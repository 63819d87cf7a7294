/** Filter: a field that narrows the list of a Labels or Choices control. Enter takes the first entry shown. */
import { useEffect, useRef } from 'react';
import type { TagModule, TagPanelProps } from '../../core/tag';
import { useTaskState } from '../../react/hooks';
import { useInlineStyle } from '../style/inline';
import styles from './filter.module.css';
import { filtersOf } from './state';

export function FilterField({ editor, node }: TagPanelProps) {
  const filters = filtersOf(editor);
  // Inside a control, a Filter without target means that control.
  const around = node.closest((one) => one.name !== '' && editor.config.controls.includes(one))?.name;
  const target = node.toNames[0] ?? around ?? '';
  const minimum = Math.max(1, Math.round(node.number('minLength', 3)));
  const input = useRef<HTMLInputElement>(null);
  const box = useInlineStyle<HTMLDivElement>(node.get('style'));
  const [text, setText] = useTaskState('');
  const caseSensitive = node.bool('caseSensetive', node.bool('caseSensitive'));
  const look = (next: string) => {
    setText(next);
    filters.set(target, next.trim().length >= minimum ? { text: next.trim(), caseSensitive } : null);
  };
  const hotkey = node.given('hotkey');
  useEffect(
    () =>
      hotkey === undefined
        ? undefined
        : editor.actions.register([
            {
              id: `filter.${node.position.offset}.${target}`,
              label: `Find in ${target}`,
              group: 'Labels',
              shortcut: hotkey,
              run: () => input.current?.focus(),
            },
          ]),
    [editor, node, hotkey, target],
  );
  useEffect(() => () => filters.set(target, null), [filters, target]);
  return (
    <div ref={box} className={styles['filter']}>
      <input
        ref={input}
        type="search"
        value={text}
        placeholder={node.get('placeholder') ?? 'Quick Filter'}
        aria-label={`Find in ${target}`}
        onChange={(event) => look(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            event.stopPropagation();
            filters.pickFirst(target);
            if (node.bool('cleanup', true)) look('');
            event.currentTarget.blur();
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            look('');
            event.currentTarget.blur();
          }
        }}
      />
    </div>
  );
}

export const filterTag: TagModule = { tags: ['filter'], Panel: FilterField };
