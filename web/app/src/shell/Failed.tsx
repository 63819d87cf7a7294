/** Pages for what went wrong. */
import { Button, EmptyState, LinkButton } from '@labelkeep/kit';
import { messageOf } from '../shared/errors';

export function NotFound() {
  return (
    <EmptyState isPage title="There is no such page" actions={<LinkButton href="/projects/">All projects</LinkButton>}>
      The address may be old, or mistyped.
    </EmptyState>
  );
}

export function Failed({ error, reset }: { error: unknown; reset: () => void }) {
  // A part of the app that is no longer there: the server was updated since this window was opened, or cannot be reached.
  if (error instanceof Error && /dynamically imported module|module script/i.test(error.message)) {
    return (
      <EmptyState
        isPage
        title="This part of the app could not be loaded"
        actions={<Button onPress={() => window.location.reload()}>Reload the page</Button>}
      >
        The connection is gone, or there is a newer version. Work that waits to be saved is kept on this computer.
      </EmptyState>
    );
  }
  return (
    <EmptyState isPage title="This page broke" actions={<Button onPress={reset}>Try again</Button>}>
      {messageOf(error)}
    </EmptyState>
  );
}
