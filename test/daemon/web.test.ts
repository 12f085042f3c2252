import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Status } from '../../src/http/statusreport.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { askHttp, postJson } from '../support/http.ts';
import { listingNone, makePlace, STAFF, startInstance } from '../support/instance.ts';
import { findFreePorts, serveLoopback } from '../support/loopback.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const HTTP = `
http: { endpoint: "tcp://127.0.0.1:0", token: { file: token } }
cache: { fresh: 0ms, freshNone: 0ms, unknown: 0ms }
${STAFF}`;

/** A daemon with HTTP, whose directory knows ann. */
async function startWatched(config = HTTP) {
  const place = await makePlace();
  await writeFile(join(place, 'token'), 'canary-token-0123\n');
  const staff = createScripted();
  employ(staff, [account('ann@example.org', { logins: ['ann'] })]);
  const directories = { staff: listingNone(staff) };
  const instance = await startInstance({ config, place, directories });
  const endpoint = endpointOf(instance.daemon);
  return {
    ...instance,
    staff,
    endpoint,
    status: async (): Promise<Status> => JSON.parse((await askHttp(endpoint, '/api/status')).text),
    post: async (path: string, body: unknown) =>
      JSON.parse((await postJson(endpoint, path, body, 'canary-token-0123')).text),
  };
}

function endpointOf({ http }: { readonly http?: Endpoint }): Endpoint {
  if (http === undefined) throw new Error('it serves no http');
  return http;
}

describe('an outage', () => {
  test('leaves /livez and /readyz at 200', async () => {
    const { staff, ask, endpoint } = await startWatched();
    staff.mode = 'fails';
    for (let i = 0; i < 20; i++) await ask('user-exists', `a${i}@example.org`);
    expect((await askHttp(endpoint, '/livez')).status).toBe(200);
    expect((await askHttp(endpoint, '/readyz')).status).toBe(200);
  });

  test('is shown by the status: the open circuit, since when, its last fault, the causes', async () => {
    const { staff, ask, status, notes } = await startWatched();
    await ask('user-exists', 'ann@example.org');
    expect((await status()).directories).toMatchObject([
      { name: 'staff', state: 'ok', openings: 0 },
    ]);
    staff.mode = 'fails';
    for (let i = 0; i < 20; i++) await ask('user-exists', `a${i}@example.org`);
    await ask('user-exists', 'ann@example.org');
    await notes.next('circuit opened');
    const { directories, causes, history, maps } = await status();
    const instant = expect.stringMatching(/^20\d\d-/);
    expect(directories).toMatchObject([
      {
        state: 'open',
        circuitSince: instant,
        openings: 1,
        lastAnswer: instant,
        lastFault: { cause: 'directory', reason: 'refused', when: instant },
        lookups: { stale: 1, unknown: 20 },
      },
    ]);
    expect(new Set(causes.map(({ directory, cause }) => `${directory} ${cause}`))).toEqual(
      new Set(['staff directory', 'staff breaker-open']),
    );
    expect(causes.reduce((sum, { count }) => sum + count, 0)).toBe(21);
    expect(history.answers.TEMP.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(history.answers.stale.at(-1)).toBe(1);
    expect(maps.find(({ name }) => name === 'user-exists')?.answers).toEqual({
      OK: 2,
      NOTFOUND: 0,
      TEMP: 20,
      PERM: 0,
    });
  });

  test('is shown by the metrics', async () => {
    const { staff, ask, endpoint } = await startWatched();
    staff.mode = 'fails';
    await ask('user-exists', 'bob@example.org');
    const { text } = await askHttp(endpoint, '/metrics');
    expect(text).toMatch(/^idpmap_lookups_total\{map="user-exists",status="TEMP"\} 1$/m);
  });

  test('that is over is shown, and one without an open circuit is a failing directory', async () => {
    const { staff, ask, status } = await startWatched();
    staff.mode = 'fails';
    await ask('user-exists', 'bob@example.org');
    expect((await status()).directories).toMatchObject([{ state: 'failing' }]);
    staff.mode = 'well';
    await ask('user-exists', 'bob@example.org');
    expect((await status()).directories).toMatchObject([{ state: 'ok' }]);
  });
});

test('the status tells where it listens, what it serves, and that nobody was asked yet', async () => {
  const { status, place } = await startWatched();
  expect(await status()).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    phase: 'ready',
    domains: { configured: 1 },
    connections: { max: 2000, endpoints: [`unix:${place}/socketmap`] },
    reloads: { succeeded: 0, failed: 0, isLastGood: true },
    directories: [{ name: 'staff', type: 'file', state: 'idle', inFlight: 0, waiting: 0 }],
    causes: [],
  });
});

test('the status tells that a reload failed, until one succeeds', async () => {
  const { status, reload, notes } = await startWatched();
  await reload(`${HTTP}\nlisten: unix:/nowhere/socketmap`);
  await notes.next("can't be used");
  expect((await status()).reloads).toMatchObject({ failed: 1, isLastGood: false });
  await reload(HTTP);
  expect((await status()).reloads).toMatchObject({ succeeded: 1, failed: 1, isLastGood: true });
});

test('no address is in the status, the metrics and the log at info of any answer', async () => {
  const { staff, ask, endpoint, notes } = await startWatched();
  await ask('user-exists', 'ann@example.org');
  staff.mode = 'fails';
  await ask('user-exists', 'ann@example.org');
  await ask('user-exists', 'bob@example.org');
  const shown = [
    (await askHttp(endpoint, '/api/status')).text,
    (await askHttp(endpoint, '/metrics')).text,
    JSON.stringify(notes.all.filter(({ level }) => level !== 'debug')),
  ].join('\n');
  expect(shown).not.toMatch(/@example\.org|canary/);
});

describe('explain', () => {
  test('tells of an address', async () => {
    const { post } = await startWatched();
    expect(await post('/api/explain', { address: 'Ann@example.org' })).toMatchObject({
      normalised: 'ann@example.org',
      verdict: { code: 250 },
    });
  });

  test.each([
    ['ann', 250],
    ['bob', 553],
  ])('tells whether %s may send as it', async (login, code) => {
    const { post } = await startWatched();
    const told = await post('/api/explain', { address: 'ann@example.org', login });
    expect(told.verdict.code).toBe(code);
  });

  test('tells what the id of a TEMP stands for, and how it is now', async () => {
    const { ask, post, staff } = await startWatched();
    staff.mode = 'fails';
    const reply = await ask('user-exists', 'ann@example.org');
    const [, id = ''] = /^TEMP idpmap directory staff (\w{6})$/.exec(reply) ?? [];
    staff.mode = 'well';
    expect(await post('/api/explain', { id })).toMatchObject({
      trace: {
        id,
        map: 'user-exists',
        key: 'ann@example.org',
        cause: 'directory',
        reason: 'refused',
      },
      now: { key: 'ann@example.org', verdict: { code: 250 } },
    });
  });

  test('tells that an id is not known', async () => {
    const { post } = await startWatched();
    expect((await post('/api/explain', { id: '7f3a91' })).error).toMatch(
      /^no TEMP of the last hour and the last 10000 has the id "7f3a91"/,
    );
  });
});

test('purge forgets', async () => {
  const { ask, post } = await startWatched();
  await ask('user-exists', 'ann@example.org');
  expect(await post('/api/purge', { address: 'ann@example.org' })).toEqual({ forgotten: 1 });
});

test('a reload brings another token, and says that another endpoint needs a start', async () => {
  const { reload, endpoint, place, notes } = await startWatched();
  await writeFile(join(place, 'other'), 'changed-token-0123');
  await reload(HTTP.replace('file: token', 'file: other').replace(':0"', ':1"'));
  expect((await postJson(endpoint, '/api/purge', { all: true }, 'canary-token-0123')).status).toBe(
    401,
  );
  expect((await postJson(endpoint, '/api/purge', { all: true }, 'changed-token-0123')).status).toBe(
    200,
  );
  const { fields } = await notes.next('this setting changes at the next start only');
  expect(fields).toEqual({ setting: 'http.endpoint' });
});

test('the start says where http is', async () => {
  const { notes, endpoint } = await startWatched();
  const port = endpoint.kind === 'tcp' ? endpoint.port : 0;
  const { fields } = await notes.next('listening');
  expect(fields).toMatchObject({ http: `tcp://127.0.0.1:${port}`, directories: ['staff'] });
});

