/** Taxonomy in result JSON: `taxonomy`, a list of paths of stored values from the root. */
import type { AnswerCodec } from '../../core/tag';

export type Path = readonly string[];

export const taxonomyAnswer: AnswerCodec<readonly Path[]> = {
  key: () => 'taxonomy',
  read: (value) => {
    const paths = value['taxonomy'];
    if (!Array.isArray(paths)) return undefined;
    // A path that is written as one word is an entry of the first level.
    return paths.map((path: unknown) => (Array.isArray(path) ? path : [path]).map(String));
  },
  write: (answer) => answer,
  isEmpty: (answer) => answer.length === 0,
};

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

/** The paths after one was pressed. */
export function toggled(paths: readonly Path[], path: Path): readonly Path[] {
  return paths.some((one) => samePath(one, path)) ? paths.filter((one) => !samePath(one, path)) : [...paths, path];
}
