import { describe, expect, test } from 'vitest';
import { listingNone, startInstance } from '../support/instance.ts';
import { createScripted } from '../support/scripted.ts';

const GMAIL = ['virtual-domains', 'gmail.com'] as const;
const ONE = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: a.yaml } }
`;
const TWO = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: a.yaml }, orgs: { type: file, path: b.yaml } }
`;

/** A daemon to which a reload adds a directory that lists domains. */
async function startOne() {
  const orgs = createScripted();
  orgs.listed = ['listed.example'];
  const instance = await startInstance({
    config: ONE,
    directories: { staff: listingNone(createScripted()), orgs },
  });
  expect(await instance.ask(...GMAIL)).toBe('NOTFOUND');
  return { ...instance, orgs };
}

describe('a reload that adds a directory which lists domains', () => {
  test('serves once it has listed them: no foreign domain is ever TEMP', async () => {
    const { ask, reload, orgs } = await startOne();
    orgs.mode = 'slow';
    orgs.slowMs = 300;
    const over = { is: false };
    const reloaded = reload(TWO).finally(() => {
      over.is = true;
    });
    const said = new Set<string>();
    while (!over.is) said.add(await ask(...GMAIL));
    expect(await reloaded).toBe(true);
    said.add(await ask(...GMAIL));
    expect([...said]).toEqual(['NOTFOUND']);
    expect(await ask('virtual-domains', 'listed.example')).toBe('OK listed.example');
  });

  test('waits for one that hangs for two seconds, and serves', async () => {
    const { ask, reload, orgs } = await startOne();
    orgs.mode = 'hangs';
    const before = performance.now();
    expect(await reload(TWO)).toBe(true);
    expect(performance.now() - before).toBeGreaterThanOrEqual(1999);
    expect(await ask(...GMAIL)).toMatch('TEMP idpmap starting orgs');
  });

  test('waits for nothing where it has listed them before', async () => {
    const { ask, reload, orgs } = await startOne();
    await reload(TWO);
    orgs.mode = 'hangs';
    expect(await reload(TWO.replace('b.yaml', 'c.yaml'))).toBe(true);
    expect(await ask('virtual-domains', 'listed.example')).toBe('OK listed.example');
    expect(await ask(...GMAIL)).toBe('NOTFOUND');
  });
});
