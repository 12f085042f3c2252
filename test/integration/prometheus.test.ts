import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { findingOf, none } from '../../src/directory/finding.ts';
import { expressions, namesIn, panels, read, rules } from '../deploy/fixture.ts';
import { type Prometheus, startPrometheus } from '../deploy/server.ts';
import { everybody } from '../support/film/mirrors.ts';
import { KEY } from '../support/fleet/daemons.ts';
import { startEngine } from '../support/fleet/engine.ts';
import { listingNone, makePlace, startInstance } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const configOf = (mirror: string, engine: string): string => `
http: tcp://127.0.0.1:0
cache: { fresh: 0ms, unknown: 0ms }
domains: { example.org: { directory: staff, shadow: next }, example.net: { directory: copied } }
directories:
  staff: { type: file, path: a.yaml }
  next: { type: file, path: b.yaml }
  copied:
    type: ldap
    urls: ldaps://ldap.example.org
    base: dc=example
    bind: { anonymous: true }
    mirror: { path: ${mirror} }
fleet: { url: "${engine}", key: "${KEY}" }
`;
/** Somebody who is known, a stranger, and both of a directory that is copied. */
const ASKED = ['ann@example.org', 'bob@example.org', 'p0@example.net', 'bob@example.net'];
const LIMIT_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** A daemon whose directory has all that a directory can tell of, and a Prometheus that watches it. */
async function startWatched() {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  staff.listed = ['example.com'];
  const expiry = {
    passwordExpiresAt: Date.now() + YEAR_MS,
    certificateExpiresAt: Date.now() + YEAR_MS,
  };
  const directory: Directory = {
    find: (address, how) => staff.find(address, how),
    probe: (signal) => staff.probe(signal),
    domains: async () => findingOf(staff.listed ?? [], () => none('probe', 'scripted')),
    close: () => staff.close(),
    figures: { held: 0, unread: 0, ...expiry },
  };
  const engine = await startEngine();
  onTestFinished(() => engine.stop());
  const place = await makePlace();
  const directories: Readonly<Record<string, Directory>> = {
    staff: directory,
    next: createScripted(),
    copied: {
      ...listingNone(createScripted()),
      follow: (_cursor, signal) => everybody(signal),
    },
  };
  const { daemon, ask } = await startInstance({
    config: configOf(join(place, 'mirrors', 'copied.db'), engine.url),
    directories,
  });
  const { http } = daemon;
  if (http?.kind !== 'tcp') throw new Error('the daemon serves no HTTP over TCP');
  await ask('user-exists', 'ann@example.org');
  const prometheus = await startPrometheus(`${http.host}:${http.port}`);
  /** Asks for the known and for a stranger until `isSeen`: curves need traffic. */
  const askUntil = (isSeen: () => Promise<boolean>) =>
    until(async () => {
      for (const address of ASKED) await ask('user-exists', address);
      return isSeen();
    }, LIMIT_MS);
  return { staff, prometheus, askUntil };
}

/** Puts values in place of the dashboards' variables, as Grafana does. */
const fillIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:job|namespace|pod)\b/g, '.*');

const ask = ({ get }: Prometheus, expr: string) =>
  get<{ readonly result: readonly unknown[] }>(`query?query=${encodeURIComponent(fillIn(expr))}`);

/** Those for which nothing is there. */
async function missingOf(
  prometheus: Prometheus,
  exprs: readonly string[],
): Promise<readonly string[]> {
  const replies = await Promise.all(exprs.map((expr) => ask(prometheus, expr)));
  return exprs.filter((_, i) => (replies[i]?.data.result.length ?? 0) === 0);
}

/** Those that nothing is there for while callers ask. Whatever was seen may be absent again while a scrape fails. */
async function neverSeen(
  exprs: readonly string[],
  {
    prometheus,
    askUntil,
  }: Pick<Awaited<ReturnType<typeof startWatched>>, 'prometheus' | 'askUntil'>,
): Promise<readonly string[]> {
  let missing = exprs;
  await askUntil(async () => {
    missing = await missingOf(prometheus, missing);
    return missing.length === 0;
  });
  return missing;
}

const documented = [...read('docs/metrics.md').matchAll(/^### `(\w+)`\n\n(\w+)/gm)].map(
  ([, name = '', type]) => (type === 'histogram' ? `${name}_bucket` : name),
);
const named = [...new Set([...documented, ...expressions.flatMap(({ expr }) => namesIn(expr))])];
/** Yesterday has not been seen. */
const shown = panels
  .flatMap(({ panel }) => (panel.targets ?? []).map(({ expr }) => expr))
  .filter((expr) => !expr.includes('offset 1d'));

interface RuleGroups {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly name: string;
      readonly health: string;
      readonly state?: string;
    }[];
  }[];
}

const rulesOf = async ({ get }: Prometheus) =>
  (await get<RuleGroups>('rules')).data.groups.flatMap((group) => group.rules);

describeWith(['prometheus', 'redis'], 'a Prometheus that scrapes a running daemon', () => {
  test(
    'has every metric that the docs, the dashboards and the rules name',
    async () => {
      const watched = await startWatched();
      expect(await neverSeen(named, watched)).toEqual([]);
    },
    LIMIT_MS * 2,
  );

  test(
    'runs every expression of the dashboards and the rules',
    async () => {
      const { prometheus } = await startWatched();
      const replies = await Promise.all(expressions.map(({ expr }) => ask(prometheus, expr)));
      const errors = replies.map(({ error }, i) => ({ name: expressions[i]?.name, error }));
      expect(errors.filter(({ error }) => error !== undefined)).toEqual([]);
    },
    LIMIT_MS * 2,
  );

  test(
    'shows something in every panel while the directory fails',
    async () => {
      const watched = await startWatched();
      // A figure that begins with the daemon has no rate before it was scraped once.
      await neverSeen(['idpmap_build_info'], watched);
      watched.staff.mode = 'fails';
      expect(await neverSeen(shown, watched)).toEqual([]);
    },
    LIMIT_MS * 2,
  );

  test(
    'evaluates every rule, and a daemon that is well raises no alert',
    async () => {
      const { prometheus, askUntil } = await startWatched();
      const isEvaluated = async () =>
        (await rulesOf(prometheus)).every(({ health }) => health === 'ok');
      await askUntil(isEvaluated);
      const all = await rulesOf(prometheus);
      expect(all.map(({ health }) => health)).toEqual(rules.map(() => 'ok'));
      expect(all.filter(({ state }) => state === 'firing').map(({ name }) => name)).toEqual([]);
    },
    LIMIT_MS * 2,
  );
});
