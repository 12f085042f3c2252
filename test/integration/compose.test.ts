import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  DEPLOY,
  loadProject,
  type Project,
  serviceOf,
  sourceOf,
  targetOf,
} from '../support/compose/model.ts';
import { runCommand } from '../support/daemon.ts';
import { makePlace } from '../support/instance.ts';
import { VERSION as KEYCLOAK_VERSION } from '../support/keycloak/distribution.ts';
import { describeWith } from '../support/requirement.ts';

const ROOT = join(DEPLOY, '..');
const read = (path: string): string => readFileSync(path, 'utf8');

/** Runs one of idpmap's commands with a configuration and the environment that the service has, secrets where they lie. */
function runWith(project: Project, parameters: readonly string[]) {
  const service = serviceOf(project, 'idpmap');
  const env = Object.entries(service.environment ?? {}).map(([name, value]) =>
    name === 'IDPMAP_CONFIG' || name.endsWith('_FILE')
      ? [name, sourceOf(project, service, value)]
      : [name, value],
  );
  const secret = project.secrets['keycloak-secret']?.file ?? '';
  const isKeycloak = service.environment?.['IDPMAP_CONFIG']?.includes('keycloak') === true;
  return runCommand(parameters, {
    ...Object.fromEntries(env),
    ...(isKeycloak && { IDPMAP_DIRECTORIES__MAIL__CLIENT_SECRET_FILE: secret }),
  });
}

