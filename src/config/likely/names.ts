import type { Hint } from '../schema/notation.ts';
import { textOf } from './text.ts';

/** Domains that `written` may mean: the one in an address or a URL. */
export const likelyDomains = (written: unknown): readonly string[] => {
  const host = textOf(written)
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/^.*@/s, '')
    .replace(/[/:?#].*$/s, '')
    .replace(/[.,;]+$/, '');
  // Several that stand in one text are no one domain.
  const parts = host.split(/[\s,]+/);
  const joined = parts.some((part) => part.includes('.')) ? [] : [parts.join('.')];
  return [host, ...joined, host.replaceAll('_', '-')];
};

/** Addresses that `written` may mean: that between the brackets, or `local@` the domain that it stands in. */
export const likelyAddresses = (written: unknown, { domain }: Hint): readonly string[] => {
  // Neither a number nor a word such as true is anybody's name.
  const text = typeof written === 'string' ? textOf(written) : '';
  if (!/[\p{L}\p{N}]/u.test(text)) return [];
  const bare = text.replace(/^mailto:/i, '').replace(/[,;]+$/, '');
  const within = /<([^<>]+)>/.exec(bare)?.[1] ?? bare;
  return [within, ...(domain === undefined ? [] : [`${within.replace(/@+$/, '')}@${domain}`])];
};

/** Local parts that `written` may mean. */
export const likelyLocalParts = (written: unknown): readonly string[] => [
  textOf(written).replace(/@.*$/s, ''),
];

/** Networks that `written` may mean: by a mask, as Postfix or a shell writes it, or of this machine. */
export function likelyNetworks(written: unknown): readonly string[] {
  const text = textOf(written);
  if (text === 'localhost') return ['127.0.0.0/8', '::1'];
  const bare = text.replaceAll(/[[\]]/g, '').replace(/\s*\/\s*/, '/');
  const { address, mask } =
    /^(?<address>[\d.]+)\/(?<mask>\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.groups ?? {};
  if (address !== undefined) return [`${address}/${prefixOf(mask ?? '')}`];
  const octets = bare.replace(/(?:\.\*|\.0)*\.?$/, '').split('.');
  const isShort = octets.length < 4 && octets.every((octet) => /^\d{1,3}$/.test(octet));
  return [bare, ...(isShort ? [fill(octets, bare)] : [])];
}

/** `10.` and `10.*` are networks of whole octets. */
const fill = (octets: readonly string[], text: string): string => {
  const bits = /\/(\d+)$/.exec(text)?.[1] ?? String(octets.length * 8);
  return `${[...octets, '0', '0', '0'].slice(0, 4).join('.')}/${bits}`;
};

/** How many bits a mask begins with; NaN where it is none. */
function prefixOf(mask: string): number {
  const bits = mask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  const ones = /^1*/.exec(bits)?.[0].length ?? 0;
  return /^1*0*$/.test(bits) && bits.length === 32 ? ones : Number.NaN;
}

/** Names of directories that `written` may mean. */
export const likelyDirectoryNames = (written: unknown): readonly string[] => {
  const plain = textOf(written)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return [plain.replace(/^[-0-9]+/, '').replace(/-+$/, '')];
};

/** Names of maps that `written` may mean. */
export const likelyMapNames = (written: unknown): readonly string[] => [
  textOf(written).replaceAll(/[\s:]+/g, '-'),
];

/** Paths that `written` may mean. */
export const likelyPaths = (written: unknown): readonly string[] =>
  typeof written === 'string'
    ? [textOf(written).replace(/^(?:file|unix|local|sqlite3?):(?:\/\/)?(?=\/)/i, '')]
    : [];

/** The same where there may be none. */
export const likelyPathsOrOff = (written: unknown): readonly string[] =>
  /^(?:false|no|none|never|off)$/i.test(textOf(written)) ? ['off'] : likelyPaths(written);
