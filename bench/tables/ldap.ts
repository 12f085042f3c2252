import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { READER, startPlainSlapd } from '../../test/support/ldap/plain-slapd.ts';
import { accountAt } from '../questions.ts';
import type { Part } from '../report.ts';
import { KEYS, ROUNDS } from './postmap.ts';
import { PEOPLE, startTableDaemon, type Tables } from './table.ts';
import { measureTables, startBare, TABLE_NOTE } from './tables.ts';

const SUFFIX = 'dc=example';
/** What of Postfix's own table a lookup may take, for one caller. */
const MOST = 1.2;

/** What a lookup takes that has to be asked of OpenLDAP, next to Postfix's own table of the same filter (`ldap_table(5)`). */
export const ldap: Part = async (stage) => {
  await using resources = new AsyncDisposableStack();
  const bare = await startBare(stage);
  const tables = await startTables(stage.directory, resources);
  const measurement = await measureTables('ldap', tables, MOST, bare, stage);
  return {
    ...measurement,
    title: `ldap: a table that nothing is remembered of, ${ROUNDS} alternating rounds of ${KEYS} keys`,
    notes: [TABLE_NOTE, ...measurement.notes],
  };
};

/** Starts OpenLDAP, and an idpmap over it. */
async function startTables(place: string, resources: AsyncDisposableStack): Promise<Tables> {
  const server = await startPlainSlapd({ suffix: SUFFIX, entries: [...listEntries()] });
  resources.defer(() => server.remove());
  writeFileSync(join(place, 'main.cf'), 'compatibility_level = 3.6\n');
  utimesSync(join(place, 'main.cf'), 0, 0);
  const bindDn = `${READER.dn},${SUFFIX}`;
  const own = join(place, 'own.cf');
  writeFileSync(
    own,
    [
      `server_host = ldap://127.0.0.1:${server.port}`,
      'version = 3',
      'bind = yes',
      `bind_dn = ${bindDn}`,
      `bind_pw = ${READER.password}`,
      `search_base = ${SUFFIX}`,
      'query_filter = (mail=%s)',
      'result_attribute = maildrop',
      '',
    ].join('\n'),
  );
  writeFileSync(join(place, 'password'), READER.password);
  const { wire, pid } = await startTableDaemon(
    place,
    {
      type: 'ldap',
      urls: [`ldap://127.0.0.1:${server.port}`],
      bind: { dn: bindDn, password: { file: 'password' } },
      base: SUFFIX,
      tables: { forwards: { queryFilter: '(mail=%s)', resultAttributes: ['maildrop'] } },
      searchTimeout: '5s',
    },
    resources,
  );
  return { place, own: `ldap:${own}`, wire, pid };
}

function* listEntries() {
  yield {
    dn: SUFFIX,
    attributes: { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'x' },
  };
  for (let i = 0; i < PEOPLE; i++) {
    const address = accountAt(i);
    yield {
      dn: `cn=${i},${SUFFIX}`,
      attributes: {
        objectClass: ['inetOrgPerson', 'extensibleObject'],
        cn: String(i),
        sn: 'x',
        mail: address,
        maildrop: address,
      },
    };
  }
}
