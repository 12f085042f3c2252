import type { Entry } from '../directory/directory.ts';
import { BETWEEN, joinFields, type Packing } from '../lookup/packed/form.ts';

/** Rows of a table. */
export const rowPacking: Packing<string> = {
  pack: (values) => (values.length === 0 ? undefined : joinFields(values)),
  unpack: (text) => text.split(BETWEEN),
};

/** Beyond, an entry is kept as it is: to make a long one anew takes longer than the whole lookup. */
const MOST_FIELDS = 16;

/** What is true of an entry, a bit each, as one printable letter. */
const IS_ENABLED = 1;
const IS_GROUP = 2;
const IS_FORWARDED = 4;
const IS_SPELLED = 8;
const FIRST_LETTER = 48;

/** Stand for a field that is the key, or its local part: most addresses, and many logins. */
const THE_KEY = '\r';
const ITS_LOCAL = '\t';

/** Whoever holds an address alone: its bits, how many aliases and logins, and the fields. Others are kept as they are. */
export const entryPacking: Packing<Entry> = {
  pack: (values, key) => {
    const [entry] = values;
    if (entry === undefined || values.length > 1 || entry.leftOut !== undefined) return undefined;
    const { id, address, spelling, aliases, logins, members } = entry;
    const fields = [id, address, ...(spelling === undefined ? [] : [spelling])];
    fields.push(...aliases, ...logins, ...members);
    if (fields.length > MOST_FIELDS) return undefined;
    const local = key.slice(0, key.lastIndexOf('@'));
    if (fields.some((field) => field === THE_KEY || field === ITS_LOCAL)) return undefined;
    const joined = joinFields(
      fields.map((field) => (field === key ? THE_KEY : field === local ? ITS_LOCAL : field)),
    );
    if (joined === undefined) return undefined;
    return letterOf(bitsOf(entry)) + letterOf(aliases.length) + letterOf(logins.length) + joined;
  },

  unpack: (text, key) => {
    const bits = text.charCodeAt(0) - FIRST_LETTER;
    const fields = readFields(text, key);
    const [id = '', address = ''] = fields;
    const first = (bits & IS_SPELLED) === 0 ? 2 : 3;
    const second = first + text.charCodeAt(1) - FIRST_LETTER;
    const third = second + text.charCodeAt(2) - FIRST_LETTER;
    const entry: Entry = {
      id,
      kind: (bits & IS_GROUP) === 0 ? 'account' : 'group',
      address,
      aliases: sliceOf(fields, first, second),
      logins: sliceOf(fields, second, third),
      members: sliceOf(fields, third, fields.length),
      enabled: (bits & IS_ENABLED) !== 0,
    };
    if ((bits & (IS_FORWARDED | IS_SPELLED)) === 0) return [entry];
    return [
      {
        ...entry,
        ...((bits & IS_SPELLED) !== 0 && { spelling: fields[2] ?? '' }),
        ...((bits & IS_FORWARDED) !== 0 && { isForwarded: true }),
      },
    ];
  },
};

const NOBODY: readonly string[] = [];
const sliceOf = (fields: readonly string[], from: number, to: number): readonly string[] =>
  from === to ? NOBODY : fields.slice(from, to);

const letterOf = (number: number): string => String.fromCharCode(FIRST_LETTER + number);

const bitsOf = ({ enabled, kind, isForwarded, spelling }: Entry): number =>
  (enabled ? IS_ENABLED : 0) |
  (kind === 'group' ? IS_GROUP : 0) |
  (isForwarded === undefined ? 0 : IS_FORWARDED) |
  (spelling === undefined ? 0 : IS_SPELLED);

function readFields(text: string, key: string): readonly string[] {
  const fields: string[] = [];
  for (let start = 3; start <= text.length; ) {
    const found = text.indexOf(BETWEEN, start);
    const end = found === -1 ? text.length : found;
    fields.push(readField(text, start, end, key));
    start = end + 1;
  }
  return fields;
}

function readField(text: string, start: number, end: number, key: string): string {
  if (end === start + 1) {
    const letter = text.charAt(start);
    if (letter === THE_KEY) return key;
    if (letter === ITS_LOCAL) return key.slice(0, key.lastIndexOf('@'));
  }
  return text.slice(start, end);
}
