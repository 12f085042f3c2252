import { editorLines } from '../editors.ts';
import { CliError, EXIT } from '../exit.ts';
import { print } from '../print.ts';
import { readDomain } from './domain.ts';
import { type Grant, grantCommands } from './kcadm.ts';
import { realmConfig } from './realmconfig.ts';

export interface InitOptions {
  readonly url: string;
  readonly realm: string;
  readonly client: string;
  readonly domain?: readonly string[];
  /** The user attribute that holds aliases. */
  readonly aliases?: string;
  /** The group attribute that holds a group's address. */
  readonly groups?: string;
  readonly organizations?: boolean;
  readonly events?: boolean;
  readonly only?: 'config' | 'commands';
  readonly json?: boolean;
}

/** Prints a configuration for a realm of Keycloak, and the commands that let idpmap look into it. Asks nobody. */
export async function initKeycloak(options: InitOptions): Promise<number> {
  const { config, commands } = prepareKeycloak(options);
  const parts = {
    config: [...editorLines(), ...CONFIG_HEAD, ...config],
    commands: [...keycloakHead(options), ...commands],
  };
  const lines =
    options.only === undefined ? [...parts.config, '', ...parts.commands] : parts[options.only];
  print(options, { config: `${config.join('\n')}\n`, commands }, lines.join('\n'));
  return EXIT.ok;
}

export const CONFIG_HEAD = ['# idpmap.yaml, to begin with. "idpmap check" tells whether it works.'];

const COMMANDS_HEAD = [
  '# Commands that make the client, for a shell that finds kcadm.sh: it lies in bin/ of Keycloak, in its image in',
  '# /opt/keycloak/bin. They write the secret into a file of this directory: put it beside idpmap.yaml, for the user of',
  '# idpmap alone to read. Where an authority of your own has signed the certificate of Keycloak, run first',
  '# kcadm.sh config truststore --trustpass PASSWORD FILE.p12',
];

/** Where the realm has the attribute already, its last command fails, and somebody has to look. */
const ALIASES_HEAD = [
  '# The last of them declares the attribute for aliases. Where there is one, it fails: see then in the realm settings, User',
  '# profile, that administrators alone may edit it, or people claim the addresses of others.',
];

/** What has to be known before the commands are run. */
export const keycloakHead = ({ aliases }: InitOptions): readonly string[] => [
  ...COMMANDS_HEAD,
  ...(aliases === undefined ? [] : ALIASES_HEAD),
];

/** A configuration, and the commands that make what it needs. */
export interface Prepared {
  readonly config: readonly string[];
  readonly commands: readonly string[];
}

/**
 * Makes them; `secretFile`: where the client's secret lies, absent: beside the configuration, named for the realm.
 * @throws {CliError} where an option can't be meant
 */
export function prepareKeycloak(options: InitOptions, secretFile?: string): Prepared {
  const { realm, client: clientId, organizations = false, events = false } = options;
  checkRealm(realm);
  checkAttribute('--aliases', options.aliases);
  checkAttribute('--groups', options.groups);
  const directory = directoryName(realm);
  const grant: Grant = {
    url: readUrl(options.url),
    realm,
    clientId,
    secretFile: secretFile ?? `${directory}.secret`,
    ...(options.aliases !== undefined && { aliasAttribute: options.aliases }),
    organizations,
    events,
  };
  const domains = (options.domain ?? []).map(readDomain);
  if (domains.length === 0 && !organizations)
    throw new CliError(
      EXIT.usage,
      'no domain is named, add --domain example.org, or --organizations to take those of the realm',
    );
  return {
    config: realmConfig({
      directory,
      grant,
      domains,
      ...(options.groups !== undefined && { groupAttribute: options.groups }),
    }),
    commands: grantCommands(grant),
  };
}

/** Reads the value of `--url`. */
export function readUrl(given: string): string {
  const fault = (reason: string) =>
    new CliError(EXIT.usage, `--url ${given} ${reason}, write it like https://sso.example.org`);
  if (!URL.canParse(given)) throw fault('is no URL');
  const { protocol, username, password, origin, pathname, search, hash } = new URL(given);
  if (protocol !== 'https:' && protocol !== 'http:') throw fault('is neither https:// nor http://');
  if (`${username}${password}${search}${hash}` !== '') throw fault('holds more than a base URL');
  if (/\/(?:realms|admin)(?:\/|$)/.test(pathname)) throw fault('holds more than the base URL');
  return origin + pathname.replace(/\/+$/, '');
}

/** Checks that of `--realm`. */
export function checkRealm(realm: string): void {
  if (realm !== 'master') return;
  throw new CliError(
    EXIT.usage,
    '--realm master is that of the administrators of all realms, name the realm that people with mail are in',
  );
}

/** Checks the name of an attribute: other names could not be asked for. */
export function checkAttribute(option: string, name = ''): void {
  if (/^[\w.-]*$/.test(name)) return;
  const reason = `${option} ${name} is no attribute's name`;
  throw new CliError(EXIT.usage, `${reason}, write letters, digits, dots and hyphens: mailAlias`);
}

/** What the directory is called: its realm, in the letters that a directory's name may have. */
export function directoryName(realm: string): string {
  const name = realm
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  return name === '' ? 'keycloak' : name;
}
