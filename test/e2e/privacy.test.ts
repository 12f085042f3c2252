import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Endpoint, parseEndpoint } from '../../src/net/endpoint.ts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { askHttp, postJson } from '../support/http.ts';
import { findFreePorts } from '../support/loopback.ts';
import type { RunningProcess } from '../support/process.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const LOOKUPS = 10_000;
const BATCH = 500;

/** Every local part, login and secret holds it; nothing else does. */
const CANARY = /canary/i;

const PEOPLE = `
accounts:
  - { address: canary-ann@example.org, aliases: [canary-a@example.org], logins: [canary-login] }
  - { address: canary-twin1@example.org, aliases: [canary-shared@example.org] }
  - { address: canary-twin2@example.org, aliases: [canary-shared@example.org] }
tables:
  blacklist: { "192.0.2.7": REJECT canary }
`;

const config = (http: Endpoint & { kind: 'tcp' }, dead: number) => `
listen: unix:socketmap
control: control
http: { endpoint: "tcp://127.0.0.1:${http.port}", token: { file: token } }
domains:
  example.org: { directory: people }
  example.net: { directory: dead }
  example.edu: { directory: absent }
directories:
  people: { type: file, path: people.yaml }
  absent: { type: file, path: absent.yaml }
  dead:
    type: ldap
    urls: [ldap://127.0.0.1:${dead}]
    insecure: true
    bind: { dn: "cn=idpmap,dc=example,dc=net", password: { file: password } }
    base: ou=people,dc=example,dc=net
maps:
  user-exists: { kind: mailboxes }
  virtual-aliases: { kind: aliases }
  virtual-domains: { kind: domains }
  sender-logins: { kind: senders }
  blocked: { kind: table, directory: people, table: blacklist }
cache: { fresh: 1ms, freshNone: 1ms, unknown: 1ms }
log: { level: info, key: { file: key } }
`;

/** Makes the process throw an error that nobody catches, as a bug would. */
const CRASH = `data:text/javascript,process.on('SIGUSR2',()=>{setTimeout(()=>{throw new Error('crash')})})`;

const MAPS = [
  'user-exists',
  'virtual-aliases',
  'sender-logins',
  'virtual-domains',
  'blocked',
  'none',
  'canary-map@example.org',
];
const KEYS = [
  'canary-ann@example.org',
  'canary-a+canary@example.org',
  'canary-shared@example.org',
  'Canary-Nobody@example.org',
  'canary@example.net',
  'canary@example.edu',
  'canary@example.com',
  'canary',
  '"canary canary"@example.org',
];

describe('10 000 mixed lookups at info', () => {
  let daemon: RunningProcess;
  let http: Endpoint;
  let log = '';
  let place: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
  let file: string;
  let answers: ReadonlySet<string>;

  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-privacy');
    const [port = 0, dead = 0] = await findFreePorts(2);
    file = join(place.path, 'idpmap.yaml');
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port } as const;
    http = endpoint;
    const files = {
      'idpmap.yaml': config(endpoint, dead),
      'people.yaml': PEOPLE,
      token: 'canary-token-0123',
      password: 'canary-password',
      key: 'canary-key',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(place.path, name), text);
    daemon = await startDaemonProcess(['serve', '--config', file], {
      IDPMAP_HTTP__ENDPOINT: `tcp://127.0.0.1:${port}`,
      NODE_OPTIONS: `--import="${CRASH}"`,
    });
    answers = await askAll(parseEndpoint(`unix:${place.path}/socketmap`));
    log = daemon.output();
  });
  afterAll(async () => {
    await daemon?.stop();
    await place?.remove();
  });

  test('get every status', () => {
    expect(answers).toEqual(new Set(['OK', 'NOTFOUND', 'TEMP', 'PERM']));
  });

  test('are logged where an operator has to act, each state once', () => {
    for (const directory of ['dead', 'absent']) {
      const ofIt = log.split('\n').filter((line) => line.includes(`"directory":"${directory}"`));
      expect(ofIt.filter((line) => line.includes('circuit opened'))).toHaveLength(1);
      expect(ofIt.filter((line) => line.includes('a question to the directory'))).toHaveLength(1);
    }
    expect(log.match(/a doubt about one address/g)).toHaveLength(1);
    expect(log).toContain('"address":"addr-');
    expect(log.split('\n').length).toBeLessThan(20);
  });

  test('leave no address and no secret in the log', () => {
    expect(log.split('\n').filter((line) => CANARY.test(line))).toEqual([]);
  });

  test.each(['/metrics', '/api/status', '/status', '/livez', '/readyz'])(
    'leave none in %s',
    async (path) => {
      expect((await askHttp(http, path)).text).not.toMatch(CANARY);
    },
  );

  test.each(['/api/explain', '/api/purge'])('leave none in %s without the token', async (path) => {
    const { status, text } = await postJson(http, path, { address: 'canary-ann@example.org' });
    expect(status).toBe(401);
    expect(text).not.toMatch(CANARY);
  });

  test('leave none in `idpmap config print`', async () => {
    const { stdout, stderr } = await runCommand(['config', 'print', '--config', file]);
    expect(stdout).toContain('token');
    expect(stdout + stderr).not.toMatch(CANARY);
  });

  test('leave none in what a crash prints', async () => {
    process.kill(daemon.pid, 'SIGUSR2');
    expect(await until(() => daemon.ended() !== undefined, 10_000)).toBe(true);
    expect(daemon.output()).toContain('Error: crash');
    expect(daemon.output()).not.toMatch(CANARY);
  });
});

/** Asks every map for every sort of key in turn; gives the statuses that came. */
async function askAll(endpoint: Endpoint): Promise<ReadonlySet<string>> {
  const client = createSocketmapClient({ endpoint, timeoutMs: 10_000 });
  const statuses = new Set<string>();
  try {
    for (let begun = 0; begun < LOOKUPS; begun += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, i) => begun + i);
      const given = await Promise.all(batch.map((i) => client.ask(pick(MAPS, i), keyOf(i))));
      for (const { status } of given) statuses.add(status);
    }
  } finally {
    client.close();
  }
  return statuses;
}

const pick = (all: readonly string[], i: number): string => all[i % all.length] ?? '';

/** Every third one is another's each time. */
const keyOf = (i: number): string =>
  i % 3 === 0
    ? `canary-${i}@example.${pick(['org', 'net', 'edu'], i / 3)}`
    : pick(KEYS, Math.trunc(i / 6));
