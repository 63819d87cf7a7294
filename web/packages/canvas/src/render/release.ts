/** Pictures that are no longer shown. */

/** Milliseconds that a page has for the frames that show what comes instead. */
const LATER = 200;

/**
 * Gives decoded pictures back, after what comes instead was drawn: letting go of twelve megapixels takes some 5 ms, and waiting
 * for the garbage collector would take memory for as long as it likes.
 */
export function closeLater(pictures: readonly { close(): void }[]): void {
  if (pictures.length > 0)
    setTimeout(() => {
      for (const picture of pictures) picture.close();
    }, LATER);
}
