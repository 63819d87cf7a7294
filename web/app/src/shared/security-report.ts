/** What the installation's settings leave weaker than it could be. It changes only when the server starts anew. */
import { api } from '@labelkeep/api';
import { useQuery } from '@tanstack/react-query';

export interface Weakness {
  setting: string;
  requirement: string;
  consequence: string;
}

export interface SecurityReport {
  /** Whether one person works on one machine, for whom less is asked. */
  local: boolean;
  weaknesses: Weakness[];
}

/** `isEnabled`: whether the person may see it. */
export function useSecurityReport(isEnabled = true) {
  return useQuery({
    queryKey: ['security-report'],
    queryFn: () => api.get<SecurityReport>('/api/security/report/'),
    enabled: isEnabled,
    staleTime: 600_000,
  });
}
