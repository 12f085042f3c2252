import type { Reader } from './reader.ts';

/** Settings that have no counterpart, and why none is needed. */
const DROPPED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cache: 'Postfix passes it over as well, and idpmap remembers answers: see memory',
    cache_expiry: 'Postfix passes it over as well, and idpmap remembers answers: see memory',
    cache_size: 'Postfix passes it over as well, and idpmap remembers answers: see memory',
    debuglevel: 'left out, see log.level',
    tls_ca_cert_dir: 'left out: put its certificates into one PEM file, and name that as tls.ca',
    tls_random_file: 'left out, it is not needed',
    tls_cipher_suite: 'left out, the ciphers are those of Node',
    sasl_realm: 'left out, EXTERNAL has none',
    sasl_authz_id: 'left out, idpmap asks as whom the server takes it for',
    sasl_minssf: 'left out, EXTERNAL has none',
  }),
);

/** Tells of the settings that nobody asked for. */
export function tellRest(reader: Reader): void {
  const version = reader.number('version', 1) ?? 3;
  if (version !== 3) reader.note('version', `idpmap speaks version 3, not ${version}`);
  for (const name of reader.rest()) {
    const why = DROPPED.get(name);
    // An empty one says no more than none.
    if (why !== undefined && reader.text(name) === '') continue;
    reader.note(name, why ?? 'left out, ldap_table(5) has no such setting');
  }
}
