/** Waits for settings, says why they cannot be shown, or shows them. */
import { Button, EmptyState, Spinner } from '@labelkeep/kit';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { messageOf } from '../../../shared/errors';

export function Loaded<Data>({
  query,
  children,
}: {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return (
      <EmptyState
        title="The settings cannot be shown"
        actions={<Button onPress={() => void query.refetch()}>Try again</Button>}
      >
        {messageOf(query.error)}
      </EmptyState>
    );
  }
  return <Spinner label="Loading the settings" />;
}
