/** The first picture of a video; its name until that is here, and where there is none. */
import { useEffect, useState } from 'react';
import styles from './cells.module.css';

/** Milliseconds that a row stands still before its video is asked for: those that scroll past load nothing. */
const STILL = 200;

export function VideoCell({ url, name }: { url: string; name: string }) {
  const [asked, setAsked] = useState<string>();
  const [failed, setFailed] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(url), STILL);
    return () => clearTimeout(timer);
  }, [url]);
  if (asked !== url || failed === url) {
    return (
      <bdi className={styles.cut} title={name}>
        {name}
      </bdi>
    );
  }
  return (
    <video
      className={styles.thumbnail}
      // Many begin with black.
      src={url.includes('#') ? url : `${url}#t=0.5`}
      preload="metadata"
      muted
      playsInline
      disablePictureInPicture
      tabIndex={-1}
      title={name}
      aria-label={name}
      onError={() => setFailed(url)}
    />
  );
}
