/** One token of the list: what it is, what it may do, until when, and when it was last used. */
import { Button, Chip, KeyRound, RelativeTime } from '@labelkeep/kit';
import { counted } from '../../../shared/numbers';
import styles from '../account.module.css';
import type { Token } from './queries';

const KINDS: Record<Token['kind'], string> = {
  personal: 'Personal token',
  refresh: 'Refresh token',
  legacy: 'Legacy token',
};

const STATES: Record<Exclude<Token['status'], 'active'>, string> = {
  expired: 'Expired',
  revoked: 'Revoked',
  disabled: 'Not taken by your organization',
};

export function TokenRow({
  token,
  onReset,
  onRevoke,
}: {
  token: Token;
  onReset: (() => void) | undefined;
  onRevoke: () => void;
}) {
  const isOver = token.status === 'expired' || token.status === 'revoked';
  const name = token.name || KINDS[token.kind];
  return (
    <li data-over={isOver || undefined}>
      <KeyRound size={20} aria-hidden="true" />
      <div className={styles.main}>
        <div className={styles.line}>
          <strong>
            <bdi>{name}</bdi>
          </strong>
          {token.prefix && <code>{token.prefix}…</code>}
          {token.status !== 'active' && <Chip color="var(--color-warning)">{STATES[token.status]}</Chip>}
          {powersOf(token).map((power) => (
            <Chip key={power}>{power}</Chip>
          ))}
        </div>
        <small>
          {token.name ? `${KINDS[token.kind]} · ` : ''}made <RelativeTime value={token.created_at} />
          {!isOver && token.expires_at && (
            <>
              {' '}
              · ends <RelativeTime value={token.expires_at} />
            </>
          )}{' '}
          ·{' '}
          {token.last_used_at ? (
            <span title={token.last_used_agent ?? undefined}>
              last used <RelativeTime value={token.last_used_at} />
              {token.last_used_address ? ` from ${token.last_used_address}` : ''}
            </span>
          ) : (
            'not used yet'
          )}
        </small>
      </div>
      {!isOver && (
        <div className={styles.buttons}>
          {token.kind === 'personal' && onReset && (
            <Button size="small" label={`New secret for ${name}`} onPress={onReset}>
              New secret
            </Button>
          )}
          <Button size="small" label={`Revoke ${name}`} onPress={onRevoke}>
            Revoke
          </Button>
        </div>
      )}
    </li>
  );
}

function powersOf({ scope, kind }: Token): string[] {
  if (kind !== 'personal') return ['All that you may'];
  const powers = [scope.write ? 'Read and write' : 'Read'];
  if (scope.export) powers.push('Export');
  if (scope.projects) powers.push(counted(scope.projects.length, 'project'));
  return powers;
}
