/** Parameters of main.cf for which only counts that there is an answer (postconf(5)). */
const LISTS: ReadonlySet<string> = new Set([
  'virtual_mailbox_domains',
  'virtual_alias_domains',
  'relay_domains',
  'mydestination',
  'local_recipient_maps',
  'relay_recipient_maps',
]);

/** Whether what a parameter's tables answer is read by nobody. */
export const isList = (parameter: string): boolean => LISTS.has(parameter);

/** Whether a filter finds all people of a domain: `(mail=*@%s)`, so that the key is one. */
export function asksForDomains(filter: string): boolean {
  const comparisons = filter.match(/=[^()=]*%[a-z\d][^()]*\)/gi) ?? [];
  return comparisons.length > 0 && comparisons.every((text) => /^=\*@%s\s*\)$/.test(text));
}
