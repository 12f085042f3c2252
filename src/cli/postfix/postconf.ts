import { execFile } from 'node:child_process';

/** What `postconf` tells. */
export interface Postfix {
  /** The directory of main.cf and master.cf. */
  readonly directory: string;
  /** In force, by name, macros expanded. */
  readonly parameters: ReadonlyMap<string, string>;
  /** As main.cf writes them. */
  readonly written: ReadonlyMap<string, string>;
  readonly services: readonly Service[];
  /** What postconf complained of. */
  readonly complaints: readonly string[];
}

/** A line of master.cf. */
export interface Service {
  /** `smtp`, `127.0.0.1:25`, `rewrite`. */
  readonly name: string;
  readonly type: string;
  readonly isJailed: boolean;
  /** `smtpd`, `trivial-rewrite`. */
  readonly command: string;
  /** Its `-o name=value`, macros expanded. */
  readonly overrides: ReadonlyMap<string, string>;
}

/** What is in force for a service, or for all; empty where it is not known. */
export const parameterOf = (postfix: Postfix, name: string, service?: Service): string =>
  service?.overrides.get(name) ?? postfix.parameters.get(name) ?? '';

/** A list of main.cf, word by word. */
export const wordsOf = (value: string): readonly string[] =>
  value.split(/[\s,]+/).filter((word) => word !== '');

type Environment = Readonly<Record<string, string | undefined>>;

/** Fresh files make it wait up to two seconds, and there are five of them. */
const POSTCONF_MS = 20_000;

/** What a program printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of Postfix's, `directory` its configuration's; `MAIL_CONFIG` says it too, else it knows its own. */
export type Run = (parameters: readonly string[]) => Promise<Printed>;

/** Makes a `Run` of `postconf`. It rejects where there is none, or it does not like its configuration. */
export function createPostconf(
  directory: string | undefined,
  environment: Environment = process.env,
): Run {
  const place = directory === undefined ? [] : ['-c', directory];
  return (parameters) =>
    new Promise((resolve, reject) => {
      const options = {
        timeout: POSTCONF_MS,
        env: { ...environment, PATH: pathOf(environment) },
        maxBuffer: 8 * 1024 * 1024,
      };
      execFile('postconf', [...place, ...parameters], options, (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(new Error(stderr.trim() || error.message, { cause: error }));
      });
    });
}

/** `sbin` is not on everybody's path. */
export const pathOf = (environment: Environment): string =>
  [environment['PATH'] ?? '', '/usr/local/sbin', '/usr/sbin']
    .filter((each) => each !== '')
    .join(':');

/** Asks Postfix for all that is in force. Rejects where there is none, or its configuration can't be read. */
export async function readPostfix(run: Run): Promise<Postfix> {
  const [all, written, services, overrides] = await Promise.all([
    run(['-x']),
    run(['-n']),
    run(['-M']),
    run(['-x', '-P']),
  ]);
  const parameters = readParameters(all.stdout);
  return {
    directory: parameters.get('config_directory') ?? '',
    parameters,
    written: readParameters(written.stdout),
    services: readServices(
      services.stdout,
      overrides.stdout,
      parameters.get('compatibility_level') ?? '0',
    ),
    // It says each thing twice.
    complaints: [...new Set(`${all.stderr}\n${overrides.stderr}`.split('\n'))]
      .map((line) => line.replace(/^postconf: warning: /, ''))
      .filter((line) => line !== ''),
  };
}

/** Reads `name = value` by line. */
export function readParameters(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const { name, value = '' } = /^(?<name>\w+) =(?: (?<value>.*))?$/.exec(line)?.groups ?? {};
    return name === undefined ? [] : [[name, value]];
  });
  return new Map(pairs);
}

/** Reads what `postconf -M` and `postconf -P` print. */
export function readServices(
  lines: string,
  overrides: string,
  compatibilityLevel: string,
): readonly Service[] {
  const given = overrides.split('\n').flatMap((line) => {
    const { service, name, value = '' } = OVERRIDE.exec(line)?.groups ?? {};
    return service === undefined || name === undefined ? [] : [{ service, name, value }];
  });
  // @see master(5): the default was `y` until Postfix 3.0.
  const isJailedByDefault = Number.parseInt(compatibilityLevel, 10) < 1;
  return lines.split('\n').flatMap((line): Service[] => {
    const [name, type, , , jail, , , command] = line.trim().split(/\s+/);
    if (name === undefined || type === undefined || command === undefined) return [];
    const own = given.filter(({ service }) => service === `${name}/${type}`);
    return [
      {
        name,
        type,
        isJailed: jail === '-' ? isJailedByDefault : jail === 'y',
        command,
        overrides: new Map(own.map((each) => [each.name, each.value])),
      },
    ];
  });
}

/** `submission/inet/smtpd_sasl_auth_enable = yes` */
const OVERRIDE = /^(?<service>\S+\/[a-z-]+)\/(?<name>\w+) =(?: (?<value>.*))?$/;
