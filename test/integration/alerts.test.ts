import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { rules } from '../deploy/fixture.ts';
import { type Prometheus, startPrometheus } from '../deploy/server.ts';
import { makePlace, startInstance } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 60_000;

const CONFIG = `
http: tcp://127.0.0.1:0
cache: { entries: { found: 4 } }
domains: { example.org: { directory: [guests, staff] } }
directories: { guests: { type: file, path: guests.yaml }, staff: { type: file, path: staff.yaml } }
maps:
  user-exists: { kind: mailboxes }
  transport: { kind: table, directory: staff, table: transport }
`;

const people = (count: number): string =>
  stringify({
    accounts: Array.from({ length: count }, (_, i) => ({ address: `p${i}@example.org` })),
    tables: { transport: { 'example.net': 'smtp:[mx.example.net]' } },
  });

/** Whether an alert's condition holds now, whatever it waits for then. */
async function holds({ get }: Prometheus, name: string): Promise<boolean> {
  const { expr = '' } = rules.find((rule) => rule.alert === name) ?? {};
  const { data } = await get<{ readonly result: readonly unknown[] }>(
    `query?query=${encodeURIComponent(expr)}`,
  );
  return data.result.length > 0;
}

describeWith(['prometheus'], 'alerts of a daemon with tables and several directories', () => {
  test(
    'hold for a full memory of people, an edit that is held and a map that nobody has',
    async () => {
      const place = await makePlace();
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'guests.yaml'), 'accounts: [{ address: guest@example.org }]\n');
      await writeFile(join(place, 'staff.yaml'), people(20));
      const { daemon, ask } = await startInstance({ place, config: CONFIG });
      const { http } = daemon;
      if (http?.kind !== 'tcp') throw new Error('the daemon serves no HTTP over TCP');
      await ask('transport', 'example.net');
      const prometheus = await startPrometheus(`${http.host}:${http.port}`);
      const names = ['IdpmapMemoryFull', 'IdpmapHeld', 'IdpmapUnknownMap'];
      // The first ones may come before the file was read.
      await until(async () => {
        for (let i = 0; i < 5; i++) await ask('user-exists', `p${i}@example.org`);
        return holds(prometheus, 'IdpmapMemoryFull');
      }, LIMIT_MS);
      expect(await holds(prometheus, 'IdpmapHeld')).toBe(false);
      await writeFile(join(place, 'staff.yaml'), people(2));
      let seen = new Set<string>();
      await until(async () => {
        await ask('user-exist', 'p0@example.org');
        for (const name of names) if (await holds(prometheus, name)) seen = seen.add(name);
        return seen.size === names.length;
      }, LIMIT_MS);
      expect([...seen].toSorted()).toEqual(names.toSorted());
    },
    LIMIT_MS * 2,
  );
});
