import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../../../src/cli/check/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import { initByAsking } from '../../../src/cli/init/ask/wizard.ts';
import { KINDS, type TypeName } from '../../../src/cli/init/begin.ts';
import { capture } from '../../support/command.ts';
import { answerBy, END } from '../../support/dialogue.ts';
import { makePlace } from '../../support/instance.ts';

/** What `idpmap check` says of a file. */
const checked = (config: string) =>
  capture(() => check({ config, queueDirectory: '/var/spool/postfix' }));

/** As a script of a machine's would call it: nobody is there. */
async function unasked(name: TypeName, options: object) {
  const told: string[] = [];
  const { code, text } = await capture(() =>
    initByAsking(
      name,
      KINDS[name],
      { ...options },
      {
        isPiped: true,
        tell: (line) => told.push(line),
      },
    ),
  );
  return { code, text, told: told.join('\n') };
}

describe('a people file', () => {
  test('is begun with the first accounts, shown, and passes check', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const { code, said } = await answerBy('file', { output }, [
      [/people file/, ''],
      [/first accounts/, 'ann@example.org bob@example.org cy@example.org dee@example.org'],
      [/Domains .*\[example\.org\]/, ''],
      [/postmaster .*\[ann@example\.org\]/, ''],
    ]);
    expect(said).toContain('shows 4 addresses: ann@example.org, bob@example.org, cy@example.org …');
    expect(code).toBe(EXIT.ok);
    const { code: verdict, text } = await checked(output);
    expect({ verdict, text }).toMatchObject({ verdict: EXIT.ok });
    expect(text).not.toMatch(/^(?:warning|failed)/m);
  });

  test('that is there is taken as it is', async () => {
    const place = await makePlace();
    const people = join(place, 'ours.yaml');
    await writeFile(people, 'accounts: [{ address: ann@example.org }]\n');
    const output = join(place, 'idpmap.yaml');
    const { code } = await unasked('file', { people, domain: ['example.org'], output });
    expect(code).toBe(EXIT.ok);
    expect(await readdir(place)).toEqual(['idpmap.yaml', 'ours.yaml']);
    expect((await checked(output)).code).toBe(EXIT.ok);
  });

  test('with a mistake is told, and asked for again', async () => {
    const place = await makePlace();
    const people = join(place, 'ours.yaml');
    await writeFile(people, 'accounts: [{ adress: ann@example.org }]\n');
    const { said } = await answerBy('file', {}, [
      [/people file/, people],
      [/adress.*people file/s, END],
    ]);
    expect(said).toMatch(/ours\.yaml:1:.*adress/);
  });
});

describe('an answer', () => {
  test('that can not be meant is told with the remedy, and asked for again', async () => {
    const { said } = await answerBy('file', {}, [
      [/people file/, ''],
      [/first accounts/, 'ann'],
      [/first accounts/, END],
    ]);
    expect(said).toContain('ann is none, write it like ann@example.org');
  });

  test('is not asked for where an option gives it', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    const { code, said } = await answerBy('file', { output, domain: ['example.net'] }, [
      [/people file/, ''],
      [/first accounts/, 'ann@example.org'],
      [/postmaster/, ''],
    ]);
    expect(code).toBe(EXIT.ok);
    expect(said).not.toContain('Domains of your mail');
    expect(said).toContain('none of these is at example.net');
  });

  test('of a wrong option is no question where nobody is there', async () => {
    await expect(unasked('file', { account: ['ann'] })).rejects.toMatchObject({
      code: EXIT.usage,
      message: '--account ann is none, write it like ann@example.org',
    });
  });
});

test.each([
  ['file', '--account'],
  ['ldap', '--url, --bind-dn, --password-file'],
  ['keycloak', '--url, --realm, --domain'],
  ['postgresql', '--database, --preset'],
  ['mysql', '--database, --preset'],
  ['sqlite', '--path, --preset'],
] as const)(
  'without a terminal init %s says in one line that it lacks %s',
  async (name, lacking) => {
    await expect(unasked(name, {})).rejects.toMatchObject({
      code: EXIT.usage,
      message: `init ${name} lacks ${lacking}: add what is missing, or run it in a terminal, where it asks`,
    });
  },
);

describe('what is there', () => {
  test('is not overwritten unless that is answered', async () => {
    const place = await makePlace();
    const [output, other] = [join(place, 'idpmap.yaml'), join(place, 'other.yaml')];
    await writeFile(output, 'mine');
    const { code } = await answerBy('file', { output }, [
      [/people file/, ''],
      [/first accounts/, 'ann@example.org'],
      [/Domains/, ''],
      [/postmaster/, ''],
      [/is there already/, other],
    ]);
    expect(code).toBe(EXIT.ok);
    expect(await readFile(output, 'utf8')).toBe('mine');
    expect((await checked(other)).code).toBe(EXIT.ok);
  });

  test('is not overwritten without --force where nobody can be asked', async () => {
    const place = await makePlace();
    const output = join(place, 'idpmap.yaml');
    await writeFile(output, 'mine');
    const options = { account: ['ann@example.org'], output };
    await expect(unasked('file', options)).rejects.toMatchObject({ code: EXIT.data });
    expect(await readdir(place)).toEqual(['idpmap.yaml']);
    expect(await readFile(output, 'utf8')).toBe('mine');
    expect((await unasked('file', { ...options, force: true })).code).toBe(EXIT.ok);
    expect((await checked(output)).code).toBe(EXIT.ok);
  });
});

test('the end of the input leaves nothing written', async () => {
  const place = await makePlace();
  const output = join(place, 'idpmap.yaml');
  const { code } = await answerBy('file', { output }, [
    [/people file/, ''],
    [/first accounts/, 'ann@example.org'],
    [/Domains/, END],
  ]);
  expect(code).toBe('no more answers: nothing was written');
  expect(await readdir(place)).toEqual([]);
});

test('of files that can not all be written none is', async () => {
  const place = await makePlace();
  const output = join(place, 'missing', 'idpmap.yaml');
  await mkdir(join(place, 'beside'));
  await expect(unasked('file', { account: ['ann@example.org'], output })).rejects.toMatchObject({
    code: EXIT.data,
    message: expect.stringContaining(`can't be written`),
  });
  expect(await readdir(place)).toEqual(['beside']);
});

test('without a place it is printed, and the commands write the people file', async () => {
  const { text, told } = await unasked('file', { account: ['ann@example.org'] });
  expect(told).toContain('shows 1 address: ann@example.org');
  expect(text).toMatch(/^directories:$/m);
  expect(text).toMatch(/^cat >people\.yaml <<'END'$/m);
});
