/** Seconds that a person spent typing in one input: from a change to the blur or the hand-in. */
import { useRef } from 'react';

export interface TypingTime {
  /** A key changed the text. */
  typed(): void;
  /** The input was left; time stands still until the next change. */
  left(): void;
  /** The seconds since the last call; starts anew. */
  take(): number;
}

export function useTypingTime(): TypingTime {
  const state = useRef({ since: 0, spent: 0 });
  return useRef<TypingTime>({
    typed: () => {
      state.current.since ||= Date.now();
    },
    left: () => {
      const { since, spent } = state.current;
      if (since > 0) state.current = { since: 0, spent: spent + Date.now() - since };
    },
    take: () => {
      const { since, spent } = state.current;
      state.current = { since: 0, spent: 0 };
      return (spent + (since > 0 ? Date.now() - since : 0)) / 1000;
    },
  }).current;
}
