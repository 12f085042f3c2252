import type { LdapMessage } from '../wire/message.ts';
import type { Hear } from '../wire/operations.ts';
import { listedOf, type Part, refFor } from './listed.ts';
import type { Refresh } from './refresh.ts';
import {
  readSyncInfo,
  readSyncState,
  SYNC_INFO,
  SYNC_STATE,
  type SyncInfo,
} from './synccontrol.ts';

export interface SyncHearing {
  readonly part: Part;
  readonly refresh: Refresh;
  /** Writes an entry's id as its server does. */
  readonly formatId: (id: Buffer) => string;
  /** Keeps a cookie, if there is one, and is told of each word. */
  readonly heard: (cookie: Buffer | undefined) => void;
}

/**
 * Makes what takes one part's messages (RFC 4533, 3.4).
 * @throws {Error} where one is none: the connection ends then
 */
export function hearSync({ part, refresh, formatId, heard }: SyncHearing): Hear {
  const refOf = (id: Buffer): string => refFor(part.branch, formatId(id));

  function takeEntry({ entry, controls }: LdapMessage & { readonly kind: 'entry' }): void {
    const control = controls.get(SYNC_STATE);
    if (control === undefined) throw new Error('an entry came without its state');
    const { state, id, cookie } = readSyncState(control);
    const ref = refOf(id);
    if (state === 'delete') refresh.gone([ref]);
    else if (state === 'present') refresh.still([ref]);
    else refresh.put(ref, listedOf(entry, part));
    heard(cookie);
  }

  function takeInfo(info: SyncInfo): void {
    switch (info.is) {
      case 'gone':
        return refresh.gone(info.ids.map(refOf));
      case 'present':
        return refresh.still(info.ids.map(refOf));
      case 'refreshPresent':
        refresh.present();
        break;
      case 'refreshDelete':
        break;
      case 'cookie':
        return;
    }
    if (info.isDone) refresh.end();
  }

  return (message) => {
    if (message.kind === 'entry') return takeEntry(message);
    if (message.oid !== SYNC_INFO || message.value === undefined) return heard(undefined);
    const info = readSyncInfo(message.value);
    takeInfo(info);
    heard(info.cookie);
  };
}
