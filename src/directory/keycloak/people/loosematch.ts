/**
 * Whether a database may have shown `value` to whoever asked for `asked`, or for what contains it: MariaDB and MySQL compare
 * without regard to accents, `ß` and trailing blanks, and in a search for what contains it `%`, `_` and `*` are patterns.
 */
export function matchesLoosely(value: string, asked: string): boolean {
  const text = skeleton(value);
  let from = 0;
  // Part by part and never back: a stranger writes the pattern.
  for (const part of skeleton(asked).split(/[%*]+/u)) {
    const at = indexOfPattern(text, part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}

/** What is left where accents, case and doubled `s` do not count. */
const skeleton = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 's')
    .replaceAll(/s+/gu, 's')
    .trimEnd();

/** Where `part` begins in `text`, from `from` on; `_` stands for any one character. */
function indexOfPattern(text: string, part: string, from: number): number {
  for (let at = from; at + part.length <= text.length; at++) {
    if (fits(text, part, at)) return at;
  }
  return -1;
}

function fits(text: string, part: string, at: number): boolean {
  for (let i = 0; i < part.length; i++) {
    if (part[i] !== '_' && part[i] !== text[at + i]) return false;
  }
  return true;
}
