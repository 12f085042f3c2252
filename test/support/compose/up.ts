import { randomUUID } from 'node:crypto';
import { logsOf, podman } from '../container/engine.ts';
import { until } from '../until.ts';
import { type Mount, type Project, type Service, targetOf } from './model.ts';

const HEALTH_LIMIT_MS = 30_000;

/** What runs of a compose file. */
export interface Running {
  /** Runs a command in a service's container; gives what it prints, rejects where it fails. */
  exec(service: string, ...command: readonly string[]): Promise<string>;
  /** What a service wrote to standard output. */
  logs(service: string): Promise<string>;
  /** Whether a service's health check succeeds now. */
  isHealthy(service: string): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * Starts services in this order, each in the image that is given for it, as `docker compose up` does, with podman. They share
 * one network that has nothing but loopback, and the names of all; ports are not published.
 */
export async function up(
  project: Project,
  images: Readonly<Record<string, string>>,
): Promise<Running> {
  const id = randomUUID().slice(0, 8);
  const nameOf = (name: string): string => `idpmap-compose-${id}-${name}`;
  const names = Object.keys(images);
  const health = healthOf(project, nameOf);
  await using resources = new AsyncDisposableStack();
  const options = { project, nameOf };
  for (const [volume, { driver_opts: opts = {} }] of Object.entries(project.volumes)) {
    resources.defer(async () => {
      await podman('volume', 'rm', '--force', nameOf(volume));
    });
    const given = Object.entries(opts).flatMap(([key, value]) => ['--opt', `${key}=${value}`]);
    await podman('volume', 'create', ...given, nameOf(volume));
  }
  for (const [i, name] of names.entries()) {
    const service = project.services[name];
    if (service === undefined) throw new Error(`there is no service ${name}`);
    const network =
      i === 0
        ? ['--network', 'none', ...names.flatMap((each) => ['--add-host', `${each}:127.0.0.1`])]
        : ['--network', `container:${nameOf(names[0] ?? '')}`];
    resources.defer(async () => {
      await podman('rm', '--force', '--time', '1', '--ignore', nameOf(name));
    });
    await health.waitFor(service);
    const given = [...network, ...argumentsOf(service, options), images[name] ?? ''];
    await podman('run', '--detach', '--name', nameOf(name), ...given, ...(service.command ?? []));
  }
  const owned = resources.move();
  return {
    exec: (name, ...command) => podman('exec', nameOf(name), ...command),
    logs: (name) => podman('logs', nameOf(name)),
    isHealthy: health.isHealthy,
    stop: () => owned.disposeAsync(),
  };
}

interface Health {
  readonly isHealthy: Running['isHealthy'];
  /** Waits until all are healthy that a service is to wait for. */
  waitFor(service: Service): Promise<void>;
}

function healthOf({ services }: Project, nameOf: (name: string) => string): Health {
  const isHealthy = (name: string): Promise<boolean> => {
    const [kind, ...check] = services[name]?.healthcheck?.test ?? [];
    if (kind !== 'CMD') throw new Error(`${name} has no health check that needs no shell`);
    return podman('exec', nameOf(name), ...check).then(
      () => true,
      () => false,
    );
  };
  return {
    isHealthy,
    waitFor: async ({ depends_on: others = {} }) => {
      for (const [name, { condition }] of Object.entries(others)) {
        if (condition !== 'service_healthy') continue;
        if (await until(() => isHealthy(name), HEALTH_LIMIT_MS)) continue;
        throw new Error(`${name} does not become healthy: ${await logsOf(nameOf(name))}`);
      }
    },
  };
}

interface Options {
  readonly project: Project;
  readonly nameOf: (name: string) => string;
}

function argumentsOf(service: Service, { project, nameOf }: Options): readonly string[] {
  const each = (flag: string, values: readonly string[] = []) =>
    values.flatMap((value) => [flag, value]);
  const volumeOf = ({ type, source, target, read_only, volume }: Mount): string => {
    const options = [read_only === true ? 'ro' : 'rw', volume?.nocopy === true ? 'nocopy' : 'copy'];
    return type === 'bind'
      ? `${source}:${target}:${options[0]}`
      : `${nameOf(source)}:${target}:${options.join()}`;
  };
  const secretOf = (secret: NonNullable<Service['secrets']>[number]): string =>
    `${project.secrets[secret.source]?.file}:${targetOf(secret)}:ro`;
  return [
    // podman's own is not what `read_only` means: it leaves /tmp and others writable.
    ...(service.read_only === true ? ['--read-only', '--read-only-tmpfs=false'] : []),
    ...(service.user === undefined ? [] : ['--user', service.user]),
    ...each('--cap-drop', service.cap_drop),
    ...each('--cap-add', service.cap_add),
    ...each(
      '--security-opt',
      service.security_opt?.map((option) => option.replace(':true', '')),
    ),
    ...each(
      '--env',
      Object.entries(service.environment ?? {}).map((pair) => pair.join('=')),
    ),
    ...each('--volume', service.volumes?.map(volumeOf)),
    ...each('--volume', service.secrets?.map(secretOf)),
    ...each('--tmpfs', service.tmpfs),
  ];
}
