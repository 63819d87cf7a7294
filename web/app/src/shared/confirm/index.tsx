/**
 * Asks for a proof of identity when the server wants a fresh one (SEC-032). Stands once in the frame of the app: the client of the
 * API calls it, and sends the refused request again. Pages need nothing for it.
 */
import { onReauthenticationRequired } from '@labelkeep/api';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';

const ConfirmIdentity = lazy(async () => ({ default: (await import('./ConfirmIdentity')).ConfirmIdentity }));

export function IdentityConfirmation() {
  const [isOpen, setOpen] = useState(false);
  // Requests that wait for the same answer.
  const waiting = useRef<((isConfirmed: boolean) => void)[]>([]);
  useEffect(() => {
    onReauthenticationRequired(
      () =>
        new Promise((resolve) => {
          waiting.current.push(resolve);
          setOpen(true);
        }),
    );
    return () => onReauthenticationRequired(undefined);
  }, []);
  const answer = (isConfirmed: boolean) => {
    setOpen(false);
    for (const resolve of waiting.current.splice(0)) resolve(isConfirmed);
  };
  return <Suspense>{isOpen && <ConfirmIdentity onAnswer={answer} />}</Suspense>;
}
