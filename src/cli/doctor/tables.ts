import type { Postfix, Service } from '../postfix/postconf.ts';
import { wordsOf } from '../postfix/postconf.ts';

/** A socketmap table that Postfix asks. */
export interface Asked {
  readonly parameter: string;
  /** The line of master.cf that has it; absent: main.cf. */
  readonly service?: Service;
  /** As it is written, without `proxy:`. */
  readonly text: string;
  /** Whether proxymap(8) asks in the place of its service. */
  readonly isProxied: boolean;
  /** Absent: Postfix can't read it, and the service that asks it does not start. */
  readonly table?: Table;
}

/** Where a table's questions go, and which map they name. */
export type Table = { readonly map: string } & (
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
);

export interface Tables {
  readonly asked: readonly Asked[];
}

/** Finds every socketmap table that main.cf and master.cf ask. */
export function findTables({ parameters, services }: Postfix): Tables {
  const classes = new Set(wordsOf(parameters.get('smtpd_restriction_classes') ?? ''));
  const isAsked = (name: string): boolean => ASKS.test(name) || classes.has(name);
  const asked = [...parameters]
    .filter(([name]) => isAsked(name) && !MENTIONS.test(name))
    .flatMap(([parameter, value]) =>
      isInherited(parameter, value, parameters) ? [] : readTables(value, { parameter }),
    );
  const own = services.flatMap((service) =>
    [...service.overrides].flatMap(([parameter, value]) =>
      readTables(value, { parameter, service }),
    ),
  );
  return { asked: [...asked, ...own] };
}

/** Parameters that hold tables; macros of an administrator's own are expanded in them. */
const ASKS = /_maps$|_domains$|^mydestination$|_restrictions$|_checks$|_networks$|^mynetworks$/;
/** Those that name others' tables only. */
const MENTIONS = /^(?:proxy_(?:read|write)_maps|virtual_maps)$/;

/** By default it is another parameter, and says nothing of its own. */
const isInherited = (
  name: string,
  value: string,
  parameters: ReadonlyMap<string, string>,
): boolean =>
  name === 'virtual_alias_domains' &&
  value !== '' &&
  value === parameters.get('virtual_alias_maps');

/** Reads the socketmap tables of a value, those within `unionmap:{…}` and the like too. */
export const readTables = (
  value: string,
  where: Pick<Asked, 'parameter' | 'service'>,
): readonly Asked[] =>
  readWords(value).flatMap(({ word, isProxied }): readonly Asked[] => {
    const { text } = /^(?:proxy:)?(?<text>socketmap:.*)$/.exec(word)?.groups ?? {};
    if (text === undefined) return [];
    const table = readTable(text);
    return [{ ...where, text, isProxied, ...(table === undefined ? {} : { table }) }];
  });

/** The words of a value, and whether proxymap reads what they name: `proxy:` before a brace is for all within. */
function readWords(
  value: string,
): readonly { readonly word: string; readonly isProxied: boolean }[] {
  /** For each open brace. */
  const braces: boolean[] = [];
  let isProxied = false;
  return (value.match(/[{}]|[^\s,{}]+/g) ?? []).map((word) => {
    if (word === '}') braces.pop();
    const isWithin = braces.at(-1) ?? false;
    if (word === '{') braces.push(isProxied);
    isProxied = isWithin || word.startsWith('proxy:');
    return { word, isProxied };
  });
}

/** @see socketmap_table(5) */
function readTable(text: string): Table | undefined {
  const { path, v6, host = v6, port, map } = TABLE.exec(text)?.groups ?? {};
  if (map === undefined) return undefined;
  if (path !== undefined) return { kind: 'unix', path, map };
  if (host === undefined) return undefined;
  return { kind: 'tcp', host, port: Number(port), map };
}

const TABLE =
  /^socketmap:(?:unix:(?<path>[^:]+)|inet:(?:\[(?<v6>[^\]]+)\]|(?<host>[^:]+)):(?<port>\d{1,5})):(?<map>[^:]+)$/;

/** How a remark names the place. */
export const placeOf = ({ parameter, service }: Pick<Asked, 'parameter' | 'service'>): string =>
  service === undefined ? `main.cf, ${parameter}` : `master.cf, ${service.name}, ${parameter}`;
