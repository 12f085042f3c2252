import { relative } from 'node:path';
import { nearest } from '../../config/mistakes/problem.ts';
import { type Endpoint, formatEndpoint } from '../../net/endpoint.ts';
import { PARAMETERS } from '../postfix/maincf.ts';
import { type Postfix, parameterOf, wordsOf } from '../postfix/postconf.ts';
import type { PlacedRemark } from '../remark.ts';
import type { Facts } from './facts.ts';
import { failed, fine, type Look, warning } from './look.ts';
import { isJailed, listenerOf, pathsMeant, servicesOf } from './reached.ts';
import { type Asked, placeOf, type Table } from './tables.ts';

/** Each table that Postfix asks: that it can be read, leads to idpmap, and names a map that is there and fits. */
export const lookAtTables: Look = (facts) => {
  const { postfix } = facts;
  if (postfix === undefined) return [];
  const remarks = postfix.asked.flatMap((asked) => judgeTable(asked, facts, postfix));
  const ours = postfix.asked.filter((asked) => listenerOf(asked, facts) !== undefined);
  if (ours.length === 0 && remarks.length === 0)
    return [
      warning(
        'main.cf',
        'no table of it asks this idpmap: no mail depends on it yet',
        'idpmap postfix prints the lines, idpmap postfix --apply writes them',
      ),
    ];
  if (remarks.length > 0) return remarks;
  const maps = new Set(ours.map(({ table }) => table?.map));
  return [fine('main.cf', `asks ${[...maps].join(', ')}, all of them configured`)];
};

function judgeTable(asked: Asked, facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const { table, text } = asked;
  const about = placeOf(asked);
  const refused = judgeParameter(asked);
  if (table === undefined)
    return [
      failed(
        about,
        `${text} can't be read: the services that ask it do not start`,
        'write socketmap:unix:idpmap/socketmap:MAP, or socketmap:inet:127.0.0.1:9100:MAP',
      ),
    ];
  const listener = listenerOf(asked, facts);
  if (listener === undefined) return [...refused, ...judgeStranger(asked, table, facts, postfix)];
  return [
    ...refused,
    ...judgeMap(asked, table, facts),
    ...judgeWay(asked, table, postfix, listener.endpoint),
    ...judgeProxy(asked, postfix),
    ...(listener.tls === undefined
      ? []
      : [
          failed(
            about,
            `${formatEndpoint(listener.endpoint)} speaks TLS, which Postfix's client does not`,
            'let "listen" name an endpoint without tls, and main.cf that one',
          ),
        ]),
  ];
}

/** What virtual(8), local(8) and smtp(8) do not take from a socketmap, or should not. */
const SENSITIVE = /^(?:virtual_[ug]id_maps|alias_maps|mailbox_command_maps)$/;
const SECRET = /_sasl_password_maps$/;

function judgeParameter(asked: Asked): readonly PlacedRemark[] {
  const { parameter } = asked;
  if (SENSITIVE.test(parameter))
    return [
      failed(
        placeOf(asked),
        'a socketmap table is not secure enough for it, and Postfix refuses it: mail is taken and deferred afterwards',
        `take ${asked.text} out of ${parameter}`,
      ),
    ];
  if (SECRET.test(parameter))
    return [
      failed(
        placeOf(asked),
        'passwords would come over a connection that neither encrypts nor authenticates',
        `keep them in a file: ${parameter} = hash:/etc/postfix/sasl_passwd`,
      ),
    ];
  return [];
}

function judgeMap(asked: Asked, { map }: Table, { loaded }: Facts): readonly PlacedRemark[] {
  const { maps } = loaded.settings;
  const about = placeOf(asked);
  const known = maps[map];
  if (known === undefined) {
    const meant = nearest(map, Object.keys(maps)) ?? mapFor(asked.parameter, maps);
    return [
      failed(
        about,
        `asks the map ${map}, which is not configured: its mail is delayed (451 4.3.5)`,
        meant === undefined
          ? `configure it: maps: { ${map}: { kind: … } }`
          : `write ${meant} in its place: ${withMap(asked, meant)}`,
      ),
    ];
  }
  const wanted = kindFor(asked.parameter);
  if (wanted === undefined || known.kind === 'table' || known.kind === wanted) return [];
  // Who takes mail, and whose mail is relayed, may be asked of either.
  if (ADDRESSES.includes(wanted) && ADDRESSES.includes(known.kind)) return [];
  const meant = mapFor(asked.parameter, maps);
  return [
    failed(
      about,
      `asks ${map}, a map of ${known.kind}, where one of ${wanted} is wanted`,
      meant === undefined
        ? `configure one: maps: { NAME: { kind: ${wanted} } }`
        : `write ${withMap(asked, meant)}`,
    ),
  ];
}

const ADDRESSES = ['mailboxes', 'recipients'];

const withMap = ({ text }: Asked, map: string): string => text.replace(/[^:]+$/, map);

const kindFor = (parameter: string): string | undefined =>
  [...PARAMETERS.mailboxes, ...PARAMETERS.relay].find(([, name]) => name === parameter)?.[0];

