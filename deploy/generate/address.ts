import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the project is found by everybody. */
export interface Address {
  /** Of the project: a repository at GitHub, or a site that shows the repository's files by their paths. */
  readonly home: string;
  /** What precedes `docs/operations.md` and other files, with a slash at its end. */
  readonly files: string;
}

/** What `package.json` says of it. */
export interface Manifest {
  readonly homepage?: string;
}

const MANIFEST = join(import.meta.dirname, '../../package.json');

/**
 * The one setting: `homepage` of `package.json`, which all else is made from. Undefined while the project is nowhere: then links
 * are relative to the pages that are shipped, or left out.
 */
export function publicAddress(text = readFileSync(MANIFEST, 'utf8')): Address | undefined {
  const { homepage }: Manifest = JSON.parse(text);
  return homepage === undefined ? undefined : readAddress(homepage);
}

/**
 * Makes an address of a URL.
 * @throws {Error} where it is none, or not of the web
 */
export function readAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '')
    throw new Error(`"${text}" is no address of a project, write https://HOST/PATH`);
  const home = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  return { home, files: url.hostname === 'github.com' ? `${home}/blob/HEAD/` : `${home}/` };
}

/** Writes an address into the text of `package.json`, as npm's registry and its visitors want it. */
export function writeAddress(manifest: string, { home }: Address): string {
  const atGithub = new URL(home).hostname === 'github.com';
  const more = atGithub
    ? { repository: { type: 'git', url: `git+${home}.git` }, bugs: { url: `${home}/issues` } }
    : {};
  const { name, version, description, homepage: _, ...rest } = JSON.parse(manifest);
  const { repository: _repository, bugs: _bugs, ...others } = rest;
  const all = { name, version, description, homepage: home, ...more, ...others };
  return `${JSON.stringify(all, null, 2)}\n`;
}