test('off: it is said, and nothing listens', async () => {
  const { daemon, notes } = await startInstance({
    directories: { staff: listingNone(createScripted()) },
  });
  expect(daemon.http).toBeUndefined();
  expect((await notes.next('listening')).fields).toMatchObject({ http: 'off' });
});

test('a port that is taken ends the start with its owner’s name', async () => {
  const taken = await serveLoopback(async () => {});
  onTestFinished(() => taken.stop());
  await expect(startWatched(`http: tcp://127.0.0.1:${taken.port}\n${STAFF}`)).rejects.toThrow(
    new RegExp(`^tcp://127.0.0.1:${taken.port} is in use by pid ${process.pid} `),
  );
});

test('a stop says draining until all is answered, then http is gone', async () => {
  const { daemon, endpoint, staff, ask } = await startWatched();
  staff.mode = 'slow';
  const asked = ask('user-exists', 'ann@example.org');
  while (staff.asked.length === 0) await askHttp(endpoint, '/livez');
  const stopped = daemon.stop();
  const { status, text } = await askHttp(endpoint, '/readyz');
  expect([status, text]).toEqual([503, 'draining\n']);
  await Promise.all([asked, stopped]);
  await expect(askHttp(endpoint, '/livez')).rejects.toThrow('ECONNREFUSED');
});

/** Whoever waits in the old listener's queue when it closes is reset; the next probe reaches the new one. */
test('a take-over never loses two probes of /livez in a row', async () => {
  const [port = 0] = await findFreePorts(1);
  const config = `http: tcp://127.0.0.1:${port}\n${STAFF}`;
  const first = await startWatched(config);
  const seen = new Set<unknown>();
  const over = new AbortController();
  let lost = 0;
  let mostLost = 0;
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const answer = await askHttp(first.endpoint, '/livez').catch(() => undefined);
      lost = answer === undefined ? lost + 1 : 0;
      mostLost = Math.max(mostLost, lost);
      if (answer !== undefined) seen.add(answer.status);
    }
  };
  const watching = watch();
  const second = await startInstance({
    config,
    place: first.place,
    directories: { staff: listingNone(first.staff) },
    takeover: 'yes',
  });
  await first.daemon.stopped;
  over.abort();
  await watching;
  expect([...seen]).toEqual([200]);
  expect(mostLost).toBeLessThan(2);
  expect((await askHttp(endpointOf(second.daemon), '/readyz')).text).toBe('ready\n');
});
