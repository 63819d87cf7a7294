/** API tokens of one's own, and what the organization allows of them. */
import { api } from '@labelkeep/api';
import { queryOptions } from '@tanstack/react-query';

export interface Scope {
  write: boolean;
  export: boolean;
  /** Ids of projects; null: all that the person sees. */
  projects: number[] | null;
}

export interface Token {
  id: number;
  /** `personal`: with a name and scope of its own; `refresh`: exchanged for short ones; `legacy`: sent as it is. */
  kind: 'personal' | 'refresh' | 'legacy';
  name: string;
  prefix: string;
  organization: number;
  scope: Scope;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  /** `disabled`: the organization does not take this kind now. */
  status: 'active' | 'expired' | 'revoked' | 'disabled';
  last_used_at: string | null;
  last_used_address: string | null;
  last_used_agent: string | null;
}

/** With its secret, which is told this once. */
export interface FreshToken extends Token {
  token: string;
}

export interface TokenSettings {
  api_tokens_enabled: boolean;
  legacy_api_tokens_enabled: boolean;
  /** The longest life of a new token, in days. */
  api_token_ttl_days: number;
}

/** The longest life that the server gives, in days. */
export const LONGEST_LIFE = 365;

export const TOKENS = '/api/current-user/tokens/';

export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: () => api.get<Token[]>(TOKENS) });

export const tokenSettingsQuery = queryOptions({
  queryKey: ['settings', '/api/jwt/settings'],
  queryFn: () => api.get<TokenSettings>('/api/jwt/settings'),
});
