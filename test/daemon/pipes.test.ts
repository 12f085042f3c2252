import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { postJson } from '../support/http.ts';
import { listingNone, makePlace, STAFF, startInstance } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;
const HTTP = 'http: { endpoint: "tcp://127.0.0.1:0", token: { file: token } }\n';
const TOKEN = 'correct-horse-battery';

/** A daemon whose token, certificate and key are files in its place. */
async function start(config: string, prepare: (place: string) => void = () => {}) {
  const place = await makePlace();
  await writeFile(join(place, 'token'), `${TOKEN}\n`);
  makeCertificate(place, 'localhost');
  prepare(place);
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  return startInstance({ place, config, directories: { staff: listingNone(staff) } });
}

/** Puts a pipe that nobody writes in the place of a file. */
async function putPipe(...path: readonly string[]): Promise<void> {
  await rm(join(...path), { force: true });
  execFileSync('mkfifo', [join(...path)]);
}

test('a token that is a pipe keeps everybody out, and mail, reloads and the end go on', async () => {
  const { place, daemon, ask, reload, command } = await start(HTTP + STAFF);
  await putPipe(place, 'token');
  const { http } = daemon;
  if (http === undefined) throw new Error('it serves no http');
  const replies = await Promise.all(
    Array.from({ length: 12 }, () => postJson(http, '/api/purge', { all: true }, TOKEN)),
  );
  for (const { status, text } of replies) {
    expect(status).toBe(503);
    expect(text).toContain(`${place}/token is a pipe, name a file`);
  }
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  await expect(reload(HTTP + STAFF)).rejects.toThrow('token is a pipe, name a file');
  expect(await reload(STAFF)).toBe(true);
  expect(await command('known', { limit: 1 })).toEqual({ addresses: ['ann@example.org'] });
  await daemon.stop();
});

const LISTEN =
  'listen: { endpoint: "tcp://127.0.0.1:0", tls: { cert: localhost.pem, key: localhost.key, clientCa: localhost.pem } }\n';

test.each(['localhost.pem', 'localhost.key'])(
  'a reload to %s that is a pipe fails, and the old settings serve on',
  async (name) => {
    const { place, ask, reload, notes } = await start(STAFF);
    await putPipe(place, name);
    expect(await reload(LISTEN + STAFF)).toBe(false);
    const { fields } = await notes.next("the new configuration can't be used");
    expect(String(Reflect.get(fields, 'err'))).toContain(`${name} is a pipe, name a file`);
    expect(await ask(...ANN)).toBe('OK ann@example.org');
  },
);

test.each([
  ['state', STAFF, 'the state is not believed and left out'],
  ['memory', `cache: { file: memory }\n${STAFF}`, 'the saved memory is not believed and left out'],
])(
  'a daemon starts over a pipe in the place of its %s, which is told',
  async (name, config, text) => {
    const { ask, notes } = await start(config, (place) => {
      execFileSync('mkfifo', [join(place, name)]);
    });
    await notes.next(text);
    expect(await ask(...ANN)).toBe('OK ann@example.org');
  },
);
