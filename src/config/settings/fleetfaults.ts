import { type EngineUrl, formatEngineUrl, isHere, type NodeUrl } from '../schema/engineurl.ts';

/** As much of the section as says where the engine is. */
export interface Places {
  readonly url?: EngineUrl;
  readonly sentinel?: { readonly urls: readonly NodeUrl[]; readonly password?: object };
  readonly cluster?: { readonly urls: readonly NodeUrl[] };
  readonly password?: object;
  readonly insecure: boolean;
}

/** What is wrong, and with which setting of the section. */
export type Fault = readonly [path: string[], message: string];

/** One of them says where the engine is. */
const WAYS = ['url', 'sentinel', 'cluster'] as const;

/** Finds what is wrong with where the engine is, or how it is reached. */
export function faultsOf(places: Places): readonly Fault[] {
  const [way, ...superfluous] = WAYS.filter((name) => places[name] !== undefined);
  if (way === undefined)
    return [[[], 'names no engine: write url, or sentinel, or cluster in its place']];
  if (superfluous.length > 0)
    return superfluous.map((name): Fault => [[name], `goes with no ${way}: write one of them`]);
  const path = way === 'url' ? [way] : [way, 'urls'];
  const fault = faultOfMany(places) ?? faultOfOpen(places);
  return fault === undefined ? [] : [[path, fault]];
}

/** What is wrong with several that stand for each other. */
function faultOfMany({ sentinel, cluster }: Places): string | undefined {
  const all = (sentinel ?? cluster)?.urls;
  if (all === undefined) return undefined;
  if (all.length === 0) return 'names none, write at least one';
  if (new Set(all.map(({ secure }) => secure)).size > 1)
    return 'mixes valkey:// and valkeys://: write all of them alike';
  const names = all.map(formatEngineUrl);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? undefined : `${twice} is listed twice, keep one`;
}

function faultOfOpen(places: Places): string | undefined {
  if (places.insecure || !isOpen(places)) return undefined;
  const password = places.password ?? places.sentinel?.password;
  const shown =
    password === undefined ? 'whoever is on the way may write there' : 'shows the password';
  return `${shown}: use valkeys://, or say insecure: true`;
}

/** Sentinels and nodes name others, which may be on other machines even where they are not. */
function isOpen({ url, sentinel, cluster }: Places): boolean {
  const many = (sentinel ?? cluster)?.urls;
  if (many !== undefined) return many.some(({ secure }) => !secure);
  return url !== undefined && !isHere(url) && !(url.kind === 'tcp' && url.secure);
}
