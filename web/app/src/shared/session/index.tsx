/**
 * What happens when the session ends while a page is open: a dialog asks to sign in again, in place, and what was being sent is
 * sent again. Unsent work stays in the browser's database meanwhile. Stands once in the frame of the app.
 *
 * It also notices that somebody else has signed in on this computer, in this window or another: then nothing more is sent from
 * here, and the page is loaded anew for that person (SEC-185).
 */
import { closeClient, onSessionEnded, type User } from '@labelkeep/api';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';

const SignInAgain = lazy(async () => ({ default: (await import('./SignInAgain')).SignInAgain }));

/** Where windows tell each other who is signed in: the id of the account, no secret. */
const WHO = 'labelkeep-account';

/** Who is signed in is not who opened this page. */
function changeOfPerson(): void {
  closeClient();
  window.location.reload();
}

export function SessionKeeper() {
  const queries = useQueryClient();
  const [who, setWho] = useState<User>();
  const waiting = useRef<((isSame: boolean) => void)[]>([]);

  useEffect(() => {
    const known = () => queries.getQueryData<User>(['me']);
    onSessionEnded(() => {
      const me = known();
      // Before anybody is known there is nothing to keep: the sign-in page.
      if (!me) return Promise.resolve(false);
      return new Promise((resolve) => {
        waiting.current.push(resolve);
        setWho(me);
      });
    });
    const heard = (event: StorageEvent) => {
      const me = known();
      if (event.key === WHO && event.newValue && me && event.newValue !== String(me.id)) changeOfPerson();
    };
    window.addEventListener('storage', heard);
    const tell = () => {
      const me = known();
      if (me && read() !== String(me.id)) write(String(me.id));
    };
    tell();
    const stop = queries.getQueryCache().subscribe(({ query, type }) => {
      if (type === 'updated' && query.queryKey[0] === 'me') tell();
    });
    return () => {
      onSessionEnded(undefined);
      window.removeEventListener('storage', heard);
      stop();
    };
  }, [queries]);

  const answer = (account: number | undefined) => {
    const same = account !== undefined && account === who?.id;
    if (account !== undefined && !same) changeOfPerson();
    setWho(undefined);
    for (const resolve of waiting.current.splice(0)) resolve(same);
  };
  return <Suspense>{who && <SignInAgain who={who} onAnswer={answer} />}</Suspense>;
}

function read(): string | null {
  try {
    return localStorage.getItem(WHO);
  } catch {
    return null;
  }
}

function write(value: string): void {
  try {
    localStorage.setItem(WHO, value);
  } catch {
    // A browser that keeps nothing: other windows find out when they next ask the server.
  }
}
