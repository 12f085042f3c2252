import type { KeyMode } from '../../maps/keys.ts';
import type { Note } from './reader.ts';

/** A parameter of main.cf and the tables that it names, as `--map` is told. */
export interface Line {
  readonly parameter: string;
  readonly keys: KeyMode;
  /** What it names, in order. */
  readonly items: readonly Item[];
}

/** One table of a line: the file of one of the type that is imported, or one of another type, which stays where it is. */
export type Item =
  | { readonly kind: 'own'; readonly file: string }
  | { readonly kind: 'other'; readonly text: string };

/** Which keys Postfix derives where it asks the tables of a parameter, or of a restriction. */
const KEYS: readonly (readonly [keys: KeyMode, parameters: readonly string[]])[] = [
  [
    'virtual',
    ['virtual_alias_maps', 'canonical_maps', 'sender_canonical_maps', 'recipient_canonical_maps'],
  ],
  [
    'recipient',
    [
      'virtual_mailbox_maps',
      'relocated_maps',
      'sender_bcc_maps',
      'recipient_bcc_maps',
      'smtpd_sender_login_maps',
      'relay_recipient_maps',
      'local_recipient_maps',
      'smtp_generic_maps',
      'sender_dependent_relayhost_maps',
      'sender_dependent_default_transport_maps',
    ],
  ],
  ['domain', ['transport_maps']],
  ['exact', ['virtual_mailbox_domains', 'virtual_alias_domains', 'mydestination']],
  ['host', ['relay_domains', 'check_client_access', 'check_helo_access']],
  ['address', ['check_sender_access', 'check_recipient_access']],
];

/**
 * Reads `virtual_alias_maps = ldap:/etc/postfix/a.cf, proxy:ldap:/etc/postfix/b.cf`, as main.cf writes it, or with files
 * alone.
 * @param type of the tables that are imported
 * @throws {SyntaxError} where it can't be read
 */
export function parseLine(text: string, type = 'ldap'): Line {
  const { parameter, value = '' } =
    /^\s*(?<parameter>\w+)\s*=(?<value>.*)$/s.exec(text)?.groups ?? {};
  if (parameter === undefined)
    throw new SyntaxError(`"${text}" names no parameter, write virtual_alias_maps=FILE,FILE`);
  const keys = keysOf(parameter);
  if (value.includes('{'))
    throw new SyntaxError(`${text.trim()}: tables in braces can't be read, name the files alone`);
  const items = value
    .split(/[\s,]+/)
    .filter((item) => item !== '')
    .map((item) => readItem(item, type));
  if (!items.some(({ kind }) => kind === 'own'))
    throw new SyntaxError(`${text.trim()}: it names no file, write ${parameter}=FILE,FILE`);
  // Each check_ restriction is asked with all its keys before the next one.
  if (parameter.startsWith('check_') && items.length > 1)
    throw new SyntaxError(`${text.trim()}: it takes one table, write --map for each`);
  return { parameter, keys, items };
}

/** Which keys Postfix derives for a parameter, or a restriction; absent: it is unknown here. */
export const keysFor = (parameter: string): KeyMode | undefined =>
  KEYS.find(([, parameters]) => parameters.includes(parameter))?.[0];

function keysOf(parameter: string): KeyMode {
  const found = keysFor(parameter);
  if (found !== undefined) return found;
  const known = KEYS.flatMap(([, parameters]) => parameters).toSorted();
  throw new SyntaxError(`"${parameter}" is none of the parameters known here: ${known.join(', ')}`);
}

function readItem(text: string, type: string): Item {
  const bare = text.replace(/^proxy:/, '');
  if (bare.startsWith(`${type}:`)) return { kind: 'own', file: bare.slice(type.length + 1) };
  return /^[\w-]+:|^\$/.test(bare) ? { kind: 'other', text } : { kind: 'own', file: text };
}

/** Says what it means that tables of other types stay in the line, before the map or behind it. */
export function tellOthers({ parameter, items }: Line, type = 'ldap'): readonly Note[] {
  const map = items.findIndex(({ kind }) => kind === 'own');
  return items.flatMap((item, i) => {
    if (item.kind === 'own') return [];
    const lost =
      i < map
        ? 'what it has for a part of a key (@domain, an address without its extension) counts after all that the map finds'
        : 'all that it has counts after all that the map finds, its whole keys after the @domain of the map';
    return [
      {
        where: `--map ${parameter}`,
        text: `${item.text} is no ${type}: table and stays in main.cf ${i < map ? 'before' : 'behind'} the map: ${lost}; put it into a table of a file directory, and that into the list of the map`,
        isEssential: true,
      },
    ];
  });
}
