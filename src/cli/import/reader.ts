import type { LdapTable } from './parameters.ts';

/** Something that is not carried over as it stands. */
export interface Note {
  /** `FILE:LINE`, or the file alone. */
  readonly where: string;
  /** What, why, and what to do; never a password. */
  readonly text: string;
  /** What comes out does not work, or not as before, until it is mended. */
  readonly isEssential: boolean;
}

/** Hands out one table's settings and gathers what becomes of them. */
export interface Reader {
  /** A setting's text; absent: it is not there. */
  text(name: string): string | undefined;
  /** The same, and it stays unread. */
  peek(name: string): string;
  /** All settings that are there. */
  names(): readonly string[];
  /** A list, at commas and spaces. */
  list(name: string): readonly string[] | undefined;
  flag(name: string): boolean;
  /** A whole number, at least `least`. */
  number(name: string, least: number): number | undefined;
  /** Says what becomes of a setting. */
  note(name: string, text: string): void;
  /** Says what is wrong with it, or that it is missing. */
  lack(name: string, text: string): void;
  /** Settings that nobody asked for. */
  rest(): readonly string[];
}

/** Reads a table's settings; what is told of them goes to `notes`. */
export function createReader({ file, parameters }: LdapTable, notes: Note[]): Reader {
  const unread = new Set(parameters.keys());
  const tell = (name: string, text: string, isEssential: boolean): void => {
    const parameter = parameters.get(name);
    const where = parameter === undefined ? file : `${file}:${parameter.line}`;
    notes.push({ where, text: `${parameter?.name ?? name}: ${text}`, isEssential });
  };
  const reader: Reader = {
    text(name) {
      unread.delete(name);
      return parameters.get(name)?.value;
    },
    peek: (name) => parameters.get(name)?.value ?? '',
    names: () => [...parameters.keys()],
    list: (name) =>
      reader
        .text(name)
        ?.split(/[\s,]+/)
        .filter((item) => item !== ''),
    flag(name) {
      const value = reader.text(name)?.toLowerCase() ?? 'no';
      if (value !== 'yes' && value !== 'no') reader.lack(name, `"${value}" is neither yes nor no`);
      return value === 'yes';
    },
    number(name, least) {
      const value = reader.text(name);
      if (value === undefined) return undefined;
      if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value);
      reader.lack(name, `"${value}" is no whole number of at least ${least}`);
      return undefined;
    },
    note: (name, text) => tell(name, text, false),
    lack: (name, text) => tell(name, text, true),
    rest: () => [...unread],
  };
  return reader;
}

/** Values of which quotation marks may well be a part. */
const MAY_BE_QUOTED = new Set(['bind_pw', 'result_format', 'result_filter']);

/** To Postfix quotation marks are letters as others are. */
export function tellQuotes(reader: Reader): void {
  for (const name of reader.names()) {
    if (!/^(["']).*\1$/s.test(reader.peek(name))) continue;
    if (MAY_BE_QUOTED.has(name)) reader.note(name, 'the quotation marks are a part of it');
    else reader.lack(name, 'to Postfix the quotation marks are a part of it: take them off');
  }
}
