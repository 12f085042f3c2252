import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '../..');

/** What the lock file says of a package. */
export interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
}

const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
);

/**
 * What the lock file says of an npm package that lies at the top.
 * @throws {Error} where it has none
 */
export function lockedPackage(name: string): Locked {
  const locked = packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}`);
  return locked;
}
