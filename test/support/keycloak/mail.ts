import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startDaemonProcess } from '../daemon.ts';
import { findFreePorts } from '../loopback.ts';
import { askingAllAt } from '../postfix/config.ts';
import { type LmtpSink, startLmtpSink } from '../postfix/lmtp.ts';
import { type Postfix, startPostfix } from '../postfix/postfix.ts';
import type { RunningProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { secretOf } from './clients.ts';
import type { KeycloakServer } from './keycloak.ts';
import { ALIAS_ATTRIBUTE, GROUP_ATTRIBUTE } from './people.ts';

/** The domains that organizations may make ours; there is one that has gmail.com. */
const DOMAINS = ['example.test', 'xn--bcher-kva.example', 'unverified.test'];

/** Answers are asked for anew each time, or remembered for long. */
export const FORGETFUL = { fresh: '1ms', freshNone: '1ms' };
export const MINDFUL = { fresh: '10m', freshNone: '10m' };

/** Postfix, its store, and the daemon that it asks. */
export interface MailSystem extends AsyncDisposable {
  readonly postfix: Postfix;
  readonly sink: LmtpSink;
  readonly daemon: RunningProcess;
}

/** How one is started. */
export interface MailSystemOptions {
  readonly cache: typeof MINDFUL;
  /** What the store has. */
  readonly mailboxes: readonly string[];
}

/** Starts one whose users are those of the realm `mail`; whoever starts it disposes of it. */
export async function startMailSystem(
  server: KeycloakServer,
  { cache, mailboxes }: MailSystemOptions,
): Promise<MailSystem> {
  await using resources = new AsyncDisposableStack();
  const place = await makeTemporaryDirectory('idpmap-keycloak-mail');
  resources.defer(() => place.remove());
  const sink = await startLmtpSink({ mailboxes });
  resources.defer(() => sink.stop());
  const [port = 0] = await findFreePorts(1);
  const config = await configure(server, { place: place.path, port, cache });
  const daemon = await startDaemonProcess(['serve', '--config', config]);
  resources.defer(() => daemon.stop());
  const postfix = await startPostfix({
    mainCf: {
      ...askingAllAt(port),
      virtual_transport: sink.transport,
    },
    logins: { ann: 'right', bob: 'right' },
  });
  resources.defer(() => postfix.stop());
  const owned = resources.move();
  return { postfix, sink, daemon, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Told {
  readonly place: string;
  readonly port: number;
  readonly cache: typeof MINDFUL;
}

/** Writes the daemon's configuration; gives its file. */
async function configure(server: KeycloakServer, { place, port, cache }: Told): Promise<string> {
  await writeFile(join(place, 'secret'), `${secretOf('idpmap')}\n`, { mode: 0o600 });
  const settings = {
    listen: `tcp://127.0.0.1:${port}`,
    control: 'control',
    // Keycloak may have to share the machine with other tests.
    deadline: '3s',
    directories: {
      staff: {
        type: 'keycloak',
        url: server.httpsUrl,
        tls: { ca: server.ca },
        realm: 'mail',
        clientId: 'idpmap',
        clientSecret: { file: 'secret' },
        federation: 'none',
        aliasAttribute: ALIAS_ATTRIBUTE,
        groupAttribute: GROUP_ATTRIBUTE,
        organizations: { allowDomains: DOMAINS },
        events: '5s',
      },
    },
    cache,
  };
  const file = join(place, 'idpmap.yaml');
  await writeFile(file, stringify(settings));
  return file;
}
