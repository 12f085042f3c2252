import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { peopleCheck, peopleSeal } from '../../src/cli/people.ts';
import { capture, configure } from '../support/command.ts';

const STAFF = 'accounts: [{ address: ann@example.org }]\ngroups: []\n';

async function makeFile(text: string): Promise<string> {
  const { place } = await configure({ 'people.yaml': text });
  return join(place, 'people.yaml');
}

test('check tells what a people file holds', async () => {
  const file = await makeFile(STAFF);
  expect(await capture(() => peopleCheck(file, {}))).toEqual({
    code: EXIT.ok,
    text: `${file}: no mistakes, 1 accounts, 0 groups, not sealed\n`,
  });
});

test('check tells of aliases in doubt, and of the mark', async () => {
  const file = await makeFile(
    'accounts: [{ address: a@b.example, aliases: [x@b.example] }, { address: c@b.example, aliases: [x@b.example] }]\nend: {}',
  );
  const { code, text } = await capture(() => peopleCheck(file, { json: true }));
  expect([code, JSON.parse(text)]).toMatchObject([
    EXIT.ok,
    { accounts: 2, isSealed: true, doubts: [expect.stringContaining('two accounts')] },
  ]);
});

test('check lists all mistakes, with their places', async () => {
  const file = await makeFile('accounts: [{ adress: x }]\nopne: []');
  const { code, text } = await capture(() => peopleCheck(file, {}));
  expect(code).toBe(EXIT.data);
  expect(text).toContain('1:14: accounts[0].adress: unknown key');
  expect(text).toContain('2:1: opne: unknown key');
});

test('seal replaces the file at once, with the rights that it had, and leaves nothing beside it', async () => {
  const file = await makeFile(STAFF);
  await chmod(file, 0o640);
  const before = await stat(file);
  const { code, text } = await capture(() => peopleSeal(file, {}));
  expect([code, text]).toEqual([EXIT.ok, `${file}: sealed, 1 accounts, 0 groups\n`]);
  expect(await readFile(file, 'utf8')).toBe(
    `sealed: true\n${STAFF}end: { accounts: 1, groups: 0 }\n`,
  );
  const after = await stat(file);
  expect([after.mode & 0o777, after.ino === before.ino]).toEqual([0o640, false]);
  expect(await readdir(join(file, '..'))).toEqual(['people.yaml']);
});

test('seal follows a link', async () => {
  const file = await makeFile(STAFF);
  const link = join(file, '../link.yaml');
  await symlink('people.yaml', link);
  await capture(() => peopleSeal(link, {}));
  expect(await readFile(file, 'utf8')).toContain('end: {');
});

test.each([
  ['has a mistake', 'accounts: [', /people\.yaml/],
  ['is not UTF-8', Buffer.from([0xff, 0xfe, 0x61]), /is not UTF-8/],
  ['is cut off', 'accounts:\n- { address: ann@ex', /people\.yaml/],
])('seal leaves a file alone that %s', async (_, content, problem) => {
  const file = await makeFile('');
  await writeFile(file, content);
  const { code, text } = await capture(() => peopleSeal(file, {}));
  expect(code).toBe(EXIT.data);
  expect(text).toMatch(problem);
  expect(await readFile(file)).toEqual(Buffer.from(content));
});

test('a file that is not there is told', async () => {
  await expect(peopleSeal('/nowhere/people.yaml', {})).rejects.toMatchObject({ code: EXIT.data });
  await expect(peopleCheck('/nowhere/people.yaml', {})).rejects.toThrow("can't be read");
});
