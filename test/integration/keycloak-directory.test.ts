import { afterAll, beforeAll, describe } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { describeConformance, describeEssentials } from '../support/conformance/conformance.ts';
import {
  keycloakSection,
  openKeycloak,
  openKeycloakForTest,
} from '../support/keycloak/directory.ts';
import {
  KEYCLOAK_START_MS,
  type KeycloakServer,
  startKeycloak,
} from '../support/keycloak/keycloak.ts';
import { keycloakSubject } from '../support/keycloak/subject.ts';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';
import { describeAnew } from './keycloak/anew.ts';
import { describeAsking } from './keycloak/asking.ts';
import { describeFederation } from './keycloak/federation.ts';
import { describeFollowing } from './keycloak/following.ts';
import { describeHostileKeys } from './keycloak/keys.ts';
import { describeLockouts } from './keycloak/lockouts.ts';
import { describeLogins } from './keycloak/logins.ts';
import { describeOrganizations } from './keycloak/organizations.ts';
import { describeOutages } from './keycloak/outages.ts';
import { describeRights } from './keycloak/rights.ts';
import { describeSpellings } from './keycloak/spellings.ts';

describeWith(['keycloak'], 'Keycloak', () => {
  let server: KeycloakServer;
  let directory: Directory | undefined;
  const running = () => server;
  const opened = () => {
    if (directory === undefined) throw new Error('the directory is not open');
    return directory;
  };

  beforeAll(async () => {
    server = await startKeycloak();
    directory = await openKeycloak(keycloakSection(server, 'https'));
    await warm(directory);
  }, KEYCLOAK_START_MS);

  afterAll(async () => {
    await directory?.close();
    await server?.remove();
  });

  describe('over https', () => {
    describeConformance({
      subject: keycloakSubject(running, 'https'),
      directory: opened,
    });
  });

  describe('over http', () => {
    describeEssentials(
      () => openKeycloakForTest(keycloakSection(server, 'http')),
      keycloakSubject(running, 'http'),
    );
  });

  describeHostileKeys(running, opened);
  describeAsking(running);
  describeSpellings(running);
  describeLockouts(running);
  describeLogins(running);
  describeOrganizations(running);
  describeFederation(running);
  describeRights(running);
  describeFollowing(running);
  describeAnew(running);
  describeOutages(running);
});

/** The first questions to a server take seconds, for its code is not compiled yet. */
async function warm(directory: Directory): Promise<void> {
  const find = (address: string) => plain(directory).find(address, new AbortController().signal);
  const isWarm = async () => {
    const [group] = await find('big@example.test').catch(() => []);
    return (
      group !== undefined && (await find('nobody@example.test').catch(() => [group])).length === 0
    );
  };
  if (!(await until(isWarm, WARM_MS))) throw new Error('keycloak does not get warm');
}

const WARM_MS = 120_000;
