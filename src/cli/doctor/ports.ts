import { isIP } from 'node:net';
import { type Endpoint, formatEndpoint, type TcpEndpoint } from '../../net/endpoint.ts';
import type { PlacedRemark } from '../remark.ts';
import type { Facts } from './facts.ts';
import { failed, type Look } from './look.ts';

/** Whether somebody else is where idpmap is to listen, or nobody can be. */
export const lookAtPorts: Look = (facts) =>
  endpointsOf(facts).flatMap(({ setting, endpoint }) => [
    ...judgeHolder(setting, endpoint, facts),
    ...(endpoint.kind === 'tcp' ? judgeAddress(setting, endpoint, facts) : []),
  ]);

/** Everything that is listened at, with the setting that says so. */
export function endpointsOf({
  loaded,
}: Pick<Facts, 'loaded'>): readonly { readonly setting: string; readonly endpoint: Endpoint }[] {
  const { listen, http } = loaded.settings;
  return [
    ...listen.map(({ endpoint }) => ({ setting: 'listen', endpoint })),
    ...(http.endpoint === 'off' ? [] : [{ setting: 'http', endpoint: http.endpoint }]),
  ].filter(({ endpoint }) => endpoint.kind === 'unix' || endpoint.port !== 0);
}

function judgeHolder(setting: string, endpoint: Endpoint, facts: Facts): readonly PlacedRemark[] {
  const about = formatEndpoint(endpoint);
  const holder = facts.holders.get(about);
  if (typeof holder !== 'object') return [];
  const { pid, command } = holder;
  const isLike = ['node', 'idpmap'].includes(command);
  return [
    failed(
      about,
      `is in use by pid ${pid} (${command}), which is not the daemon of this configuration`,
      isLike
        ? `if it is an older idpmap, end it (kill ${pid}), or give both one "control"; else let "${setting}" name another`
        : `let "${setting}" name another, or stop ${command}`,
    ),
  ];
}

const ANY = ['0.0.0.0', '::', 'localhost'];

function judgeAddress(
  setting: string,
  endpoint: TcpEndpoint,
  { addresses }: Facts,
): readonly PlacedRemark[] {
  const { host } = endpoint;
  const isOurs = addresses.has(host) || host.startsWith('127.') || ANY.includes(host);
  // A host name is for the resolver to say.
  if (isIP(host) === 0 || isOurs) return [];
  const text = 'this machine has no such address: idpmap does not start';
  const mend = `let "${setting}" name one that "ip address" lists, or tcp://127.0.0.1:${endpoint.port}`;
  return [failed(formatEndpoint(endpoint), text, mend)];
}
