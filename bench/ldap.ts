import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { READER, startPlainSlapd } from '../test/support/ldap/plain-slapd.ts';
import { MAP } from './daemon.ts';
import { accountAt } from './questions.ts';
import { findWrong, type Part, spreadOf } from './report.ts';
import { KEYS, PEOPLE, playAlone, playTogether, ROUNDS, startTableDaemon } from './table.ts';
import { formatVerdict } from './verdict.ts';

const SUFFIX = 'dc=example';
/** What a lookup may take of what Postfix's own table takes, for one caller; what sixteen have to do more than one. */
const MOST = 1.2;
const LEAST = 3;

/** What a lookup takes that has to be asked of OpenLDAP, next to Postfix's own table of the same filter (`ldap_table(5)`). */
export const ldap: Part = async (stage) => {
  await using resources = new AsyncDisposableStack();
  const place = stage.directory;
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
  const { wire } = await startTableDaemon(
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
  const tables = [`ldap:${own}`, `socketmap:inet:${wire}:${MAP}`] as const;
  const alone = await playAlone('ldap', place, tables);
  const together = await playTogether(wire, stage);
  const [ratio, gain] = [spreadOf(alone.ratios), spreadOf(together.gains)];
  return {
    title: `ldap: a table that nothing is remembered of, ${KEYS} of ${PEOPLE} keys, ${ROUNDS} alternating rounds`,
    columns: ['one caller/s', '16 callers/s'],
    rows: [[spreadOf(together.rates).median.toFixed(0), spreadOf(together.all).median.toFixed(0)]],
    notes: [
      formatVerdict('one caller, idpmap / Postfix’s own', ratio, { most: MOST }),
      formatVerdict('16 callers / one', gain, { least: LEAST }),
    ],
    figures: { ratio, gain, rates: together.rates },
    faults: [...alone.faults, ...together.results.flatMap((result) => findWrong('ldap', result))],
  };
};

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
