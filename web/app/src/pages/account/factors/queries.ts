/** The second factors of one's own, as the server names them. */
import { api } from '@labelkeep/api';
import { queryOptions } from '@tanstack/react-query';

export interface Factor {
  id: number;
  kind: 'totp' | 'passkey';
  name: string;
  created_at: string;
  last_used_at: string | null;
  /** A passkey that is on more than one device of its owner. */
  synced: boolean;
}

/** A factor that is in force now. */
export interface ConfirmedFactor {
  factor: Factor;
  /** None when there are codes already. */
  recovery_codes: string[] | null;
}

/** What the kinds are called: where nobody has given a name, and within a sentence. */
export const KINDS: Readonly<Record<Factor['kind'], { name: string; word: string }>> = {
  totp: { name: 'Authenticator app', word: 'authenticator app' },
  passkey: { name: 'Passkey', word: 'passkey' },
};

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
export const PASSKEYS = '/api/current-user/passkeys/';

/** Of a factor's name. */
export const MOST_CHARACTERS = 64;

export const factorsQuery = queryOptions({ queryKey: ['factors'], queryFn: () => api.get<FactorState>(FACTORS) });
