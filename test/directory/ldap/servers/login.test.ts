import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../../../src/config/sources/secret.ts';
import { createLoginKeeper } from '../../../../src/directory/ldap/servers/login.ts';
import type { LdapBind } from '../../../../src/directory/ldap/settings.ts';
import { Refused } from '../../../../src/directory/ldap/wire/open.ts';
import { makePlace } from '../../../support/instance.ts';
import { testClock, useFakeTime } from '../../../support/world.ts';

useFakeTime();

const RETRY_MS = 60_000;
const REFUSAL = new Refused('ldap://x refuses cn=idpmap');
const keep = (bind: LdapBind) => createLoginKeeper(bind, RETRY_MS, testClock);
const BIND = { dn: 'cn=idpmap', password: new Secret('secret') };

describe('the login', () => {
  test.each([
    ['a name and its password', BIND, { dn: 'cn=idpmap', password: 'secret' }],
    ['SASL EXTERNAL', { sasl: 'external' }, { sasl: 'external' }],
    ['nobody', { anonymous: true }, 'anonymous'],
  ] as const)('is %s, as configured', async (_, bind, login) => {
    expect(await keep(bind).next()).toEqual(login);
  });

  test('that lacks its password is none, not anonymous', async () => {
    await expect(keep({ dn: 'cn=idpmap' }).next()).rejects.toThrow('bind names no login');
  });

  test('that was refused is not given out again until its time is over', async () => {
    const keeper = keep(BIND);
    keeper.refused(await keeper.next(), REFUSAL);
    await expect(keeper.next()).rejects.toThrow(
      'ldap://x refuses cn=idpmap; the same one is tried again in 60 s, another one at once',
    );
    vi.advanceTimersByTime(RETRY_MS);
    expect(await keeper.next()).toEqual({ dn: 'cn=idpmap', password: 'secret' });
  });

  test('that has another password is given out at once', async () => {
    const file = join(await makePlace(), 'password');
    await writeFile(file, 'old');
    const keeper = keep({ dn: 'cn=idpmap', password: new Secret({ file }) });
    keeper.refused(await keeper.next(), REFUSAL);
    await writeFile(file, 'new\n');
    expect(await keeper.next()).toEqual({ dn: 'cn=idpmap', password: 'new' });
  });

  test('that was taken counts as good again', async () => {
    const keeper = keep(BIND);
    keeper.refused(await keeper.next(), REFUSAL);
    keeper.taken();
    expect(await keeper.next()).toEqual({ dn: 'cn=idpmap', password: 'secret' });
  });
});
