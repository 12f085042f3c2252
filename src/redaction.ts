/**
 * Names somebody in a reason, so that it can be taken out again: user names look like nothing in particular. Every name
 * that a directory gave, and is no address, goes into a reason by this.
 */
export const named = (name: string): string => `“${name.replaceAll(/[“”]/g, '')}”`;

/** What `named` wrote. */
export const NAMED = /“[^“”]{0,1000}”/gu;

/** Whatever may be an address, quoted or not, or a login at a host; bounded, so that it stays quick. */
const ADDRESS =
  /(?:"(?:[^"\\]|\\.){1,320}"|[^\s"'`<>()[\]{},:;=@|“”]{1,320})@[^\s"'`<>(){},:;|“”]{1,255}/gu;

/** What names a person in a distinguished name or a filter, up to its end: `uid=ann`, `(mail=…)`. */
const ATTRIBUTE =
  /\b(uid|cn|sn|gn|mail|givenname|displayname|samaccountname|userprincipalname|proxyaddresses|employee(?:id|number))=((?:[^,+;()"'\\]|\\.){1,1000})/giu;

/** Takes out of a reason whoever it names: for who may know how a directory fares, and not who is in it. */
export const withoutNames = (reason: string): string =>
  reason
    .replaceAll(NAMED, '“…”')
    .replaceAll(ADDRESS, 'an address')
    .replaceAll(ATTRIBUTE, (_, attribute: string) => `${attribute}=…`);
