/** Pages for what went wrong. */
import { Button, EmptyState, LinkButton } from '@labelkeep/kit';
import { messageOf } from '../shared/errors';

export function NotFound() {
  return (
    <EmptyState title="There is no such page" actions={<LinkButton href="/projects/">All projects</LinkButton>}>
      The address may be old, or mistyped.
    </EmptyState>
  );
}

export function Failed({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <EmptyState title="This page broke" actions={<Button onPress={reset}>Try again</Button>}>
      {messageOf(error)}
    </EmptyState>
  );
}
