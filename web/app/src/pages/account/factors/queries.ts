/** The second factors of one's own, as the server names them. */
import { api } from '@labelkeep/api';
import { queryOptions } from '@tanstack/react-query';

export interface Factor {
  id: number;
  kind: 'totp' | 'passkey';
  name: string;
  created_at: string;
  last_used_at: string | null;
}

export interface FactorState {
  factors: Factor[];
  recovery_codes_left: number;
  /** The organization requires a factor of this person's role. */
  required: boolean;
  /** This session began with a factor, or has just confirmed one. */
  used_in_session: boolean;
}

/** An authenticator app that is being set up. It does not count before it is confirmed. */
export interface Enrolment {
  id: number;
  secret: string;
  otpauth_url: string;
  qr_svg: string;
}

export const FACTORS = '/api/current-user/factors/';

export const factorsQuery = queryOptions({ queryKey: ['factors'], queryFn: () => api.get<FactorState>(FACTORS) });
