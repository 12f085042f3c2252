import type { Entry } from '../directory/directory.ts';
import { mailAddress } from '../directory/people/spelling.ts';

/** Shapes the data of an OK. Never empty. */
export type Template = (entry: Entry) => string;

/** What a result may hold, in `ldap_table(5)`'s letters: of the account's address, whole, local part, domain. */
const PLACEHOLDER = /%.?|\{[^}]*\}?/gsu;

const VALUES: Readonly<Record<string, (entry: Entry) => string>> = {
  '%%': () => '%',
  '%s': mailAddress,
  '%u': (entry) => mailAddress(entry).slice(0, mailAddress(entry).lastIndexOf('@')),
  '%d': ({ address }) => address.slice(address.lastIndexOf('@') + 1),
  '{id}': ({ id }) => id,
  '{login}': ({ logins }) => logins[0] ?? '',
};

/**
 * Reads a `result` such as `%u/Maildir/` or `{id}`; one that comes out empty gives the account's address.
 * @throws {SyntaxError} with the offset of an unknown placeholder
 */
export function parseTemplate(text: string): Template {
  const parts: (string | ((entry: Entry) => string))[] = [];
  let last = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const value = VALUES[match[0]];
    if (value === undefined) {
      throw new SyntaxError(
        `"${match[0]}" at offset ${match.index} means nothing here, known are %s %u %d %% {id} {login}`,
      );
    }
    parts.push(text.slice(last, match.index), value);
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  if (text === '%s') return mailAddress;
  return (entry) => {
    const data = parts.map((part) => (typeof part === 'string' ? part : part(entry))).join('');
    return data === '' ? mailAddress(entry) : data;
  };
}
