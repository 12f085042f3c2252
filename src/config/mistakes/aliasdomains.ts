import { textOf } from '../likely/text.ts';
import type { Path } from '../sources/tree.ts';
import type { Proposal } from './proposal.ts';

/** What others call the domains that have the addresses of one, where they list them there. */
const NAMES = /^(?:also|alias(?:es|_?domains?)?)$/i;

/** Domains that are listed as others of one: here each of them stands by itself, and names that one. */
export function* proposeAliasDomains(path: Path, value: unknown): Generator<Proposal> {
  const [section, domain, key, ...below] = path;
  if (section !== 'domains' || below.length > 0 || !NAMES.test(String(key))) return;
  const listed = (Array.isArray(value) ? value : [value]).map(textOf);
  if (listed.some((name) => !name.includes('.'))) return;
  yield {
    changes: [
      { path },
      ...listed.map((name) => ({ path: [section, name, 'aliasOf'], value: domain })),
    ],
    advice: `write ${listed.map((name) => `${name}: { aliasOf: ${domain} }`).join(', ')} beside ${domain}`,
  };
}
