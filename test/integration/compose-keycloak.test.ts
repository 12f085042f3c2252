import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEPLOY } from '../support/compose/model.ts';
import { startInstance } from '../support/instance.ts';
import { builtTree } from '../support/keycloak/distribution.ts';
import { findPorts, launch, layOut } from '../support/keycloak/instance.ts';
import { KEYCLOAK_START_MS } from '../support/keycloak/keycloak.ts';
import { makeCertificates } from '../support/ldap/certificates.ts';
import type { RunningProcess } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const COMPOSE = join(DEPLOY, 'compose');
const LIMIT_MS = 30_000;

describeWith(['keycloak'], 'the realm of the compose file, in a real Keycloak', () => {
  let directory: TemporaryDirectory;
  let keycloak: RunningProcess;
  let config: string;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory('idpmap-keycloak-compose');
    await layOut(directory.path, await builtTree({}));
    await makeCertificates(directory.path, 'CN=nobody');
    const place = join(directory.path, 'data', 'import');
    await mkdir(place);
    await cp(join(COMPOSE, 'keycloak'), place, { recursive: true });
    const ports = await findPorts();
    keycloak = await launch(directory.path, ports, ['--import-realm']);
    const text = await readFile(join(COMPOSE, 'idpmap/keycloak.yaml'), 'utf8');
    config = text
      .replace('http://keycloak:8080', `http://127.0.0.1:${ports.http}`)
      .replace('/run/secrets/idpmap', join(COMPOSE, 'secrets'));
  }, KEYCLOAK_START_MS);
  afterAll(async () => {
    await keycloak?.stop();
    await directory?.remove();
  });

  test.each([
    ['user-exists', 'ann@example.org', 'OK ann@example.org'],
    ['virtual-aliases', 'a.smith@example.org', 'OK ann@example.org'],
    ['virtual-aliases', 'team@example.org', 'OK ann@example.org,bob@example.org'],
    ['user-exists', 'stranger@example.org', 'NOTFOUND'],
  ])('lets idpmap answer %s %s with %s', async (map, key, answer) => {
    const { ask } = await startInstance({ config });
    // A Keycloak that has just started takes longer than a deadline for its first answers.
    await until(async () => !(await ask(map, key)).startsWith('TEMP'), LIMIT_MS);
    expect(await ask(map, key)).toBe(answer);
  });
});
