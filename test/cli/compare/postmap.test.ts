import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAskTables, faultOf, readFound } from '../../../src/cli/compare/postmap.ts';
import type { RunPostmap } from '../../../src/cli/compare/run.ts';

/** A postmap that ends as the real one does: at the first key that fails, with all it had found unsaid. */
function createPostmap(
  values: Readonly<Record<string, string>>,
  failing: (key: string) => boolean,
) {
  const runs: (readonly string[])[] = [];
  const run: RunPostmap = async (_, input) => {
    const keys = input.split('\n').slice(0, -1);
    runs.push(keys);
    if (keys.some(failing))
      return { code: 1, stdout: '', stderr: 'postmap: fatal: table x: query error: Success\n' };
    const found = keys.filter((key) => Object.hasOwn(values, key));
    const stdout = found.map((key) => `${key}\t${values[key]}\n`).join('');
    return { code: found.length === 0 ? 1 : 0, stdout, stderr: '' };
  };
  return { run, runs };
}

const TEMP = { status: 'TEMP', reason: 'table x: query error: Success' };

test('keys that fail are found in a batch, and all others keep their answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.emailAddress(), { maxLength: 50 }),
      fc.func(fc.constantFrom('OK', 'NOTFOUND', 'TEMP', 'OK', 'OK')),
      async (keys, of) => {
        const failing = keys.filter((key) => of(key) === 'TEMP').slice(0, 7);
        const ok = keys.filter((key) => of(key) === 'OK');
        const values = Object.fromEntries(ok.map((key) => [key, `to ${key}`]));
        const { run } = createPostmap(values, (key) => failing.includes(key));
        const answers = await createAskTables(run)(['x'], keys);
        expect(answers.size).toBe(ok.length + failing.length);
        for (const key of failing) expect(answers.get(key)).toEqual(TEMP);
        for (const key of ok) expect(answers.get(key)).toEqual({ status: 'OK', data: `to ${key}` });
      },
    ),
  );
});

test('a table that fails for all is not asked for each', async () => {
  const { run, runs } = createPostmap({}, () => true);
  const keys = Array.from({ length: 2000 }, (_, i) => `person${i}@example.org`);
  await expect(createAskTables(run)(['x'], keys)).rejects.toMatchObject({
    code: 75,
    message: expect.stringContaining('"table x: query error: Success"'),
  });
  expect(runs.length).toBeLessThan(40);
});

test.each([
  ['open database /etc/x: Permission denied', 'as root'],
  ['open /etc/postfix/main.cf: No such file or directory', '--postfix-config'],
  ['unsupported dictionary type: pcre', 'postfix-pcre'],
  ['open database /etc/x.db: No such file or directory', 'postmap TYPE:FILE'],
  ['open database /etc/x: No such file or directory', 'the whole path'],
  ['table ldap:/x: sequence operation is not supported', '--from FILE'],
])('tells what helps where postmap says %s', async (words, remedy) => {
  const run: RunPostmap = async () => ({
    code: 1,
    stdout: '',
    stderr: `postmap: fatal: ${words}\n`,
  });
  await expect(createAskTables(run)(['x'], ['a'])).rejects.toMatchObject({
    code: 65,
    message: expect.stringMatching(new RegExp(`${RegExp.escape(`"${words}"`)}.*${remedy}`)),
  });
});

test('a warning of a key is no fault, and neither is that nothing is found', async () => {
  const stderr = 'postmap: warning: non-UTF-8 key\n';
  const run: RunPostmap = async () => ({ code: 1, stdout: '', stderr });
  expect(await createAskTables(run)(['x'], ['a'])).toEqual(new Map());
});

test('what a value holds does not move those of other keys', () => {
  const keys = ['"a b"@x.org', 'bücher', 'none', 'last'];
  const stdout = '"a b"@x.org\tone\ttwo\nbücher\tfirst line\nsecond line\nlast\tlast\tbücher\n';
  expect([...readFound(stdout, keys)]).toEqual([
    ['"a b"@x.org', { status: 'OK', data: 'one\ttwo' }],
    ['bücher', { status: 'OK', data: 'first line\nsecond line' }],
    ['last', { status: 'OK', data: 'last\tbücher' }],
  ]);
});

test('a fault is told with what the database said before', () => {
  const stderr =
    'postmap: warning: connect to mysql server db: Access denied\npostmap: fatal: table mysql:/a.cf: query error: Success\n';
  expect(faultOf({ code: 1, stdout: '', stderr })).toBe(
    'table mysql:/a.cf: query error: Success (connect to mysql server db: Access denied)',
  );
});
