/** What the server has answered, kept for the pages. */
import { QueryClient } from '@tanstack/react-query';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal is an answer; only what did not arrive is asked for again.
      retry: (failures, error) => failures < 2 && (error as { status?: number }).status === 0,
      staleTime: 5_000,
    },
  },
});
