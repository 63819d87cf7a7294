/** Plays a recording where it stands; one at a time, and nothing is fetched before it is wanted. */
import { IconButton, Pause, Play } from '@labelkeep/kit';
import { useEffect, useState } from 'react';
import styles from './cells.module.css';

let playing: { stop: () => void } | undefined;

export function AudioCell({ url }: { url: string }) {
  const [audio, setAudio] = useState<HTMLAudioElement>();
  const [part, setPart] = useState(0);
  const [isBroken, setBroken] = useState(false);

  useEffect(() => {
    if (!audio) return;
    const stop = () => {
      audio.pause();
      setAudio(undefined);
    };
    const own = { stop };
    playing?.stop();
    playing = own;
    const progress = () => setPart(audio.duration > 0 ? audio.currentTime / audio.duration : 0);
    const fail = () => {
      setBroken(true);
      stop();
    };
    audio.addEventListener('timeupdate', progress);
    audio.addEventListener('ended', stop);
    audio.addEventListener('error', fail);
    audio.play().catch(() => undefined);
    return () => {
      audio.removeEventListener('timeupdate', progress);
      audio.removeEventListener('ended', stop);
      audio.removeEventListener('error', fail);
      audio.pause();
      if (playing === own) playing = undefined;
    };
  }, [audio]);

  return (
    <span className={styles.audio}>
      <IconButton
        label={audio ? 'Pause' : 'Play'}
        icon={audio ? <Pause size={14} /> : <Play size={14} />}
        isExcludedFromTab
        onPress={() => {
          setBroken(false);
          setAudio(audio ? undefined : new Audio(url));
        }}
      />
      {isBroken ? (
        <span className={styles.muted}>Cannot be played</span>
      ) : (
        <svg className={styles.track} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width={part * 100} height={4} />
        </svg>
      )}
    </span>
  );
}
