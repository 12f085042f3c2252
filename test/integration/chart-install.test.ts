import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace } from '../support/instance.ts';
import {
  API_SERVER_START_MS,
  type ApiServer,
  startApiServer,
} from '../support/kubernetes/apiserver.ts';
import { CHART, VALUES, withValues } from '../support/kubernetes/chart.ts';
import { installMonitoring } from '../support/kubernetes/crds.ts';
import { isWorkload } from '../support/kubernetes/pods.ts';
import { generationOf, makeRelease, type Release } from '../support/kubernetes/release.ts';
import { describeWith } from '../support/requirement.ts';

const WITH_PODS = VALUES.filter((name) => name !== 'none');

/** The chart as it will be one day: with other versions. */
async function copyAsLaterVersion(): Promise<string> {
  const later = join(await makePlace(), 'idpmap');
  await cp(CHART, later, { recursive: true });
  const file = join(later, 'Chart.yaml');
  const facts = await readFile(file, 'utf8');
  await writeFile(file, facts.replaceAll(/^(version|appVersion): .*$/gm, '$1: 99.0.0'));
  return later;
}

/** Where the API has what makes a release's Pods. */
async function workloadPath(release: Release): Promise<string> {
  return (await release.objects()).find(isWorkload)?.path ?? 'no workload';
}

describeWith(['helm', 'kubeApiserver'], 'a real API server', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    await installMonitoring(server);
  }, API_SERVER_START_MS);
  afterAll(() => server.stop());

  /** What the server says when it is asked for each of these objects. */
  const statuses = (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => [path, (await server.ask('GET', path)).status] as const));

  test.each(VALUES)('takes the values %s in a dry run', async (name) => {
    const release = await makeRelease(server, `dry-${name}`);
    const said = await release.install(['--dry-run=server', ...withValues(name)]);
    expect(said).toContain('STATUS: pending-install');
  });

  test.each([
    ['NodePort', 'standalone', 'standalone.service'],
    ['LoadBalancer', 'standalone', 'standalone.service'],
    ['NodePort', 'sidecar', 'postfix.service'],
    ['LoadBalancer', 'sidecar', 'postfix.service'],
  ])('takes a Service of the type %s, which keeps addresses of clients: %s', async (...table) => {
    const [type, values, service] = table;
    const release = await makeRelease(server, `${type.toLowerCase()}-${values}`);
    const change = ['--set', `${service}.type=${type}`];
    const said = await release.install(['--dry-run=server', ...withValues(values), ...change]);
    expect(said).toContain('externalTrafficPolicy: Local');
  });

  test('takes names that YAML takes for numbers', async () => {
    const release = await makeRelease(server, '2024');
    const names = ['--set-string', 'fullnameOverride=mx,nameOverride=007,existingSecret=1e3'];
    const said = await release.install(['--dry-run=server', ...withValues('sidecar'), ...names]);
    expect(said).toContain('STATUS: pending-install');
  });

  test.each(VALUES)('keeps each object of the values %s, and gives it up', async (name) => {
    const release = await makeRelease(server, `install-${name}`);
    await release.install(withValues(name));
    const paths = (await release.objects()).map(({ path }) => path);
    expect(paths).not.toEqual([]);
    expect(await statuses(paths)).toEqual(paths.map((path) => [path, 200]));
    await release.uninstall();
    expect(await statuses(paths)).toEqual(paths.map((path) => [path, 404]));
  });

  test.each(VALUES)('takes a later version of the chart with the values %s', async (name) => {
    const release = await makeRelease(server, `later-${name}`);
    await release.install(withValues(name));
    const said = await release.upgrade(withValues(name), await copyAsLaterVersion());
    expect(said).toContain('REVISION: 2');
  });

  test.each(WITH_PODS)('sees no change in an upgrade to the same values %s', async (name) => {
    const release = await makeRelease(server, `same-${name}`);
    await release.install(withValues(name));
    const path = await workloadPath(release);
    await release.upgrade(withValues(name));
    expect(await generationOf(server, path)).toBe(1);
  });

  test('makes no new Pods for another configuration', async () => {
    const release = await makeRelease(server, 'configuration');
    await release.install(withValues('sidecar'));
    const change = ['--set', 'config.domains.example\\.net.directory=people'];
    await release.upgrade([...withValues('sidecar'), ...change]);
    const map = (await release.objects()).find(({ kind }) => kind === 'ConfigMap');
    expect((await server.ask('GET', map?.path ?? '')).text).toContain('example.net');
    expect(await generationOf(server, await workloadPath(release))).toBe(1);
  });

  test('makes new Pods for another image', async () => {
    const release = await makeRelease(server, 'image');
    await release.install(withValues('sidecar'));
    await release.upgrade([...withValues('sidecar'), '--set', 'image.tag=99.0.0']);
    expect(await generationOf(server, await workloadPath(release))).toBe(2);
  });
});
