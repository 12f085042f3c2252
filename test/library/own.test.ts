import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkConformance, checkLaw, type Misdeed, type Subject } from 'idpmap/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import hr from '../../docs/examples/hr.ts';
import type { Directory } from '../../src/directory/directory.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { type HrApi, startHrApi, TOKEN, WITNESS } from './hr-api.ts';

const EXAMPLE = join(import.meta.dirname, '../../docs/examples/hr.ts');

let api: HrApi;
let place: TemporaryDirectory;
beforeAll(async () => {
  api = await startHrApi();
  place = await makeTemporaryDirectory('idpmap-own');
});
afterAll(async () => {
  await api.stop();
  await place.remove();
});

type Type = typeof hr;

/** What the checkers are told of the HR system. */
const subjectOf = (type: Type): Subject => ({
  store: { host: '127.0.0.1', port: api.port },
  open: async ({ host, port }): Promise<Directory> => {
    const written = { url: `http://${host}:${port}`, token: TOKEN, witness: WITNESS };
    return type.openForTest(written);
  },
  people: [
    { address: 'Ann@Example.org', aliases: ['A.Smith@example.org'], logins: ['ann'] },
    { address: 'joann@example.org' },
    { address: 'gone@example.org', enabled: false },
    { address: WITNESS },
  ],
  nobody: ['nobody@example.org', 'an@example.org'],
  speaks: 'http',
});

async function examine(type: Type): Promise<readonly Misdeed[]> {
  const misdeeds = await checkConformance(subjectOf(type));
  return misdeeds.length > 0 ? misdeeds : checkLaw(subjectOf(type));
}

test('the example of docs/library.md has sixty lines, and does nothing wrong', async () => {
  expect((await readFile(EXAMPLE, 'utf8')).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  expect(await examine(hr)).toEqual([]);
});

/** Mistakes that anybody could make in it, and what is said of each. */
const MISTAKES = [
  {
    mistake: 'an error taken for nobody',
    from: "if (reply.status !== 200) throw new Fault('directory', `the API says ${reply.status}`);",
    to: 'if (reply.status !== 200) return [];',
    told: /does not (?:deny|take it for "nobody").* at: a 500/,
  },
  {
    mistake: 'a 404 of the wrong kind',
    from: 'if (reply.status !== 200)',
    to: 'if (reply.status === 404) return []; if (reply.status !== 200)',
    told: /does not (?:deny|take it for "nobody").* at: a 404 of/,
  },
  {
    mistake: 'a swallowed abort',
    from: 'fetch(query, { headers, signal,',
    to: 'fetch(query, { headers,',
    told: /ends with its signal|refuses whoever gave up before/,
  },
  {
    mistake: 'a match that knows capitals',
    from: 'found.map(toEntry)',
    to: 'found.filter(({ email, alsoKnownAs }) => [email, ...alsoKnownAs].includes(mail)).map(toEntry)',
    told: /finds ann@example.org with all that it is/,
  },
  {
    mistake: 'a page that is cut short',
    from: 'if (found.length >= said.total) return',
    to: 'return',
    told: /finds ann@example.org with all that it is/,
  },
] as const;

test.each(MISTAKES)('is seen through with $mistake', async ({ mistake, from, to, told }) => {
  const right = await readFile(EXAMPLE, 'utf8');
  expect(right).toContain(from);
  const file = join(place.path, `${mistake.replaceAll(' ', '-')}.ts`);
  await writeFile(file, right.replace(from, to));
  const { default: wrong }: { default: Type } = await import(pathToFileURL(file).href);
  const misdeeds = await examine(wrong);
  expect(misdeeds.map(({ check, told: what }) => `${check}: ${what}`).join('\n')).toMatch(told);
});
