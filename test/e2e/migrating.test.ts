import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { readPage } from '../docs/pages.ts';
import { startDaemonProcess } from '../support/daemon.ts';
import { findFreePorts } from '../support/loopback.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The blocks of a section of docs/migrating.md that are in this language. */
function blocksOf(section: string, language: string): readonly string[] {
  const text = readPage('docs/migrating.md').split(/^## /m);
  const own = text.find((each) => each.startsWith(`${section}\n`)) ?? '';
  return [...own.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map(
    ([, block = '']) => block.replaceAll(/^ {3}/gm, ''),
  );
}

/** A machine of somebody who migrates: its /etc lies in a place of its own, and idpmap is installed. */
async function makeMachine() {
  const place = await makeTemporaryDirectory('idpmap-migrating');
  onTestFinished(() => place.remove());
  const [port = 0] = await findFreePorts(1);
  const bin = join(place.path, 'bin');
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(place.path, 'etc', name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  await mkdir(bin);
  await write('idpmap/.keep', '');
  await symlink(join(ROOT, 'deploy/bin/idpmap'), join(bin, 'idpmap'));
  // There is no such user here.
  await writeFile(join(bin, 'chown'), '#!/bin/sh\necho "chown $*"\n');
  await chmod(join(bin, 'chown'), 0o755);
  const here = (text: string): string =>
    text.replaceAll('/etc/', `${join(place.path, 'etc')}/`).replaceAll('9100', String(port));
  const env = { PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH']}` };
  return {
    write,
    read: (name: string) => readFile(join(place.path, 'etc', name), 'utf8'),
    /** Runs commands as they stand there; gives what they print. */
    run: async (commands: string, directory = place.path): Promise<string> => {
      const { stdout } = await promisify(execFile)('sh', ['-euc', here(commands)], {
        env,
        cwd: directory,
      });
      return stdout;
    },
    serve: async () => {
      const config = join(place.path, 'etc/idpmap/idpmap.yaml');
      const daemon = await startDaemonProcess(['serve', '--config', config], {
        IDPMAP_LISTEN: `tcp://127.0.0.1:${port}`,
        IDPMAP_CONTROL: join(place.path, 'control'),
      });
      onTestFinished(() => daemon.stop());
    },
  };
}

/** Blocks whose commands other tests run: they need servers, or a mail log. */
const ELSEWHERE = [
  /idpmap compare/, // compare.test.ts
  /postconf -e 'virtual_alias_maps/, // postfix-apply.test.ts, maincf.test.ts
  /idpmap init mysql/, // integration/sql-presets.test.ts
];

const HERE = [/idpmap import main.cf/, /sed -n 's\/\^password/, /import sockmapd/, /printf/];

test('each block of commands is run by a test', () => {
  const page = readPage('docs/migrating.md');
  const blocks = [...page.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, block = '']) => block);
  const missed = blocks.filter(
    (each) => ![...ELSEWHERE, ...HERE].some((known) => known.test(each)),
  );
  // Each is run below, or by the test that is named beside it above.
  expect(missed).toEqual([]);
  expect(blocks.length).toBeGreaterThan(8);
});

describeWith(['postfix', 'netcat'], 'the commands of docs/migrating.md', () => {
  test('import main.cf, and take the password out of a table', async () => {
    const machine = await makeMachine();
    const [imports = '', passwords = ''] = blocksOf("Postfix's own tables", 'sh');
    await machine.write(
      'postfix/sql/aliases.cf',
      "hosts = 127.0.0.1\nuser = postfix\npassword = sec ret\ndbname = mail\nquery = SELECT goto FROM alias WHERE address = '%s'\n",
    );
    const [forPostconf = ''] = imports.match(/^postconf -n .*$/m) ?? [];
    const main = await machine.write('postfix/main.cf', '');
    await writeFile(
      main,
      `compatibility_level = 3.6\nvirtual_alias_maps = mysql:${dirname(main)}/sql/aliases.cf\n`,
    );
    const [first = ''] = imports.split('\n');
    await machine.run(first);
    const imported = await machine.read('idpmap/idpmap.yaml');
    expect(imported).toContain('type: mysql');
    await machine.run(forPostconf.replace('postconf', 'postconf -c /etc/postfix'));
    expect(await machine.read('idpmap/idpmap.yaml')).toContain('type: mysql');
    expect(imported).toContain('mysql.password');
    expect(await machine.run(passwords)).toMatch(/^chown idpmap: .*mysql\.password\n$/);
    expect(await machine.read('idpmap/mysql.password')).toBe('sec ret');
  });

  test('import what sockmapd was configured with', async () => {
    const machine = await makeMachine();
    const [imports = ''] = blocksOf('sockmapd', 'sh');
    const config = {
      sysconfig: { port: 9100 },
      database: { host: ['127.0.0.1'], port: 3306, user: 'postmap', password: 'secret' },
      postmaps: [
        { service: 'blacklist', database: 'postfix', table: 'bw', key: 'name', value: 'status' },
      ],
    };
    await machine.write('config.json', JSON.stringify(config));
    await machine.run(`cd /etc/; ${imports}`);
    const imported = await machine.read('idpmap/idpmap.yaml');
    expect(imported).toContain('sockmapd.password');
    expect(imported).toMatch(/keys: host/);
  });

  test('answer as Silver did, from the files that stand there', async () => {
    const machine = await makeMachine();
    const [people = '', config = ''] = blocksOf('Silver', 'yaml');
    const [compare = ''] = blocksOf('Silver', 'sh');
    await machine.write('idpmap/people.yaml', people);
    await machine.write('idpmap/idpmap.yaml', config);
    await machine.serve();
    // It listens before it has read the file.
    const [first = ''] = compare.split('\n');
    const isRead = async () => (await machine.run(first)).startsWith('OK');
    expect(await until(isRead, 20_000)).toBe(true);
    expect((await machine.run(compare)).split('\n').filter((line) => line !== '')).toEqual([
      'OK test@example.com',
      'test@example.com',
      'everybody@test.com',
    ]);
  });
});
