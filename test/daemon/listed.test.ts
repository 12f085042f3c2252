import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, startInstance } from '../support/instance.ts';
import { until } from '../support/until.ts';

const PEOPLE = `
accounts:
  - { address: ann@listed.example, aliases: [abuse@other.example] }
  - { address: ops@listed.example }
  - { address: bob@own.example }
domains: [listed.example, other.example, own.example]
`;

const CONFIG = `
deadline: 20s
directories: { people: { type: file, path: people.yaml, listDomains: true } }
domains: { own.example: { directory: people } }
`;

const ROLES =
  'listedDomains: { roles: { postmaster: ops@listed.example, abuse: ops@listed.example } }';

async function start(more: string) {
  const place = await makePlace();
  await writeFile(join(place, 'people.yaml'), PEOPLE);
  const instance = await startInstance({ config: `${CONFIG}${more}`, place });
  const isListed = async () =>
    (await instance.ask('virtual-domains', 'listed.example')) === 'OK listed.example';
  expect(await until(isListed, 10_000)).toBe(true);
  return instance;
}

test.each([
  ['postmaster@listed.example', 'OK ops@listed.example'],
  ['Postmaster@Other.Example', 'OK ops@listed.example'],
  ['abuse+spam@listed.example', 'OK ops@listed.example'],
  ['abuse@other.example', 'OK ann@listed.example'],
  ['nobody@listed.example', 'NOTFOUND'],
  ['postmaster@own.example', 'NOTFOUND'],
])('in domains that are listed %s leads to %s', async (key, reply) => {
  const { ask } = await start(ROLES);
  expect(await ask('virtual-aliases', key)).toBe(reply);
});

test.each([
  ['nobody@listed.example', 'OK ann@listed.example'],
  ['postmaster@other.example', 'OK ann@listed.example'],
  ['ops@listed.example', 'NOTFOUND'],
  ['nobody@own.example', 'NOTFOUND'],
])('a catch-all of listed domains: %s leads to %s', async (key, reply) => {
  const { ask } = await start('listedDomains: { catchAll: ann@listed.example }');
  expect(await ask('virtual-aliases', key)).toBe(reply);
});

test('a reload gives listed domains their roles', async () => {
  const { ask, reload } = await start('');
  expect(await ask('virtual-aliases', 'postmaster@listed.example')).toBe('NOTFOUND');
  expect(await reload(`${CONFIG}${ROLES}`)).toBe(true);
  expect(await ask('virtual-aliases', 'postmaster@listed.example')).toBe('OK ops@listed.example');
});
