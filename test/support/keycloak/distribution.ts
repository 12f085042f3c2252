import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keep } from './kept.ts';

const execute = promisify(execFile);

/** The Keycloak that tests run. */
export const VERSION = '26.7.3';

const DOWNLOADER = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** What is decided when a server is built. */
export interface BuildOptions {
  /** The path that everything lies below, `/auth` for instance. */
  readonly relativePath?: string;
  /** Features that are not on by themselves. */
  readonly features?: readonly string[];
  /** The kind of its database; absent: its own, in a file. */
  readonly database?: 'mariadb' | 'postgres';
}

/** The environment of Keycloak and its tools: nothing of this process's but the way to Java. */
export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const javaHome = process.env['JAVA_HOME'] ?? '';
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '/',
    LANG: 'C.UTF-8',
    JAVA_TOOL_OPTIONS: BRIEF_LIFE,
    ...(javaHome !== '' && { JAVA_HOME: javaHome }),
    ...more,
  };
}

/** A server that lives for minutes, and commands that live for seconds, are not worth the compiler that thinks longer. */
const BRIEF_LIFE = '-XX:TieredStopAtLevel=1';

/** A name for what is made of these. */
export function fingerprint(...parts: readonly unknown[]): string {
  const text = JSON.stringify([VERSION, ...parts]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Gives the directory of a Keycloak that was built with these options, ready for `start --optimized`. */
export async function builtTree(options: BuildOptions): Promise<string> {
  const parameters = buildParameters(options);
  return keep(`built-${fingerprint(parameters)}`, async (directory) => {
    await execute('tar', ['xzf', await tarball(), '--strip-components=1', '-C', directory]);
    const script = join(directory, 'bin', 'kc.sh');
    await execute(script, ['build', ...parameters], { env: environment() });
  });
}

function buildParameters({
  relativePath = '/',
  features = [],
  database,
}: BuildOptions): readonly string[] {
  return [
    `--db=${database ?? 'dev-file'}`,
    '--health-enabled=true',
    '--https-client-auth=request',
    `--http-relative-path=${relativePath}`,
    '--http-management-relative-path=/',
    ...(features.length === 0 ? [] : [`--features=${features.join(',')}`]),
  ];
}

/** Comes from wherever Maven takes its artifacts, with this process's environment: that may name a proxy or a mirror. */
export async function tarball(version = VERSION): Promise<string> {
  const directory = await keep(`distribution-${version}`, async (path) => {
    await execute('mvn', [
      '-q',
      '-B',
      DOWNLOADER,
      `-Dartifact=org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`,
      `-DoutputDirectory=${path}`,
      '-Dmdep.useBaseVersion=true',
    ]);
  });
  const [name = ''] = await readdir(directory);
  return join(directory, name);
}