describeWith(['composeGo'], 'the compose file', () => {
  let project: Project;
  beforeAll(async () => {
    project = await loadProject();
  });

  test('is held to the compose specification', async () => {
    const file = join(await makePlace(), 'compose.yaml');
    await writeFile(file, 'services: { idpmap: { image: idpmap, cap_dropp: [ALL] } }');
    await expect(loadProject(file)).rejects.toThrow('cap_dropp');
  });

  test('starts idpmap and Postfix, and the rest by profile', () => {
    const profiles = Object.entries(project.services).map(([name, each]) => [name, each.profiles]);
    expect(Object.fromEntries(profiles)).toEqual({
      idpmap: undefined,
      postfix: undefined,
      keycloak: ['keycloak'],
      prometheus: ['observe'],
      grafana: ['observe'],
    });
  });

  test('mounts and builds from nothing that is absent', () => {
    const services = Object.values(project.services);
    const paths = services
      .flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind'))
      .map(({ source }) => source);
    const builds = services.flatMap(({ build }) => build?.context ?? []);
    const secrets = Object.values(project.secrets).map(({ file }) => file);
    const missing = [
      ...paths,
      ...builds.map((path) => join(path, 'Dockerfile')),
      ...secrets,
    ].filter((path) => statSync(path, { throwIfNoEntry: false }) === undefined);
    expect(missing).toEqual([]);
  });

  test('publishes ports on this machine only', () => {
    const ports = Object.values(project.services).flatMap((service) => service.ports ?? []);
    expect(ports.map(({ host_ip }) => host_ip)).toEqual(ports.map(() => '127.0.0.1'));
  });

  test('drops every capability and every way to new privileges', () => {
    const lax = Object.entries(project.services).filter(
      ([, { cap_drop, security_opt }]) =>
        cap_drop?.join() !== 'ALL' || security_opt?.join() !== 'no-new-privileges:true',
    );
    expect(lax.map(([name]) => name)).toEqual([]);
  });

  test.each(['file', 'keycloak'])(
    'has a configuration %s that idpmap can use',
    async (DIRECTORY) => {
      const chosen = await loadProject(undefined, { DIRECTORY });
      const { code, stderr } = await runWith(chosen, ['config', 'validate']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  test('gives Postfix the lines that idpmap prints for it', async () => {
    const { stdout } = await runWith(project, ['postfix']);
    const lines = stdout
      .split('\n')
      .filter((line) => /^[^#]/.test(line) && !line.startsWith('virtual_transport'));
    const mainCf = read(
      sourceOf(project, serviceOf(project, 'postfix'), '/etc/postfix/main.cf'),
    ).split('\n');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !mainCf.includes(line))).toEqual([]);
  });

  test('gives the socket to the group that Postfix has in its image', () => {
    const options = project.volumes['socket']?.driver_opts?.['o'] ?? '';
    const dockerfile = read(join(DEPLOY, 'compose/postfix/Dockerfile'));
    const gid = /--gid (\d+) postfix\b/.exec(dockerfile)?.[1];
    const user = serviceOf(project, 'idpmap').user?.split(':')[0];
    expect(options.split(',')).toEqual(['mode=2710', `uid=${user}`, `gid=${gid}`]);
  });

  test.each(['idpmap', 'postfix'])(
    'lets no image change the socket’s directory, for %s',
    (name) => {
      const mount = serviceOf(project, name).volumes?.find(({ source }) => source === 'socket');
      expect(mount?.volume).toEqual({ nocopy: true });
    },
  );

  test('names each transport that throws mail away to whoever makes a mail server of it', () => {
    const mainCf = read(sourceOf(project, serviceOf(project, 'postfix'), '/etc/postfix/main.cf'));
    const transports = [...mainCf.matchAll(/^(\w+) = discard:/gm)].map(([, name]) => `\`${name}\``);
    const advice = /^# Before it becomes [\s\S]*?(?=^[^#])/m.exec(
      read(join(DEPLOY, 'compose.yaml')),
    )?.[0];
    expect(transports.filter((name) => advice?.includes(name) !== true)).toEqual([]);
    expect(transports).toHaveLength(2);
  });

  test('runs the image that the chart runs, as the user and on the port of the Dockerfile', () => {
    const { image } = parse(read(join(ROOT, 'helm/idpmap/values.yaml')));
    const { appVersion } = parse(read(join(ROOT, 'helm/idpmap/Chart.yaml')));
    const dockerfile = read(join(ROOT, 'Dockerfile'));
    const service = serviceOf(project, 'idpmap');
    expect(service.image).toBe(`${image.registry}/${image.repository}:${appVersion}`);
    expect(dockerfile).toContain(`USER ${service.user}\n`);
    const ports = /^EXPOSE (.*)$/m.exec(dockerfile)?.[1]?.split(' ');
    expect(ports).toContain(String(service.ports?.[0]?.target));
    expect(dockerfile).toContain(service.healthcheck?.test?.[1] ?? 'a health check');
  });

  test('has Keycloak let in whom it tells idpmap to be', () => {
    const service = serviceOf(project, 'keycloak');
    const realm = JSON.parse(
      read(sourceOf(project, service, '/opt/keycloak/data/import/mail-realm.json')),
    );
    const secret = read(project.secrets['keycloak-secret']?.file ?? '').trim();
    expect(realm.clients[0].secret).toBe(secret);
    expect(service.image).toBe(`quay.io/keycloak/keycloak:${KEYCLOAK_VERSION}`);
  });

  test('shows Grafana the dashboards, from the Prometheus beside it', async () => {
    const grafana = serviceOf(project, 'grafana');
    const provisioning = (name: string) =>
      parse(read(sourceOf(project, grafana, `/etc/grafana/provisioning/${name}/idpmap.yaml`)));
    const [source] = provisioning('datasources').datasources;
    const [provider] = provisioning('dashboards').providers;
    const home = grafana.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    expect(new URL(source.url)).toMatchObject({ hostname: 'prometheus', port: '9090' });
    expect(provider.options.path).toBe('/etc/grafana/dashboards');
    expect(JSON.parse(read(sourceOf(project, grafana, home))).title).toBeDefined();
    expect(grafana.secrets?.map(targetOf)).toContain(
      grafana.environment?.['GF_SECURITY_ADMIN_PASSWORD__FILE'],
    );
  });
});

describeWith(['composeGo', 'prometheus'], 'Prometheus in the compose file', () => {
  test('has a configuration that promtool finds right, with the committed rules', async () => {
    const project = await loadProject();
    const prometheus = serviceOf(project, 'prometheus');
    const configuration = parse(
      await readFile(sourceOf(project, prometheus, '/etc/prometheus/prometheus.yml'), 'utf8'),
    );
    const rules: readonly string[] = configuration.rule_files;
    const file = join(await makePlace(), 'prometheus.yml');
    const rule_files = rules.map((path) => sourceOf(project, prometheus, path));
    await writeFile(file, JSON.stringify({ ...configuration, rule_files }));
    const { stdout } = await promisify(execFile)('promtool', ['check', 'config', file]);
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });

  test('scrapes idpmap by a name that idpmap answers to', async () => {
    const project = await loadProject();
    const prometheus = serviceOf(project, 'prometheus');
    const { scrape_configs: jobs } = parse(
      read(sourceOf(project, prometheus, '/etc/prometheus/prometheus.yml')),
    );
    const name = serviceOf(project, 'idpmap').environment?.['IDPMAP_HTTP__HOSTS'];
    expect(jobs[0].static_configs[0].targets).toEqual([`${name}:9101`]);
  });
});
