/** Settings of one address: read, and changed by what is sent back. */
import { api } from '@labelkeep/api';
import { toast } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

/** `method`: how this address takes changes. */
export function useSettings<Settings extends object, Change = Partial<Settings>>(
  path: string,
  method: 'PATCH' | 'POST' = 'PATCH',
) {
  const queries = useQueryClient();
  // Pages of one's own account read some of the same addresses, by the same names.
  const queryKey = ['settings', path];
  const query = useQuery({ queryKey, queryFn: () => api.get<Settings>(path) });
  const change = useMutation({
    mutationFn: (fields: Change) => api.send<Settings>(method, path, fields),
    onSuccess: (saved) => {
      queries.setQueryData(queryKey, saved);
      toast.success('Saved');
    },
  });
  return { query, change };
}
