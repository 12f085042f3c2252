import type { DirectoryHooks } from '../../src/directory/hooks.ts';
import { createKept } from '../../src/directory/trust/kept.ts';
import { silentLog } from '../../src/log.ts';

/** What a directory tells nobody, and keeps until the test ends. */
export const quietHooks = (more: Partial<DirectoryHooks> = {}): DirectoryHooks => ({
  name: 'staff',
  log: silentLog,
  delimiters: '+',
  changed: () => {},
  domainsChanged: () => {},
  kept: createKept(),
  ...more,
});
