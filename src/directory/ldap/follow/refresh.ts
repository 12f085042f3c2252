import type { Listed } from '../../directory.ts';
import type { Outlet } from './outlet.ts';

/** What one part's search brings until it has told all that there is, or all that changed; and then what changes. */
export interface Refresh {
  readonly put: (ref: string, entry: Listed) => void;
  readonly gone: (refs: readonly string[]) => void;
  readonly still: (refs: readonly string[]) => void;
  /** All that is left was shown: whoever was not is gone. */
  readonly present: () => void;
  /** All was told; it counts once it is proved. */
  readonly end: () => void;
  readonly isOver: () => boolean;
  /** It is proved. */
  readonly conclude: () => void;
}

/**
 * Creates it. A listing begins at once; where the search is resumed, only when the server turns out to show all that is left,
 * which is plain by its first word of somebody unchanged.
 */
export function createRefresh(part: string, isResumed: boolean, { tell }: Outlet): Refresh {
  let isListing = false;
  let isOver = false;
  /** Put before the listing began. */
  let shown: string[] = [];

  function list(): void {
    if (isListing) return;
    isListing = true;
    tell({ kind: 'listing', part });
    if (shown.length > 0) tell({ kind: 'still', refs: shown });
    shown = [];
  }

  if (!isResumed) list();
  return {
    put(ref, entry) {
      if (!isListing && !isOver) shown.push(ref);
      tell({ kind: 'put', entries: [[ref, entry]] });
    },
    gone: (refs) => tell({ kind: 'gone', refs }),
    still(refs) {
      if (isOver) return;
      list();
      tell({ kind: 'still', refs });
    },
    present() {
      if (!isOver) list();
    },
    end() {
      isOver = true;
    },
    isOver: () => isOver,
    conclude() {
      if (isListing) tell({ kind: 'listed', part });
    },
  };
}
