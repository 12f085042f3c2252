import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take a minute or more, in the order in which they begin: a long one that begins last is waited for by all. Two
 * that start Keycloak are apart, for its start takes all that two processors have.
 */
const FIRST = [
  'test/law/mutants.test.ts',
  'test/deploy/rules.test.ts',
  'test/docs/worked.test.ts',
  'test/integration/keycloak-directory.test.ts',
  'test/e2e/pod-mail.test.ts',
  'test/e2e/ldap-empty.test.ts',
  'test/integration/ldap-feed.test.ts',
  'test/e2e/sql-parity.test.ts',
  'test/integration/keycloak-mariadb.test.ts',
  'test/e2e/pod-swap.test.ts',
  'test/integration/ldap-faults.test.ts',
  'test/integration/sql-faults.test.ts',
  'test/e2e/keycloak-mail.test.ts',
  'test/e2e/status-page.test.ts',
  'test/integration/sql-conformance.test.ts',
  'test/integration/ldap-conformance.test.ts',
  'test/e2e/clients.test.ts',
  'test/e2e/library.test.ts',
  'test/integration/alerts.test.ts',
  'test/integration/chart-install.test.ts',
  'test/integration/keycloak-server.test.ts',
];

/** Begins with what takes longest, on a machine that has not seen them yet; the others are as vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a sequencer's, not an array's
    const sorted = await super.sort(files);
    // Projects stay apart, as they were.
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    const orderOf = (file: TestSpecification): number =>
      projects.indexOf(file.project.name) * (FIRST.length + 1) + rankOf(file);
    return sorted.toSorted((a, b) => orderOf(a) - orderOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const place = FIRST.findIndex((name) => moduleId.endsWith(`/${name}`));
  return place < 0 ? FIRST.length : place;
}
