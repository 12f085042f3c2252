import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where tests keep what is dear to make, from one run to the next: `$XDG_CACHE_HOME/idpmap`, or `area` in it. */
export function cacheDirectory(area = ''): string {
  const configured = process.env['XDG_CACHE_HOME'] ?? '';
  return join(configured === '' ? join(homedir(), '.cache') : configured, 'idpmap', area);
}
