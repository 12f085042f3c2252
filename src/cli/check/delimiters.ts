import { parseAddress, splitExtension } from '../../address/address.ts';
import type { Served } from '../../daemon/served.ts';
import type { Remark } from '../../directory/directory.ts';

/** So many addresses are named. */
const NAMED = 5;

/**
 * Finds addresses with a delimiter in their local part, which Postfix and idpmap cut at the first one: mary-ann+x@ is
 * mary's where `-` is one. Those of a directory that can't be read are for others to tell.
 */
export async function checkDelimiters(
  { directory, settings }: Pick<Served, 'directory' | 'settings'>,
  delimiters: string,
): Promise<readonly Remark[]> {
  if (delimiters === '' || directory.sample === undefined) return [];
  const sample = await directory.sample(AbortSignal.timeout(settings.timeout)).catch(() => []);
  const holders = sample.flatMap((text) => readHolder(text, delimiters));
  const [first] = holders;
  if (first === undefined) return [];
  const named = holders.slice(0, NAMED).map(({ text }) => text);
  const more = holders.length > NAMED ? `, and ${holders.length - NAMED} more` : '';
  const { local, base, domain } = first;
  return [
    {
      level: 'warning',
      text: `recipientDelimiter "${delimiters}" occurs in ${named.join(', ')}${more}: mail for ${local}${delimiters[0]}x@${domain} goes to ${base}@${domain}, as Postfix does it, and so does mail for ${local}@${domain} once that is gone; rename it, or take the character out of recipientDelimiter and recipient_delimiter`,
    },
  ];
}

function readHolder(text: string, delimiters: string) {
  const address = parseAddress(text);
  if (address === undefined) return [];
  const { local, domain } = address;
  const [base] = splitExtension(local, delimiters) ?? [];
  return base === undefined ? [] : [{ text: address.text, local, base, domain }];
}
