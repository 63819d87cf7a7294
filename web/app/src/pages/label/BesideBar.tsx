/** The head of the editor beside a list: which task, the next one, the whole window, away. */
import { ArrowDown, ArrowUp, IconButton, Maximize2, X } from '@labelkeep/kit';
import { readableKeys } from '../../shell/keys';
import type { Beside } from '.';
import styles from './label.module.css';

export function BesideBar({ task, beside }: { task: number | undefined; beside: Beside }) {
  return (
    <>
      <h2 className={styles.beside}>Task {task}</h2>
      <IconButton
        label="The task above in the list"
        shortcut={readableKeys('ctrl+alt+↑')}
        icon={<ArrowUp size={16} />}
        onPress={() => beside.onStep('previous')}
      />
      <IconButton
        label="The task below in the list"
        shortcut={readableKeys('ctrl+alt+↓')}
        icon={<ArrowDown size={16} />}
        onPress={() => beside.onStep('next')}
      />
      <IconButton label="Give it the whole window" icon={<Maximize2 size={16} />} onPress={beside.onExpand} />
      <IconButton label="Close the task" icon={<X size={16} />} onPress={beside.onClose} />
    </>
  );
}
