import { MAX_ADDRESS_BYTES } from '../../address/address.ts';
import type { MapSettings } from '../../config/schema.ts';
import type { KeyMode } from '../../maps/keys.ts';
import type { Settings } from '../../settings.ts';
import { load } from '../common.ts';
import { CliError, EXIT } from '../exit.ts';
import { type CompareOptions, MAP_KINDS, type MapKind } from './options.ts';

/** What the compared maps mean, to Postfix. */
export interface Meaning {
  readonly kind: MapKind;
  /** What Postfix tries for a key in tables of the old kind. */
  readonly keys: KeyMode;
  readonly delimiters: string;
  /** Whether Postfix puts an extension that it cut off on the addresses that are found. */
  readonly propagateExtension: 'yes' | 'no';
}

/** What Postfix tries where it asks a map of this kind. */
const KEYS: Readonly<Partial<Record<MapKind, KeyMode>>> = {
  mailboxes: 'recipient',
  recipients: 'recipient',
  aliases: 'virtual',
  senders: 'recipient',
  domains: 'exact',
  table: 'exact',
};

/** Finds out what `map` means: by the options, else by the configuration. */
export async function findMeaning(map: string, options: CompareOptions): Promise<Meaning> {
  const settings = await settingsFor(map, options);
  const configured = settings?.maps[map];
  const kind = options.as ?? configured?.kind;
  if (kind === undefined) throw unknownMap(map, settings);
  const keys = options.keys ?? keysOf(configured) ?? KEYS[kind] ?? 'recipient';
  return { kind, keys, ...rulesOf(settings, kind === 'aliases' || keys === 'virtual') };
}

/** Of the tables of Postfix's that it asks for addresses to send to, it extends what it finds. */
function rulesOf(
  settings: Settings | undefined,
  isAlias: boolean,
): Pick<Meaning, 'delimiters' | 'propagateExtension'> {
  if (settings === undefined)
    return { delimiters: '+', propagateExtension: isAlias ? 'yes' : 'no' };
  const { recipientDelimiter, propagateExtension } = settings;
  return {
    delimiters: recipientDelimiter,
    propagateExtension: isAlias && propagateExtension ? 'yes' : 'no',
  };
}

const keysOf = (map: MapSettings | undefined): KeyMode | undefined =>
  map?.kind === 'table' ? map.keys : undefined;

/** Another server may be asked where there is no configuration at all. */
async function settingsFor(map: string, options: CompareOptions): Promise<Settings | undefined> {
  try {
    return (await load(options)).settings;
  } catch (error) {
    if (options.as !== undefined && options.direct !== true) return undefined;
    if (options.endpoint === undefined) throw error;
    throw unknownMap(map, undefined);
  }
}

function unknownMap(map: string, settings: Settings | undefined): CliError {
  if (settings === undefined)
    return new CliError(
      EXIT.usage,
      `what ${map} means is not known without a configuration: write --as ${MAP_KINDS.join('|')}`,
    );
  const known = Object.keys(settings.maps).join(', ');
  return new CliError(EXIT.config, `map ${map} is not configured; there are ${known}`);
}

/** Whether a key can be asked at all: no control characters, nothing that is no UTF-8, not too long. */
export const isUsable = (key: string): boolean =>
  key !== '' && Buffer.byteLength(key) <= MAX_ADDRESS_BYTES && !/[\p{Cc}\ufffd]/u.test(key);

/** Local names and domains in a table of addresses: Postfix asks a socketmap for none of them. */
export const isAside = (key: string, { keys }: Pick<Meaning, 'keys'>): boolean =>
  (keys === 'recipient' || keys === 'virtual') && !key.includes('@');
