/** The picture of a task, small where the server has small ones; a sign with its name where there is none to be shown. */
import { ImageOff } from '@labelkeep/kit';
import { useState } from 'react';
import styles from './cells.module.css';
import { thumbnailOf } from './thumbnails';

export function ImageCell({ url, name, width }: { url: string; name: string; width: number }) {
  const [failed, setFailed] = useState<string>();
  if (failed === url) {
    return (
      <span className={styles.broken} title={`${name} cannot be shown`}>
        <ImageOff size={16} aria-hidden="true" />
        <bdi className={styles.cut}>{name}</bdi>
      </span>
    );
  }
  return (
    <img
      className={styles.thumbnail}
      src={thumbnailOf(url, width * devicePixelRatio)}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setFailed(url)}
    />
  );
}
