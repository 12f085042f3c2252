import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toolPath } from '../tools/tools.ts';

/** Where `compose.yaml` lies. */
export const DEPLOY = join(import.meta.dirname, '../../../deploy');

/** A mount of a service. */
export interface Mount {
  readonly type: 'bind' | 'volume';
  /** A path of this machine, or the name of a volume. */
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly volume?: { readonly nocopy?: boolean };
}

/** A service, as far as the tests look. */
export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string };
  readonly command?: readonly string[];
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly { readonly source: string; readonly target?: string }[];
  readonly volumes?: readonly Mount[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly { readonly host_ip?: string; readonly target: number }[];
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** What a compose file says, once it is read: variables put in, paths absolute, short forms written out. */
export interface Project {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<
    Record<string, { readonly driver_opts?: Readonly<Record<string, string>> }>
  >;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/**
 * Reads a compose file of `deploy/`, all profiles, with docker compose's own loader.
 * @throws {Error} in that one's words, where the file breaks the compose specification
 */
export async function loadProject(
  file = join(DEPLOY, 'compose.yaml'),
  env: Readonly<Record<string, string>> = {},
): Promise<Project> {
  // It resolves paths against the working directory, where docker compose takes the file's.
  const options = { cwd: DEPLOY, env };
  const { stdout, stderr } = await promisify(execFile)(
    toolPath('compose-go'),
    ['-format', 'json', file],
    options,
  );
  // Where it fails, it says why on standard output, and ends with 0 all the same.
  if (!stdout.startsWith('{')) throw new Error(`${stdout}${stderr}`.trim());
  return JSON.parse(stdout);
}

/** The service of this name. */
export function serviceOf({ services }: Project, name: string): Service {
  const service = services[name];
  if (service === undefined) throw new Error(`there is no service ${name}`);
  return service;
}

/** The path on this machine of what the service has at `target`, mounted there itself or below a mounted directory. */
export function sourceOf(project: Project, service: Service, target: string): string {
  const secret = service.secrets?.find((each) => targetOf(each) === target);
  const file = secret && project.secrets[secret.source]?.file;
  if (file !== undefined) return file;
  const mount = service.volumes?.find(
    (each) => each.type === 'bind' && `${target}/`.startsWith(`${each.target}/`),
  );
  if (mount === undefined) throw new Error(`nothing is mounted at ${target}`);
  return join(mount.source, target.slice(mount.target.length));
}

/** Where a service sees a secret. */
export const targetOf = ({
  source,
  target = source,
}: NonNullable<Service['secrets']>[number]): string =>
  target.startsWith('/') ? target : `/run/secrets/${target}`;
