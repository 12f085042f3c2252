import { splitExtension } from '../../address/address.ts';
import { deriveKeys } from '../../maps/keys.ts';
import type { Meaning } from './meaning.ts';

/**
 * Lists what Postfix asks its own tables for a key, in order, the key itself first. Addresses keep their spelling, which
 * is what Postfix asks: idpmap's own tables are asked for the folded one.
 */
export function listTried(key: string, { keys, delimiters }: Meaning): readonly string[] {
  const at = key.lastIndexOf('@');
  if ((keys === 'recipient' || keys === 'virtual') && at > 0) {
    const [local, domain] = [key.slice(0, at), key.slice(at)];
    const split = splitExtension(local, delimiters);
    return split === undefined ? [key, domain] : [key, `${split[0]}${domain}`, domain];
  }
  const [, ...partial] = deriveKeys(key, keys, delimiters);
  return [key, ...partial];
}
