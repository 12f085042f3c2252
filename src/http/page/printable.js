/** What is no letter, sign or space that people see: it would turn text round, hide, or end a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Shows text from outside as the daemon's commands do: what is not seen as `\u202e`.
 * @param {string} text
 */
export const printable = (text) => text.replace(UNSEEN, escape);

/** @param {string} unseen */
const escape = (unseen) =>
  Array.from({ length: unseen.length }, (_, i) => unseen.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');

/**
 * Reads JSON; every text in it is printable.
 * @param {string} json
 */
export const parsePrintable = (json) =>
  JSON.parse(json, (_, value) => (typeof value === 'string' ? printable(value) : value));
