import { onTestFinished } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import { verdict } from './faults.ts';
import type { LdapServer } from './server.ts';

/** Who gets the mail of an address, or the verdict. */
export async function mailOf(directory: Directory, address: string): Promise<string> {
  const said = await verdict(directory, address);
  if (said !== 'found') return said;
  const found = await directory.find(address, { signal: AbortSignal.timeout(20_000) });
  if (found.status === 'none') return 'none';
  return found.value
    .flatMap((each) => (each.kind === 'group' ? each.members : [each.address]))
    .toSorted()
    .join();
}

/** Adds entries until the test ends. */
export async function addEntries(server: LdapServer, ...entries: readonly string[]): Promise<void> {
  for (const entry of entries) {
    const [dn = '', ...attributes] = entry.trim().split('\n');
    await server.modify(`${dn}\nchangetype: add\n${attributes.join('\n')}\n`);
    onTestFinished(() => server.modify(`${dn}\nchangetype: delete\n`));
  }
}
