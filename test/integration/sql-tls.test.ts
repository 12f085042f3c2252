import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import {
  type CertificateFiles,
  certificateFiles,
  makeCertificates,
  SERVER_NAME,
} from '../support/ldap/certificates.ts';
import { plain } from '../support/plain.ts';
import { startFaultProxy } from '../support/proxy.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { ACCESS } from '../support/sql/postgresql.ts';
import { type SqlServer, type SqlServerName, startSqlServer } from '../support/sql/server.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const execute = promisify(execFile);
const PATIENCE_MS = 20_000;

/** Has PostgreSQL admit whom this line does, and its administrator. */
const admits = (line: string): string =>
  `COPY (VALUES ('local all all trust'), ('${line}')) TO PROGRAM 'cat >pg_hba.conf'; SELECT pg_reload_conf()`;

/** What each server is, whom it runs as, and how it demands a client certificate. */
const SERVERS: readonly {
  readonly name: SqlServerName;
  readonly needs: readonly Requirement[];
  readonly owner: string;
  readonly demand: string;
  readonly demandNone: string;
}[] = [
  {
    name: 'postgresql',
    needs: ['postgresql', 'openssl'],
    owner: 'postgres',
    demand: admits('hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-full'),
    demandNone: admits('host all all 127.0.0.1/32 scram-sha-256'),
  },
  {
    name: 'mysql',
    needs: ['mariadb', 'openssl'],
    owner: 'mysql',
    demand: `ALTER USER ${ACCESS.user}@'127.0.0.1' REQUIRE X509`,
    demandNone: `ALTER USER ${ACCESS.user}@'127.0.0.1' REQUIRE NONE`,
  },
];

const find = (directory: Directory) =>
  plain(directory)
    .find('ann@example.test', AbortSignal.timeout(PATIENCE_MS))
    .then(
      (entries) => entries.length,
      (error: unknown) => (error instanceof Error ? error.message : error),
    );

/** Makes certificates for a server, which has to read its key: nobody else may. */
async function makeFiles(place: string, owner: string, names?: string): Promise<CertificateFiles> {
  await makeCertificates(place, `CN=${ACCESS.user}`, names);
  await execute('chmod', ['a+x', place]);
  await execute('chown', ['-R', owner, join(place, 'certificates')]);
  return certificateFiles(place);
}

for (const { name, needs, owner, demand, demandNone } of SERVERS) {
  describeWith(needs, `TLS with ${name}`, () => {
    const resources = new AsyncDisposableStack();
    let files: CertificateFiles;
    let server: SqlServer;

    beforeAll(async () => {
      const place = await makeTemporaryDirectory('idpmap-sql-tls');
      resources.defer(() => place.remove());
      files = await makeFiles(place.path, owner);
      server = await startSqlServer(name, { certificates: files });
      resources.defer(() => server.remove());
    });
    afterAll(() => resources.disposeAsync());

    const open = (more: object) => openSqlForTest(server.section({ encrypt: 'always', ...more }));

    test('a certificate of the known authority is taken, and when it ends is told', async () => {
      const directory = await open({ tls: { ca: files.ca } });
      expect(await find(directory)).toBe(1);
      expect(directory.figures?.['certificateExpiresAt']).toBeGreaterThan(0);
    });

    test('a certificate for the name that the settings give is taken', async () => {
      expect(await find(await open({ tls: { ca: files.ca, serverName: SERVER_NAME } }))).toBe(1);
    });

    test.each<[string, () => object, RegExp]>([
      ['of an unknown authority', () => ({}), /its certificate is not trusted .*, set tls\.ca/],
      [
        'for another name',
        () => ({ ca: files.ca, serverName: 'other.example.test' }),
        /its certificate is for another name, .* set tls\.serverName/,
      ],
    ])('a certificate %s is refused, and nothing is said before', async (_, tls, reason) => {
      const proxy = await startFaultProxy(server.port);
      onTestFinished(() => proxy.stop());
      const directory = await open({ hosts: `127.0.0.1:${proxy.port}`, tls: tls() });
      expect(await find(directory)).toMatch(reason);
      const heard = Buffer.concat(proxy.heard.flatMap(({ chunks }) => chunks)).toString('latin1');
      expect(heard).not.toContain(ACCESS.user);
    });

    test('a certificate for another name than the host’s is refused, whatever the host is', async () => {
      const tls = { ca: files.ca, serverName: 'other.example.test' };
      const directory = await open({ hosts: `localhost:${server.port}`, tls });
      expect(await find(directory)).toMatch(/its certificate is for another name/);
    });

    test('a client certificate is shown where the server demands one', async () => {
      await server.run(demand);
      onTestFinished(async () => {
        await server.run(demandNone);
      });
      const { ca, clientCert: cert, clientKey: key } = files;
      expect(await find(await open({ tls: { ca, cert, key } }))).toBe(1);
      expect(await find(await open({ tls: { ca } }))).not.toBe(1);
    });

    test('a password file that changes is read for the next connection', async () => {
      const place = await makeTemporaryDirectory('idpmap-sql-password');
      onTestFinished(() => place.remove());
      const file = join(place.path, 'password');
      await writeFile(file, 'wrong');
      const directory = await open({ tls: { ca: files.ca }, password: { file } });
      expect(await find(directory)).not.toBe(1);
      await writeFile(file, `${ACCESS.password}\n`);
      expect(await until(async () => (await find(directory)) === 1, PATIENCE_MS)).toBe(true);
    });
  });

  describeWith(needs, `${name} with a certificate for localhost`, () => {
    const resources = new AsyncDisposableStack();
    afterAll(() => resources.disposeAsync());

    test('is not taken for any address', async () => {
      const place = await makeTemporaryDirectory('idpmap-sql-tls');
      resources.defer(() => place.remove());
      const files = await makeFiles(place.path, owner, 'DNS:localhost');
      const server = await startSqlServer(name, { certificates: files });
      resources.defer(() => server.remove());
      const section = (host: string) =>
        server.section({
          hosts: `${host}:${server.port}`,
          encrypt: 'always',
          tls: { ca: files.ca },
        });
      expect(await find(await openSqlForTest(section('localhost')))).toBe(1);
      expect(await find(await openSqlForTest(section('127.0.0.1')))).toMatch(
        /its certificate is for another name/,
      );
    });
  });

  describeWith(needs, `${name} without TLS`, () => {
    let server: SqlServer;
    beforeAll(async () => {
      server = await startSqlServer(name);
    });
    afterAll(() => server?.remove());

    test('is not asked where TLS is due, and is told why', async () => {
      const proxy = await startFaultProxy(server.port);
      onTestFinished(() => proxy.stop());
      const directory = await openSqlForTest(
        server.section({ hosts: `127.0.0.1:${proxy.port}`, encrypt: 'always' }),
      );
      expect(await find(directory)).toMatch(/has no TLS.* encrypt: never/);
      const heard = Buffer.concat(proxy.heard.flatMap(({ chunks }) => chunks)).toString('latin1');
      expect(heard).not.toContain(ACCESS.user);
    });
  });
}
