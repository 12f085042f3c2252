import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Administrator } from './administrator.ts';
import { SERVER_NAME } from './certificates.ts';
import { BASE } from './inet-entries.ts';

/** Who may change everything. */
export const DIRECTORY_MANAGER: Administrator = {
  dn: 'cn=Directory Manager',
  password: 'manager-secret',
};

/** The database of the people. */
export const BACKEND = 'userRoot';

/** The directories below its own that an instance expects. */
export const PLACES = [
  'schema',
  'lock',
  'tmp',
  'certs',
  'ldif',
  'bak',
  'run',
  'log',
  'db',
] as const;

/** The ports that an instance listens at, on 127.0.0.1 only. */
export interface Ds389Ports {
  readonly port: number;
  readonly securePort: number;
}

/** What a test may want otherwise than the server's defaults. */
export interface Ds389Options {
  /** Content synchronisation (RFC 4533). */
  readonly sync?: boolean;
}

/** By plugin: what stands in its entry besides. */
const SYNC_PLUGINS: readonly (readonly [name: string, further: string])[] = [
  ['Content Synchronization', ''],
  ['Retro Changelog Plugin', 'nsslapd-attribute: nsuniqueid:targetUniqueId\n'],
];

function switchOn(config: string, [name, further]: readonly [string, string]): string {
  const [before = '', after = ''] = config.split(`dn: cn=${name},cn=plugins,cn=config`);
  const on = after.replace(
    /^nsslapd-pluginenabled: off$/im,
    `nsslapd-pluginenabled: on\n${further}`.trim(),
  );
  return `${before}dn: cn=${name},cn=plugins,cn=config${on}`;
}

const TEMPLATES = '/usr/share/dirsrv/data';

/**
 * The configuration (dse.ldif) of an instance that lies wholly in `directory`, out of the templates that dscreate takes.
 * dscreate itself wants systemd, and fixed places.
 */
export async function ds389Config(
  directory: string,
  ports: Ds389Ports,
  { sync = false }: Ds389Options = {},
): Promise<string> {
  const values = templateValues(directory, ports);
  const config = await fillTemplate('template-dse.ldif', values);
  const backend = await fillTemplate('template-suffix-db.ldif', values);
  const tls = `nsslapd-listenhost: 127.0.0.1
nsslapd-securelistenhost: 127.0.0.1
nsslapd-security: on
nsslapd-secureport: ${ports.securePort}`;
  const whole = `${config.replace(/^nsslapd-port: .*$/m, `$&\n${tls}`)}\n\n${backend}\n`;
  return sync ? SYNC_PLUGINS.reduce(switchOn, whole) : whole;
}

function templateValues(directory: string, { port }: Ds389Ports): Readonly<Record<string, string>> {
  const place = (name: (typeof PLACES)[number]) => join(directory, name);
  return {
    schema_dir: place('schema'),
    lock_dir: place('lock'),
    tmp_dir: place('tmp'),
    cert_dir: place('certs'),
    ldif_dir: place('ldif'),
    bak_dir: place('bak'),
    run_dir: place('run'),
    log_dir: place('log'),
    db_dir: place('db'),
    db_home_dir: place('db'),
    config_dir: directory,
    inst_dir: directory,
    db_lib: 'bdb',
    fqdn: SERVER_NAME,
    ds_port: String(port),
    ds_user: userInfo().username,
    rootdn: DIRECTORY_MANAGER.dn,
    ds_passwd: hash(DIRECTORY_MANAGER.password),
    ldapi: join(directory, 'run', 'ldapi'),
    ldapi_enabled: 'off',
    ldapi_autobind: 'off',
    ds_suffix: BASE,
    ds_bename: BACKEND,
  };
}

/** Fills a template in. One that wants more than is known belongs to another version, and says what that is. */
async function fillTemplate(
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const template = await readFile(join(TEMPLATES, name), 'utf8');
  return template
    .replaceAll(/^#.*\n/gm, '')
    .trim()
    .replaceAll(/%(\w+)%/g, (_, key: string) => {
      const value = values[key];
      if (value === undefined) throw new Error(`${name} wants an unknown value, ${key}`);
      return value;
    });
}

/** RFC 2307's salted SHA-1, which the server takes in its configuration as it stands. */
function hash(password: string): string {
  const salt = 'salt';
  const digest = createHash('sha1').update(`${password}${salt}`).digest();
  return `{SSHA}${Buffer.concat([digest, Buffer.from(salt)]).toString('base64')}`;
}
