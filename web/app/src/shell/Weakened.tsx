/** Says to administrators that settings of the installation weaken its protection. */
import { may, useMe } from '../shared/me';
import { AppLink } from '../shared/navigation';
import { useSecurityReport } from '../shared/security-report';
import styles from './shell.module.css';

export function Weakened() {
  const me = useMe();
  const { data } = useSecurityReport(may(me.data, 'SecurityManage'));
  // Who works alone on one machine has chosen the weaker mode.
  if (!data || data.local || data.weaknesses.length === 0) return null;
  const { length } = data.weaknesses;
  return (
    <div role="status" className={styles.weakened}>
      {length === 1 ? 'A setting of this installation weakens' : `${length} settings of this installation weaken`} its
      protection. <AppLink href="/organization/security/installation">See what follows from it</AppLink>
    </div>
  );
}
