import { isMailbox, parseAddress, splitExtension } from '../address/address.ts';

/** One address of a list as Postfix reads it: what stands in quotes is of one piece. */
const ITEM = /(?:"(?:[^"\\]|\\.)*"|[^\s,"])+/gu;

/** The addresses of a list. */
export const itemsOf = (list: string): readonly string[] => list.match(ITEM) ?? [];

/** The extension that was cut off `whole` to get the key `derived`; absent: it was not got so. */
export function cutOff(whole: string, derived: string, delimiters: string): string | undefined {
  const address = parseAddress(whole);
  if (address === undefined) return undefined;
  const [base, extension] = splitExtension(address.local, delimiters) ?? [];
  return derived === `${base}@${address.domain}` ? extension : undefined;
}

/**
 * Puts an extension on each address of a list, as Postfix does for its own tables (`propagate_unmatched_extensions`). Not
 * on one that would be more than an address then: Postfix also asks for the unquoted form of `"ann+x,root"@…`, and reads
 * a list. `@example.net` stays: Postfix itself puts the asked local part before it, extension and all.
 */
export const extendEach = (list: string, extension: string): string =>
  list.replaceAll(ITEM, (item) => {
    const at = item.lastIndexOf('@');
    if (at === 0) return item;
    const local = at === -1 ? item : item.slice(0, at);
    const extended = `${local}${extension}${item.slice(local.length)}`;
    return isMailbox(at === -1 ? `${extended}@x.invalid` : extended) ? extended : item;
  });
