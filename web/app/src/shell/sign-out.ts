/** Ends the session on the server. */
import { ApiError, api } from '@labelkeep/api';
import { toast } from '@labelkeep/kit';

export async function signOut(): Promise<void> {
  try {
    await api.upload('/logout/', new URLSearchParams(), {});
  } catch (error) {
    // The answer is a page, not JSON: what counts is the status.
    if (error instanceof ApiError && error.status !== 0 && error.status < 400) return;
    if (error instanceof ApiError) {
      toast.error(error.detail);
      return;
    }
  }
  window.location.assign('/user/login/');
}
