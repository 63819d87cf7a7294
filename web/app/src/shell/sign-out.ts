/** Ends the session on the server. */
import { csrfToken } from '@labelkeep/api';
import { toast } from '@labelkeep/kit';

export async function signOut(): Promise<void> {
  try {
    // The answer is a page; only whether it came counts.
    const answer = await fetch('/logout/', {
      method: 'POST',
      headers: { 'X-CSRFToken': csrfToken() },
      body: new URLSearchParams(),
      credentials: 'same-origin',
    });
    if (!answer.ok) throw new Error(`The server answered with an error (${answer.status}).`);
    window.location.assign('/user/login/');
  } catch (error) {
    toast.error(`You are still signed in. ${error instanceof Error ? error.message : ''}`);
  }
}
