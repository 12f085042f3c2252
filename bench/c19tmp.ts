import { spawn } from 'node:child_process';
import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEndpoint } from '../src/net/endpoint.ts';
import { READER, startPlainSlapd } from '../test/support/ldap/plain-slapd.ts';
import { findFreePorts } from '../test/support/loopback.ts';
import { accountAt } from './questions.ts';
import { cpuMicros, perSecond } from './report.ts';
import { createStage } from './stage.ts';

const SUFFIX = 'dc=example';
const PEOPLE = 20000;
const place = mkdtempSync('/tmp/w/c19ldap-');
function* list() {
  yield {
    dn: SUFFIX,
    attributes: { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'x' },
  };
  for (let i = 0; i < PEOPLE; i++) {
    const address = accountAt(i);
    yield {
      dn: `cn=${i},${SUFFIX}`,
      attributes: {
        objectClass: ['inetOrgPerson', 'extensibleObject'],
        cn: String(i),
        sn: 'x',
        mail: address,
        maildrop: address,
      },
    };
  }
}
const server = await startPlainSlapd({ suffix: SUFFIX, entries: [...list()] });
const bindDn = `${READER.dn},${SUFFIX}`;
writeFileSync(join(place, 'password'), READER.password);
const [port] = await findFreePorts(1);
writeFileSync(
  join(place, 'idpmap.yaml'),
  JSON.stringify({
    listen: `tcp://127.0.0.1:${port}`,
    control: join(place, 'control'),
    http: 'off',
    deadline: '10s',
    cache: { fresh: '0ms', freshNone: '0ms' },
    domains: { 'bench.example': { directory: 'database' } },
    directories: {
      database: {
        type: 'ldap',
        urls: [`ldap://127.0.0.1:${server.port}`],
        bind: { dn: bindDn, password: { file: 'password' } },
        base: SUFFIX,
        tables: { forwards: { queryFilter: '(mail=%s)', resultAttributes: ['maildrop'] } },
        searchTimeout: '5s',
        limit: { inFlight: 1000, perSecond: 1000000, queue: 1000 },
      },
    },
    maps: { 'user-exists': { kind: 'table', directory: 'database', table: 'forwards' } },
  }),
);
writeFileSync(
  join(place, 'own.cf'),
  [
    `server_host = ldap://127.0.0.1:${server.port}`,
    'version = 3',
    'bind = yes',
    `bind_dn = ${bindDn}`,
    `bind_pw = ${READER.password}`,
    `search_base = ${SUFFIX}`,
    'query_filter = (mail=%s)',
    'result_attribute = maildrop',
    '',
  ].join('\n'),
);
writeFileSync(join(place, 'main.cf'), 'compatibility_level = 3.6\n');
utimesSync(join(place, 'main.cf'), 0, 0);
const args = process.env.PROF
  ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROF}`, '--cpu-prof-interval=500']
  : [];
const daemon = spawn(
  process.execPath,
  [
    '--max-semi-space-size=1',
    ...args,
    process.env.SRC ?? 'src/cli.ts',
    'serve',
    '--config',
    join(place, 'idpmap.yaml'),
  ],
  { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, IDPMAP_HTTP: 'off' } },
);
let out = '';
daemon.stdout.on('data', (d) => {
  out += d;
});
daemon.stderr.on('data', (d) => {
  out += d;
});
while (!/listening/.test(out)) await new Promise((r) => setTimeout(r, 50));
await new Promise((r) => setTimeout(r, 1000));
console.log(`ready ${daemon.pid} ${place} ${port}`);
const stage = createStage();
for (const connections of (process.env.CONNS ?? '1,16').split(',').map(Number)) {
  const result = await stage.load({
    endpoint: parseEndpoint(`tcp://127.0.0.1:${port}`),
    map: 'user-exists',
    keys: { kind: 'accounts', from: 0, count: PEOPLE },
    replies: 'true',
    connections,
    depth: 1,
    end: { warmMs: 2000, ms: Number(process.env.MS ?? 6000) },
    pid: daemon.pid!,
  });
  console.log(
    connections,
    'cpu µs',
    cpuMicros(result).toFixed(0),
    'per s',
    perSecond(result).toFixed(0),
  );
}
if (process.env.HOLD) await new Promise((r) => process.stdin.once('data', r));
daemon.kill('SIGTERM');
await new Promise((r) => daemon.once('exit', r));
await stage.clear();
await server.remove();
process.exit(0);
