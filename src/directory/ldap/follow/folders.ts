import { createHash } from 'node:crypto';
import { EqualityFilter, OrFilter } from 'ldapts';
import { Gap } from '../../directory.ts';
import { idOf } from '../people/values.ts';
import type { Search } from '../search.ts';
import { comparable } from '../trust/self.ts';
import type { Part } from './listed.ts';
import { requestFor } from './request.ts';

/**
 * The folders (organisational units and their like) that people lie in. A server tells nobody of those in a folder that is
 * moved or renamed: their own entries did not change. So the folders are looked at, and one that moved is a gap.
 */
export interface Folders {
  /** Looks at them again. @throws {Gap} where people may have moved with one */
  check(search: Search): Promise<void>;
  /** What they are, in a few letters. */
  readonly digest: () => string;
}

/** What folders are made of; a class that a server does not know matches nothing. */
const CLASSES = [
  'organizationalUnit',
  'organization',
  'container',
  'nsContainer',
  'domain',
  'dcObject',
  'locality',
  'country',
];

/** Looks at the folders of these parts. */
export async function watchFolders(parts: readonly Part[], search: Search): Promise<Folders> {
  const filter = new OrFilter({
    filters: CLASSES.map((value) => new EqualityFilter({ attribute: 'objectClass', value })),
  });
  const bases = new Set(
    parts.filter(({ branch }) => branch.scope === 'sub').map(({ branch }) => branch.commonBase),
  );

  async function look(ask: Search): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const base of bases) {
      const attributes = ['nsUniqueId', 'entryUUID', 'objectGUID'];
      const request = {
        base,
        scope: 'sub',
        filter,
        attributes,
        sizeLimit: 0,
        paged: true,
      } as const;
      for (const entry of await ask(request))
        found.set(idOf(entry, attributes), comparable(entry.dn));
    }
    return found;
  }

  /** Whether nobody lies in a folder that is new: it was made, and not moved here. */
  async function isEmpty(base: string, ask: Search): Promise<boolean> {
    for (const part of parts) {
      const request = { ...requestFor(part), base, attributes: [], sizeLimit: 1 };
      const found = await ask(request).catch(() => undefined);
      if (found === undefined || found.length > 0) return false;
    }
    return true;
  }

  let known = await look(search);
  return {
    async check(again) {
      const now = await look(again);
      for (const [id, dn] of known)
        if (now.get(id) !== dn)
          throw new Gap(`${dn}, and whoever lies in it, was moved or removed`);
      for (const [id, dn] of now)
        if (!known.has(id) && !(await isEmpty(dn, again)))
          throw new Gap(`${dn} is new, and people lie in it: they may have come with it`);
      known = now;
    },
    digest: () => {
      const lines = [...known].map(([id, dn]) => `${id} ${dn}`).toSorted();
      return createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 22);
    },
  };
}