function mapFor(parameter: string, maps: Facts['loaded']['settings']['maps']): string | undefined {
  const kind = kindFor(parameter);
  return Object.entries(maps).find(([, each]) => each.kind === kind)?.[0];
}

/** A table of ours whose way is barred: by the jail, or by the version of IP. */
const judgeWay = (
  asked: Asked,
  table: Table,
  postfix: Postfix,
  endpoint: Endpoint,
): readonly PlacedRemark[] =>
  table.kind === 'tcp'
    ? judgeHost(asked, table, postfix)
    : judgePath(asked, table, postfix, endpoint.kind === 'unix' ? endpoint.path : table.path);

function judgeHost(
  asked: Asked,
  { host, port, map }: Table & { readonly kind: 'tcp' },
  postfix: Postfix,
): readonly PlacedRemark[] {
  const about = placeOf(asked);
  const mend = `write socketmap:inet:127.0.0.1:${port}:${map}`;
  if (host === 'localhost') {
    const text =
      'localhost is unknown in the jail, which has no /etc/hosts: its mail is delayed (451 4.3.0, "Cannot assign requested address")';
    return isJailed(asked, postfix) ? [failed(about, text, mend)] : [];
  }
  const protocols = wordsOf(parameterOf(postfix, 'inet_protocols'));
  const family = host.includes(':') ? 'ipv6' : 'ipv4';
  if (protocols.includes('all') || protocols.includes(family)) return [];
  const text = `${host} is ${family}, and Postfix speaks ${protocols.join(', ')} only (inet_protocols): its mail is delayed`;
  const other = family === 'ipv6' ? '127.0.0.1' : '[::1]';
  return [
    failed(
      about,
      text,
      `listen at tcp://${other}:${port}, too, and write socketmap:inet:${other}:${port}:${map}`,
    ),
  ];
}

function judgePath(
  asked: Asked,
  { path: written, map }: Table & { readonly kind: 'unix' },
  postfix: Postfix,
  path: string,
): readonly PlacedRemark[] {
  const wrong = pathsMeant(asked, written, postfix).find((each) => each !== path);
  if (wrong === undefined) return [];
  const queue = parameterOf(postfix, 'queue_directory');
  const jailed = isJailed(asked, postfix);
  const names = servicesOf(asked, postfix)
    .filter((service) => service.isJailed === jailed)
    .map(({ name }) => name);
  const who = [...new Set(names)].join(', ') || 'its service';
  const where = jailed ? `in the jail ${queue}` : 'outside of the jail';
  const inside = relative(queue, path);
  return [
    failed(
      placeOf(asked),
      `${who} runs ${where}, so that ${asked.text} means ${wrong}: "No such file or directory", its mail is delayed (451 4.3.0)`,
      inside.startsWith('..')
        ? `let idpmap listen at unix:${queue}/idpmap/socketmap?mode=0660&group=postfix and write socketmap:unix:idpmap/socketmap:${map}, or write proxy:${asked.text}`
        : `write socketmap:unix:${inside}:${map}`,
    ),
  ];
}

/** proxymap(8) reads what `proxy_read_maps` names and nothing else; who asks for more ends. */
function judgeProxy(asked: Asked, postfix: Postfix): readonly PlacedRemark[] {
  if (!asked.isProxied) return [];
  const approved = wordsOf(parameterOf(postfix, 'proxy_read_maps').replaceAll(/[{}]/g, ' '));
  if (approved.includes(`proxy:${asked.text}`) || approved.includes(asked.text)) return [];
  return [
    failed(
      placeOf(asked),
      `proxy:${asked.text} is not approved: smtpd ends ("request for unapproved table"), no mail comes in`,
      `leave proxy: out, or add it: proxy_read_maps = (what it is) proxy:${asked.text}`,
    ),
  ];
}

/** A table that is not ours may be another server's; one that leads to nobody is more likely a slip. */
function judgeStranger(
  asked: Asked,
  table: Table,
  facts: Facts,
  postfix: Postfix,
): readonly PlacedRemark[] {
  const endpoints = asEndpoints(asked, table, postfix);
  const holders = endpoints.map((each) => facts.holders.get(formatEndpoint(each)));
  if (!holders.some((holder) => holder === 'nobody')) return [];
  const [ours] = facts.loaded.settings.listen;
  const where = endpoints.map(formatEndpoint).join(', ');
  return [
    failed(
      placeOf(asked),
      `nobody listens at ${where}, and this configuration listens ${ours === undefined ? 'nowhere' : `at ${formatEndpoint(ours.endpoint)}`}: its mail is delayed (451 4.3.0)`,
      'write where idpmap listens, as idpmap postfix prints it, or start what should listen there',
    ),
  ];
}

/** What of a table can be connected to from here. */
export function asEndpoints(asked: Asked, table: Table, postfix: Postfix): readonly Endpoint[] {
  if (table.kind === 'tcp') return [{ kind: 'tcp', host: table.host, port: table.port }];
  return pathsMeant(asked, table.path, postfix).map((path) => ({ kind: 'unix', path }));
}
