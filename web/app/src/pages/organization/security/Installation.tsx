/** Settings of the installation that leave something weaker than it could be. They are set where the server is started. */
import { EmptyState, Panel } from '@labelkeep/kit';
import { useSecurityReport } from '../../../shared/security-report';
import { Loaded } from './Loaded';
import styles from './security.module.css';

export function Installation() {
  const query = useSecurityReport();
  return (
    <Panel title="Settings that weaken">
      <Loaded query={query}>
        {({ weaknesses }) =>
          weaknesses.length === 0 ? (
            <EmptyState title="No setting weakens anything">
              The server was started with settings that protect as much as they can.
            </EmptyState>
          ) : (
            <>
              <p className={styles.text}>
                Whoever runs the server sets these where it is started; <code>labelkeep security report</code> lists
                them, too.
              </p>
              <ul className={styles.weaknesses}>
                {weaknesses.map(({ setting, requirement, consequence }) => (
                  <li key={setting}>
                    <code>{setting}</code>
                    <span>{consequence}</span>
                    <small>{requirement}</small>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
