import { chmod, chown, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findWriter } from '../../../src/directory/custom/trust.ts';
import { openDirectory } from '../../../src/directory/types.ts';
import { printSettings } from '../../../src/settings.ts';
import { createScratch, loadText } from '../../config/fixture.ts';
import { quietHooks } from '../../support/hooks.ts';
import { describeWith } from '../../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../support/temporary.ts';

const LEDGER = fileURLToPath(new URL('ledger.mjs', import.meta.url));

const configured = (settings: string, more = ''): string =>
  `domains: { example.org: { directory: staff } }
directories:
  staff:
    type: custom
    module: ${LEDGER}
    ${more}
    settings:
${settings.replaceAll(/^/gm, '      ')}
`;

const RIGHT = 'token: sesame\nbook: /srv/book\nnames: [ann, bob]';

test('answers as its module says', async () => {
  const { settings } = await loadText(configured(RIGHT));
  const [directory] = Object.values(settings.directories);
  if (directory === undefined) throw new Error('it has no directory');
  const opened = await openDirectory(directory, quietHooks());
  const { signal } = new AbortController();
  expect(await opened.find('ann@example.org', { signal })).toMatchObject({ status: 'found' });
  expect(await opened.find('eve@example.org', { signal })).toMatchObject({ status: 'none' });
  // Only where it is told to.
  expect('domains' in opened && opened.domains !== undefined).toBe(false);
  await opened.close();
});

test('lists domains where it is told to', async () => {
  const { settings } = await loadText(configured(RIGHT, 'listDomains: true'));
  const [directory] = Object.values(settings.directories);
  if (directory === undefined) throw new Error('it has no directory');
  const opened = await openDirectory(directory, quietHooks());
  expect(await opened.domains?.(new AbortController().signal)).toMatchObject({
    value: ['listed.example'],
  });
});

test.each([
  [
    'a name that is written wrong',
    'tokn: sesame\ntoken: x\nbook: b\nnames: [ann]',
    '.yaml:8:7: directories.staff.settings.tokn: unknown key, "token" is set already, keep one of them',
  ],
  [
    'a value of another kind',
    'token: sesame\nbook: b\nnames: [ann]\nwait: 5',
    '.yaml:11:13: directories.staff.settings.wait: 5 has no unit',
  ],
  [
    'a word that is none',
    'token: s\nbook: b\nnames: a\nmode: ajar',
    '.yaml:11:13: directories.staff.settings.mode: unknown value "ajar"',
  ],
  [
    'a URL that is none',
    'token: s\nbook: b\nnames: a\nurl: nowhere',
    '.yaml:11:12: directories.staff.settings.url: "nowhere" is no URL',
  ],
  [
    'a missing one',
    'token: sesame\nnames: [ann]',
    '.yaml:7:5: directories.staff.settings.book: is missing, write book: book.txt',
  ],
  [
    'what only its code reads',
    'token: s\nbook: b\nnames: [nobody]',
    '.yaml:10:14: directories.staff.settings.names: names nobody',
  ],
  [
    'a secret that is not there',
    'token: { file: /nonexistent }\nbook: b\nnames: a',
    '.yaml:8:14: directories.staff.settings.token: file /nonexistent does not exist',
  ],
])('tells %s with line and column', async (_, settings, told) => {
  await expect(loadText(configured(settings))).rejects.toThrow(told);
});

test('prints its settings without secrets, and so that they load again', async () => {
  const { settings } = await loadText(configured(RIGHT));
  const printed = printSettings(settings);
  expect(printed).not.toContain('sesame');
  expect(printed).toContain('token: "***"');
  expect((await loadText(printed)).settings.directories['staff']).toMatchObject({ module: LEDGER });
  expect(JSON.stringify(settings.directories)).not.toContain('sesame');
});

describe('a module that can not be used', () => {
  let place: TemporaryDirectory;
  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-custom');
  });
  afterAll(() => place.remove());

  test.each([
    ['is not there', undefined, /can't be looked at: ENOENT/],
    ['is no JavaScript', 'this is none', /can't be loaded: /],
    [
      'gives nothing',
      'export const x = 1;',
      /gives no type of directory: export default defineDirectory/,
    ],
    ['throws', 'throw new Error("at once")', /can't be loaded: at once/],
  ])('that %s is told', async (name, text, told) => {
    using scratch = createScratch();
    const file = text === undefined ? `/nonexistent/${name}` : scratch.write('module.mjs', text);
    const loading = loadText(configured(RIGHT).replace(LEDGER, `"${file}"`));
    await expect(loading).rejects.toThrow(/\.yaml:5:13: directories\.staff\.module: /);
    await expect(loading).rejects.toThrow(told);
  });

  test('is found as a package, or told', async () => {
    await expect(loadText(configured(RIGHT).replace(LEDGER, 'no-such-package'))).rejects.toThrow(
      /there is no package no-such-package in /,
    );
  });

  test('that others may write is refused', async () => {
    const file = join(place.path, 'open.mjs');
    await copyFile(LEDGER, file);
    await chmod(file, 0o666);
    await expect(loadText(configured(RIGHT).replace(LEDGER, file))).rejects.toThrow(
      /mode 666, others could make idpmap do anything: chmod go-w/,
    );
    await chmod(file, 0o644);
    expect(await findWriter(file)).toBeUndefined();
  });

  test('in a directory where anybody may put another is refused, through a link too', async () => {
    const open = join(place.path, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    const file = join(open, 'module.mjs');
    await writeFile(file, '', { mode: 0o600 });
    const link = join(place.path, 'link.mjs');
    await symlink(file, link);
    expect(await findWriter(link)).toContain(`anybody may put another file into ${open}`);
    expect(await findWriter(open)).toContain('is no file');
  });
});

describeWith(['root'], 'a module of somebody else', () => {
  test('is refused, and so is one in their directory', async () => {
    const place = await makeTemporaryDirectory('idpmap-custom');
    const [file, theirs] = [join(place.path, 'a.mjs'), join(place.path, 'theirs')];
    await writeFile(file, '', { mode: 0o600 });
    await chown(file, 12_345, 12_345);
    expect(await findWriter(file)).toContain('belongs to uid 12345');
    await mkdir(theirs, { mode: 0o755 });
    await writeFile(join(theirs, 'b.mjs'), '', { mode: 0o600 });
    await chown(theirs, 12_345, 12_345);
    expect(await findWriter(join(theirs, 'b.mjs'))).toContain(
      `the directory ${theirs} belongs to uid 12345`,
    );
    await place.remove();
  });
});
