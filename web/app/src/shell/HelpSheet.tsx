/** All keys outside of the editor, which has a sheet of its own. */
import { Dialog, Kbd } from '@labelkeep/kit';
import type { Action } from './actions';
import styles from './shell.module.css';

const TABLE = [
  ['↑ ↓', 'Move in a table'],
  ['Enter', 'Open the task'],
  ['Space', 'Select the task'],
  ['Page Up, Page Down, Home, End', 'Move far'],
];

export function HelpSheet({
  isOpen,
  onClose,
  actions,
}: {
  isOpen: boolean;
  onClose: () => void;
  actions: readonly Action[];
}) {
  return (
    <Dialog title="Keys" isOpen={isOpen} onClose={onClose}>
      <dl className={styles.keys}>
        {actions
          .filter((action) => action.shortcut)
          .map((action) => (
            <div key={action.id}>
              <dt>
                <Kbd>{action.shortcut}</Kbd>
              </dt>
              <dd>{action.label}</dd>
            </div>
          ))}
        {TABLE.map(([key, text]) => (
          <div key={key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.nothing}>While labeling, the same key shows the keys of the labeling editor.</p>
    </Dialog>
  );
}
