/**
 * Names a user in a reason, so that the name can be taken out again, for it looks like nothing in particular. Every name
 * that a directory gave, and is no address, goes into a reason by this.
 */
export const named = (name: string): string => `user "${name.replaceAll(/["\\]/g, '').trim()}"`;

/**
 * What `named` wrote; in JSON, too. A quotation mark behind `user ` opens and never closes, or else a lone one before it
 * would take it for its end, and leave the name standing: no name ends in a space.
 */
export const NAMED = /\buser (\\?")([^"\\]{0,1000})(?<!\buser )\\?"/gu;

/** Whatever may be an address, quoted or not, or a login at a host; bounded, so that it stays quick. */
const ADDRESS =
  /(?:"(?:[^"\\]|\\.){1,320}"|[^\s"'`<>()[\]{},:;=@|]{1,320})@[^\s"'`<>(){},:;|]{1,255}/gu;

/** What names a person in a distinguished name or a filter, up to its end: `uid=ann`, `(mail=…)`. */
const ATTRIBUTE =
  /\b(uid|cn|sn|gn|mail|givenname|displayname|samaccountname|userprincipalname|proxyaddresses|employee(?:id|number))=((?:[^,+;()"'\\]|\\.){1,1000})/giu;

/** Takes out of a reason whoever it names: for who may know how a directory fares, and not who is in it. */
export const withoutNames = (reason: string): string =>
  reason
    .replaceAll(NAMED, 'user "…"')
    .replaceAll(ADDRESS, 'an address')
    .replaceAll(ATTRIBUTE, (_, attribute: string) => `${attribute}=…`);
