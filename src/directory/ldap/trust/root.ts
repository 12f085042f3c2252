import { PresenceFilter } from 'ldapts';
import { Fault } from '../../directory.ts';
import { sample } from './places.ts';
import type { Proof } from './proof.ts';
import type { Self } from './self.ts';

/** So many entries are looked at for one that is not idpmap's own. */
const SOME = 3;

/**
 * Checks that a connection sees anything below the root. The root itself, which is the base where that is empty, is read
 * without any right and proves nothing.
 */
export const createRootCheck =
  (self: Pick<Self, 'is'>): Proof =>
  async (connection, signal) => {
    const filter = new PresenceFilter({ attribute: 'objectClass' });
    const request = { base: '', scope: 'sub', filter, attributes: [], sizeLimit: SOME } as const;
    const { entries } = await sample(request, connection, signal);
    if (entries.some(({ dn }) => dn !== '' && !self.is(dn))) return ['entries below the root'];
    throw new Fault(
      'directory',
      `${connection.server} shows nothing below its root, so nobody is believed to be absent: check base and the rights of bind.dn`,
    );
  };
