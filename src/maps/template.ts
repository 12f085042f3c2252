import { PERSON_PLACEHOLDERS, splitTemplate } from '../config/schema/template.ts';
import type { Entry } from '../directory/directory.ts';
import { mailAddress } from '../directory/people/spelling.ts';

/** Shapes the data of an OK. Never empty. */
export type Template = (entry: Entry) => string;

type Placeholder = (typeof PERSON_PLACEHOLDERS)[number];

const VALUES: Readonly<Record<Placeholder, (entry: Entry) => string>> = {
  '%s': mailAddress,
  '%u': (entry) => mailAddress(entry).slice(0, mailAddress(entry).lastIndexOf('@')),
  '%d': ({ address }) => address.slice(address.lastIndexOf('@') + 1),
  '{id}': ({ id }) => id,
  '{login}': ({ logins }) => logins[0] ?? '',
};

/**
 * Reads a `result` such as `%u/Maildir/` or `{id}`, in `ldap_table(5)`'s letters; one that comes out empty gives the
 * account's address.
 * @throws {SyntaxError} that names an unknown placeholder, and where it stands
 */
export function parseTemplate(text: string): Template {
  const parts = splitTemplate(text, PERSON_PLACEHOLDERS);
  if (text === '%s') return mailAddress;
  return (entry) => {
    const data = parts
      .map((part) => (typeof part === 'string' ? part : VALUES[part.placeholder](entry)))
      .join('');
    return data === '' ? mailAddress(entry) : data;
  };
}
