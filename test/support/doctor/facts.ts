import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Facts, FileFact, Machine, Place } from '../../../src/cli/doctor/facts.ts';
import type { Look } from '../../../src/cli/doctor/look.ts';
import { findTables } from '../../../src/cli/doctor/tables.ts';
import { type Postfix, readServices } from '../../../src/cli/postfix/postconf.ts';
import type { PlacedRemark } from '../../../src/cli/remark.ts';
import { loadSettings } from '../../../src/settings.ts';
import { makePlace } from '../instance.ts';

export const QUEUE = '/var/spool/postfix';
export const SOCKET = `${QUEUE}/idpmap/socketmap`;

/** What a right main.cf has in force, as far as looks read it. */
const RIGHT = {
  config_directory: '/etc/postfix',
  queue_directory: QUEUE,
  inet_protocols: 'all',
  recipient_delimiter: '+',
  virtual_mailbox_domains: 'example.org',
  virtual_mailbox_maps: 'socketmap:unix:idpmap/socketmap:user-exists',
  virtual_alias_maps: 'socketmap:unix:idpmap/socketmap:virtual-aliases',
  virtual_alias_domains: '',
  virtual_transport: 'lmtp:unix:private/dovecot-lmtp',
  virtual_alias_expansion_limit: '1001',
  smtpd_sender_login_maps: 'socketmap:unix:idpmap/socketmap:sender-logins',
  smtpd_reject_unlisted_recipient: 'yes',
  smtpd_sasl_auth_enable: 'no',
  mydestination: '',
  local_recipient_maps: '',
  proxy_read_maps: '',
  soft_bounce: 'no',
};

const SERVICES = `
smtp       inet  n - y - - smtpd
submission inet  n - y - - smtpd -o smtpd_sasl_auth_enable=yes
cleanup    unix  n - y - 0 cleanup
rewrite    unix  - - y - - trivial-rewrite
proxymap   unix  - - n - - proxymap
`;
const OVERRIDES = `
submission/inet/smtpd_sasl_auth_enable = yes
submission/inet/smtpd_sender_restrictions = reject_sender_login_mismatch
`;

/** How a test's facts depart from right ones. */
export interface Changes extends Partial<Omit<Facts, 'loaded' | 'postfix'>>, PostfixChanges {
  /** idpmap's, in YAML; `listen` is its own where it names one. */
  readonly config?: string;
  /** Files that stand beside the configuration. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether there is a Postfix; absent: there is. */
  readonly postfix?: 'absent';
}

interface PostfixChanges {
  /** Parameters in force, all of them written in main.cf, but for those of `defaults`. */
  readonly main?: Readonly<Record<string, string>>;
  readonly defaults?: readonly string[];
  readonly services?: string;
  readonly overrides?: string;
  readonly complaints?: readonly string[];
}

/** A machine that is right, changed. */
export async function factsOf(changes: Changes = {}): Promise<Facts> {
  const asked = postfixOf(changes);
  return {
    ...machineOf(changes),
    loaded: await loadOf(changes),
    ...(changes.postfix === 'absent' ? {} : { postfix: { ...asked, ...findTables(asked) } }),
  };
}

const machineOf = ({
  user = { name: 'idpmap', uid: 900, gid: 900, groups: [] },
  asker = { name: 'postfix', uid: 100, gid: 110, groups: [] },
  groups = GROUPS,
  places = new Map([[SOCKET, placeOf(SOCKET)]]),
  holders = new Map(),
  addresses = new Set(['127.0.0.1', '10.0.0.5']),
  clock = { now: 0 },
}: Changes): Machine => ({ user, asker, groups, places, holders, addresses, clock });

const GROUPS: ReadonlyMap<string, number> = new Map([
  ['root', 0],
  ['idpmap', 900],
  ['postfix', 110],
  ['mail', 8],
]);

/** What Postfix says of itself. */
export function postfixOf({
  main = {},
  defaults = [],
  services = SERVICES,
  overrides = OVERRIDES,
  complaints = [],
}: PostfixChanges = {}): Postfix {
  const parameters = new Map(Object.entries({ ...RIGHT, ...main }));
  return {
    directory: '/etc/postfix',
    parameters,
    written: new Map([...parameters].filter(([name]) => !defaults.includes(name))),
    services: readServices(services, overrides, '3.6'),
    complaints,
  };
}

const LISTEN = `listen: "unix:${SOCKET}?mode=0660&group=postfix"\n`;
const DOMAINS = 'domains: { example.org: { directory: people } }\n';

async function loadOf({ config = '', files = {} }: Changes) {
  const place = await makePlace();
  for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text);
  const file = join(place, 'idpmap.yaml');
  const text = [
    config.includes('listen:') ? '' : LISTEN,
    /^domains:/m.test(config) ? '' : DOMAINS,
    /^directories:/m.test(config) ? '' : 'directories: { people: { type: demo } }\n',
    config,
  ];
  await writeFile(file, text.join('\n'));
  return loadSettings({ file, environment: {} });
}

const ROOT: FileFact = { path: '/', kind: 'directory', mode: 0o755, uid: 0, gid: 0, changedAt: 0 };

/** A file below directories that anybody may pass; the one that holds it is idpmap's, and hands on Postfix's group. */
export function placeOf(path: string, changes: Partial<Place> = {}): Place {
  const parts = path.split('/').slice(1, -1);
  const above = parts.map(
    (_, i): FileFact => ({ ...ROOT, path: `/${parts.slice(0, i + 1).join('/')}` }),
  );
  const own = above.pop() ?? ROOT;
  return {
    path,
    above: [{ ...own, mode: 0o2750, uid: 900, gid: 110 }, ...above.toReversed(), ROOT],
    holder: 'directory',
    ...changes,
  };
}

export const socketOf = (changes: Partial<FileFact> = {}): FileFact => ({
  path: SOCKET,
  kind: 'socket',
  mode: 0o660,
  uid: 900,
  gid: 110,
  changedAt: 0,
  ...changes,
});

/** What a look has to mend. */
export async function mend(look: Look, changes: Changes = {}): Promise<readonly PlacedRemark[]> {
  const facts = await factsOf(changes);
  return look(facts).filter(({ level }) => level !== 'ok');
}
