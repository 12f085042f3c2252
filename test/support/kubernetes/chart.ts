import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { type ToolName, toolPath } from '../tools/tools.ts';
import type { KubernetesObject } from './api.ts';

const execute = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** The directory of idpmap's chart. */
export const CHART = join(import.meta.dirname, '../../../helm/idpmap');

/** Names of the values that it is checked with: `sidecar` stands for `ci/sidecar-values.yaml`. */
export const VALUES: readonly string[] = readdirSync(join(CHART, 'ci'))
  .filter((name) => name.endsWith('-values.yaml'))
  .map((name) => name.slice(0, -'-values.yaml'.length));

/** Options of Helm that give the chart those values. */
export function withValues(name: string): readonly string[] {
  return ['--values', join(CHART, 'ci', `${name}-values.yaml`)];
}

/**
 * Runs Helm, or a tool that goes with it, to its end. `kubeconfig` is the path of a file; absent: it knows no cluster.
 * @returns what it printed on standard output
 * @throws {Error} where it fails, with all that it printed
 */
export async function runTool(
  name: ToolName,
  parameters: readonly string[],
  kubeconfig?: string,
): Promise<string> {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    // Where Helm keeps what it has learnt of a server: together with that server's other files.
    HOME: kubeconfig === undefined ? tmpdir() : dirname(kubeconfig),
    ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
  };
  try {
    const { stdout } = await execute(toolPath(name), parameters, { env, maxBuffer: MAX_OUTPUT });
    return stdout;
  } catch (error) {
    throw new Error(`${name} failed: ${printedBy(error)}`, { cause: error });
  }
}

function printedBy(error: unknown): string {
  if (!(error instanceof Error && 'stdout' in error && 'stderr' in error)) return String(error);
  return `${String(error.stderr)}${String(error.stdout)}`;
}

/** Runs Helm; see `runTool`. */
export function helm(parameters: readonly string[], kubeconfig?: string): Promise<string> {
  return runTool('helm', parameters, kubeconfig);
}

/** What `helm template` makes of the chart with these options, as the release `mail`. */
export function template(options: readonly string[]): Promise<string> {
  return helm(['template', 'mail', CHART, ...options]);
}

/** The objects in what `helm template` printed. */
export function objectsIn(manifest: string): readonly KubernetesObject[] {
  return parseAllDocuments(manifest)
    .map((document): KubernetesObject | null => document.toJS())
    .filter((object) => object !== null);
}
