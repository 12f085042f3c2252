import type { Gathered } from './environment.ts';
import type { Environment } from './secret.ts';
import { getIn, setIn } from './tree.ts';
import { isServiceUrl } from './variables.ts';

/** Takes the variables of small socketmap servers where the settings that they mean are not given otherwise. */
export function gatherLegacy(environment: Environment, tree: unknown): Gathered {
  const { tree: listening, givers, ...nothing } = gatherEndpoint(environment, tree);
  const { CACHE_TTL_SECONDS: seconds } = environment;
  const path = ['cache', 'fresh'];
  if (seconds === undefined || getIn(tree, path) !== undefined) {
    return { tree: listening, givers, ...nothing };
  }
  const giver = { path, name: 'CACHE_TTL_SECONDS' };
  if (/^\d+$/.test(seconds)) {
    const merged = setIn(listening, path, `${seconds}s`);
    return { ...nothing, tree: merged, givers: [...givers, giver] };
  }
  const message = `"${seconds}" is no number of seconds, write 60`;
  const problem = { path: path.join('.'), source: giver.name, message };
  return { ...nothing, tree: listening, givers, problems: [problem] };
}

function gatherEndpoint(environment: Environment, tree: unknown): Gathered {
  const { SOCKETMAP_HOST: host, SOCKETMAP_PORT: given } = environment;
  // Kubernetes sets it to a URL for a Service called socketmap.
  const port = given !== undefined && isServiceUrl(given) ? undefined : given;
  const isGiven = getIn(tree, ['listen']) !== undefined;
  if (isGiven || (host === undefined && port === undefined)) {
    return { tree, givers: [], problems: [], watched: [] };
  }
  const name = host === undefined ? 'SOCKETMAP_PORT' : 'SOCKETMAP_HOST';
  const merged = setIn(tree, ['listen'], endpointOf(host || '127.0.0.1', port || '9100'));
  return { tree: merged, givers: [{ path: ['listen'], name }], problems: [], watched: [] };
}

const endpointOf = (host: string, port: string): string =>
  `tcp://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
