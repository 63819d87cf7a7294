/** Page and page size of a Repeater: the size is remembered, the page stands in the address (`view_page`). */
import { useCallback, useState } from 'react';
import type { Editor } from '../../core/editor';

export const PAGE_SIZES: readonly number[] = [1, 5, 10, 25, 50, 100];
const PARAMETER = 'view_page';

export interface Pages {
  /** From 1. */
  readonly page: number;
  readonly count: number;
  /** Elements on a page. */
  readonly size: number;
  readonly go: (page: number) => void;
  readonly resize: (size: number) => void;
}

export function usePages(editor: Editor, total: number): Pages {
  const key = `${editor.options.storagePrefix ?? 'labelkeep'}.editor.page-size`;
  const [size, setSize] = useState(() => remembered(editor, key));
  const [wanted, setWanted] = useState(() => pageOf(location.search));
  const count = Math.max(1, Math.ceil(total / size));
  const page = Math.min(count, wanted);
  const go = useCallback(
    (to: number) => {
      const next = Math.max(1, Math.min(count, to));
      setWanted(next);
      writePage(next);
    },
    [count],
  );
  const resize = (next: number) => {
    // The first element of the page stays on the screen.
    const first = (page - 1) * size;
    setSize(next);
    const to = Math.floor(first / next) + 1;
    setWanted(to);
    writePage(to);
    try {
      editor.storage?.setItem(key, String(next));
    } catch {
      // Full or forbidden storage: the size holds until the page is left.
    }
  };
  return { page, count, size, go, resize };
}

/** The page that an address names; 1 when it names none. */
export function pageOf(search: string): number {
  const page = Number(new URLSearchParams(search).get(PARAMETER));
  return Number.isInteger(page) && page > 0 ? page : 1;
}

function writePage(page: number): void {
  const url = new URL(location.href);
  url.searchParams.set(PARAMETER, String(page));
  try {
    history.replaceState(history.state, '', url);
  } catch {
    // Some embedders (sandboxed pages) have no history: the page is shown all the same.
  }
}

function remembered(editor: Editor, key: string): number {
  const size = Number(editor.storage?.getItem(key));
  return PAGE_SIZES.includes(size) ? size : 1;
}
