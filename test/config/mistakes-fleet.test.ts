import { expect, test } from 'vitest';
import { LEAST, loadText, mistakesIn } from './fixture.ts';

const fleet = (rest: string): string => `${LEAST}fleet: { key: { env: KEY }, ${rest} }`;

test.each([
  [
    'no engine',
    fleet('name: mx'),
    'fleet: names no engine: write url, or sentinel, or cluster in its place',
  ],
  [
    'an engine and sentinels',
    fleet('url: "valkeys://v", sentinel: { primary: m, urls: "valkeys://s" }'),
    'fleet.sentinel: goes with no url: write one of them',
  ],
  [
    'sentinels and a cluster',
    fleet('sentinel: { primary: m, urls: "valkeys://s" }, cluster: { urls: "valkeys://n" }'),
    'fleet.cluster: goes with no sentinel: write one of them',
  ],
  [
    'sentinels without the name of the primary',
    fleet('sentinel: { urls: "valkeys://s" }'),
    'fleet.sentinel.primary: is missing, write primary: mymaster',
  ],
  [
    'a name that is none',
    fleet('sentinel: { primary: "my master", urls: "valkeys://s" }'),
    'fleet.sentinel.primary: is no name of a primary, write that of the sentinels\' "sentinel monitor"',
  ],
  [
    'no sentinel',
    fleet('sentinel: { primary: m, urls: [] }'),
    'fleet.sentinel.urls: names none, write at least one',
  ],
  [
    'a sentinel twice, once with its usual port',
    fleet('sentinel: { primary: m, urls: ["valkeys://s", "valkeys://s:26379"] }'),
    'fleet.sentinel.urls: valkeys://s:26379 is listed twice, keep one',
  ],
  [
    'some with TLS and some without',
    fleet('insecure: true, cluster: { urls: ["valkeys://n", "valkey://m"] }'),
    'fleet.cluster.urls: mixes valkey:// and valkeys://: write all of them alike',
  ],
  [
    'a sentinel at a socket',
    fleet('sentinel: { primary: m, urls: "unix:/run/sentinel" }'),
    'fleet.sentinel.urls: "unix:/run/sentinel" is none of several engines, write valkeys://HOST:PORT or valkey://HOST:PORT; user and password are settings of their own',
  ],
  [
    'a password in a URL, which is not shown',
    fleet('cluster: { urls: ["valkeys://me:hush@n"] }'),
    'fleet.cluster.urls[0]: "valkeys://***@n" is none of several engines, write valkeys://HOST:PORT or valkey://HOST:PORT; user and password are settings of their own',
  ],
  [
    'sentinels without TLS, who may name another machine',
    fleet('sentinel: { primary: m, urls: "valkey://127.0.0.1", password: { env: P } }'),
    'fleet.sentinel.urls: shows the password: use valkeys://, or say insecure: true',
  ],
  [
    'a cluster without TLS and without a password',
    fleet('cluster: { urls: "valkey://127.0.0.1" }'),
    'fleet.cluster.urls: whoever is on the way may write there: use valkeys://, or say insecure: true',
  ],
])('tells of %s', async (_, text, expected) => {
  const mistakes = await mistakesIn(text);
  expect(mistakes.map((mistake) => mistake.replace(/^\d+:\d+: /, ''))).toContain(expected);
});

test('takes sentinels, one of them written alone, and a cluster', async () => {
  for (const place of [
    'sentinel: { primary: mymaster, urls: "valkeys://s" }',
    'sentinel: { primary: mymaster, urls: ["valkeys://s:1", "valkeys://[::1]"], user: me, password: { env: P } }',
    'cluster: { urls: ["valkeys://n:1", "valkeys://n:2"] }',
    'insecure: true, cluster: { urls: "valkey://n" }',
  ])
    expect(
      (await loadText(fleet(place), { environment: { KEY: 'x', P: 'y' } })).settings.fleet,
    ).toBeDefined();
});

const HOW = 'write valkeys://HOST:PORT, valkey://HOST:PORT or unix:/path';
const LOGIN = 'user and password are settings of their own';
test.each([
  ['valkey:valkey.example.org', 'valkey:valkey.example.org', LOGIN],
  ['valkey:/valkey.example.org', 'valkey:/valkey.example.org', LOGIN],
  ['redis+tls://valkey.example.org', 'redis+tls://valkey.example.org', LOGIN],
  ['/run/valkey.sock', '/run/valkey.sock', LOGIN],
  ['unix:valkey.sock', 'unix:valkey.sock', LOGIN],
  ['valkeys://', 'valkeys://', LOGIN],
  [' ', ' ', LOGIN],
  ['valkeys://v:0', 'valkeys://v:0', 'a port is a number from 1 to 65535'],
  ['valkeys://v:65536', 'valkeys://v:65536', 'a port is a number from 1 to 65535'],
  ['valkeys://v:sixty', 'valkeys://v:sixty', 'a port is a number from 1 to 65535'],
  ['valkeys://v:', 'valkeys://v:', 'a port is a number from 1 to 65535'],
  [
    'valkeys://v:6379/2',
    'valkeys://v:6379/2',
    'it takes no database: fleets share one, and fleet.name keeps them apart',
  ],
  [
    'valkeys://a:6379,b:6379',
    'valkeys://a:6379,b:6379',
    'several are written as a list, in cluster.urls or sentinel.urls',
  ],
  [
    'valkeys://a b',
    'valkeys://a b',
    'several are written as a list, in cluster.urls or sentinel.urls',
  ],
  ['fd00::1', 'fd00::1', 'an IPv6 address stands in brackets'],
  ['valkeys://me:hush@v', 'valkeys://***@v', LOGIN],
  ['valkeys://me:hu@sh@v:6379', 'valkeys://***@v:6379', LOGIN],
  ['valkeys://:hu/sh@v', 'valkeys://***@v', LOGIN],
  ['me:hush@v:6379', '***@v:6379', LOGIN],
  ['redis:me:hush@v', '***@v', LOGIN],
])(
  'tells of the URL %j what is wrong and how it is mended, and shows no password',
  async (url, shown, hint) => {
    const mistakes = await mistakesIn(fleet(`url: ${JSON.stringify(url)}`));
    expect(mistakes.map((mistake) => mistake.replace(/^\d+:\d+: /, ''))).toContain(
      `fleet.url: ${JSON.stringify(shown)} is no engine, ${HOW}; ${hint}`,
    );
    expect(JSON.stringify(mistakes)).not.toMatch(/hu.?sh/);
  },
);

test.each([
  ['valkey.example.org', 'valkeys://valkey.example.org'],
  ['valkey.example.org:6379', 'valkeys://valkey.example.org:6379'],
  ['http://valkey.example.org', 'valkeys://valkey.example.org'],
])('tells what the URL %j may have been meant for', async (url, meant) => {
  const mistakes = await mistakesIn(fleet(`url: "${url}"`));
  expect(mistakes.map((mistake) => mistake.replace(/^\d+:\d+: /, ''))).toContain(
    `fleet.url: "${url}" is no engine, write ${meant}`,
  );
});
