import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packagesFolder } from '../support/packages.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { bootMachine, MACHINE_START_MS, type Machine } from '../support/systemd/machine.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 30_000;
const NEXT = '99.0.0';

/** The package as the next version has it; `place` is a folder to work in. */
async function makeNext(from: string, place: string, to: string): Promise<void> {
  await execute('dpkg-deb', ['--raw-extract', from, place]);
  for (const [file, pattern] of [
    ['DEBIAN/control', /^(Version: ).*$/m],
    ['usr/lib/idpmap/package.json', /("version": ")[^"]*/],
  ] as const) {
    const text = await readFile(join(place, file), 'utf8');
    await writeFile(join(place, file), text.replace(pattern, `$1${NEXT}`));
  }
  await execute('dpkg-deb', ['--build', '-Znone', '--root-owner-group', place, to]);
}

describeWith(['root', 'podman', 'nfpm'], 'the package of Debian', () => {
  let machine: Machine;
  let smtp: number;
  let place: Awaited<ReturnType<typeof makeTemporaryDirectory>>;

  const shell = (script: string) => machine.run('sh', '-euc', script);
  const show = (property: string) =>
    machine.run('systemctl', 'show', '--value', '-p', property, 'idpmap');
  const apt = (...parameters: readonly string[]) =>
    shell(
      `DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes ${parameters.join(' ')} </dev/null 2>&1`,
    );

  /** What Postfix says to a recipient. */
  const ask = async (address: string): Promise<number> => {
    const client = await connectSmtp(smtp);
    try {
      await client.ehlo();
      await client.mail('sender@example.com');
      return (await client.rcpt(address)).code;
    } finally {
      client.close();
    }
  };

  beforeAll(async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const first = join(await packagesFolder(), `idpmap_${version}_amd64.deb`);
    place = await makeTemporaryDirectory('idpmap-packages');
    const next = join(place.path, 'next.deb');
    await makeNext(first, join(place.path, 'unpacked'), next);
    machine = await bootMachine([
      `${first}:/packages/idpmap.deb:ro`,
      `${next}:/packages/next.deb:ro`,
    ]);
  }, MACHINE_START_MS);
  afterAll(async () => {
    await machine?.stop();
    await place?.remove();
  });

  test('installs on Debian with nothing fetched, starts nothing, and says what to do', async () => {
    const said = await apt('install', '/packages/idpmap.deb');
    expect(said).toContain('idpmap runs once it is configured: /etc/idpmap/idpmap.yaml says how');
    expect([await show('ActiveState'), await show('UnitFileState')]).toEqual([
      'inactive',
      'disabled',
    ]);
  });

  test.each([
    ['/etc/idpmap', 'root:idpmap 2750'],
    ['/etc/idpmap/idpmap.yaml', 'root:idpmap 640'],
    ['/var/spool/postfix/idpmap', 'idpmap:postfix 2710'],
  ])('gives %s its owner', async (path, owner) => {
    expect(await machine.run('stat', '-c', '%U:%G %a', path)).toBe(owner);
  });

  test('says that nothing is configured, before it is', async () => {
    await expect(machine.run('idpmap', 'check')).rejects.toThrow('no domain is configured');
  });

  test('answers Postfix in its jail once what its configuration explains is taken up', async () => {
    await shell(`sed -i '/yaml-language-server/!s/^#\\([^#]\\)/\\1/' /etc/idpmap/idpmap.yaml
      printf 'accounts: [{ address: ann@example.org }]\\n' >/etc/idpmap/people.yaml
      idpmap check
      systemctl enable --now idpmap
      idpmap postfix | while IFS= read -r line; do
        case $line in '#'* | '') ;; *) postconf -e "$line" ;; esac
      done
      postconf -e mydestination= virtual_transport=discard: smtpd_peername_lookup=no disable_dns_lookups=yes \\
        smtpd_client_connection_rate_limit=0 maillog_file=/var/log/postfix.log
      systemctl start postfix`);
    smtp = await machine.forward(25);
    expect(
      await until(async () => (await ask('ann@example.org').catch(() => 0)) === 250, LIMIT_MS),
    ).toBe(true);
    expect(await ask('stranger@example.org')).toBe(550);
  });

  test('runs the Node that it was tested with', async () => {
    expect(await machine.run('readlink', `/proc/${await show('MainPID')}/exe`)).toBe(
      '/usr/lib/idpmap/bin/node',
    );
    expect(await machine.run('/usr/lib/idpmap/bin/node', '--version')).toBe(process.version);
  });

  test('arranges the socket’s place again when it starts, for a Postfix that came later', async () => {
    await shell('systemctl stop idpmap; rm -r /var/spool/postfix/idpmap; systemctl start idpmap');
    const socket = '/var/spool/postfix/idpmap/socketmap';
    expect(await machine.run('stat', '-c', '%U:%G %a', socket)).toBe('idpmap:postfix 660');
    expect(await until(async () => (await ask('ann@example.org')) === 250, LIMIT_MS)).toBe(true);
  });

  test('is upgraded without one deferred mail, and keeps its configuration', async () => {
    const before = await show('MainPID');
    const codes: number[] = [];
    const state = { isDone: false };
    const upgrade = apt('install', '/packages/next.deb').finally(() => {
      state.isDone = true;
    });
    while (!state.isDone) codes.push(await ask('ann@example.org'));
    await upgrade;
    expect([...new Set(codes)]).toEqual([250]);
    expect(await show('MainPID')).not.toBe(before);
    expect(await machine.run('idpmap', '--version')).toBe(NEXT);
    expect(await shell('grep -c "^listen:" /etc/idpmap/idpmap.yaml')).toBe('1');
    expect(await ask('ann@example.org')).toBe(250);
  }, 120_000);

  test('goes on with what runs, where the next version does not start', async () => {
    const before = await show('MainPID');
    const folder = '/etc/systemd/system/idpmap-relief.service.d';
    await shell(
      `mkdir -p ${folder}; printf '[Service]\\nEnvironment=IDPMAP_CONFIG=/nowhere\\n' >${folder}/test.conf`,
    );
    const said = await apt('reinstall', '/packages/next.deb');
    expect(said).toContain('the new version does not start, so the one before goes on');
    expect(await show('MainPID')).toBe(before);
    await shell(`rm -r ${folder}; systemctl daemon-reload; systemctl reset-failed idpmap-relief`);
  });

  test('stops when it is removed, and leaves the configuration', async () => {
    await apt('remove', 'idpmap');
    expect(await machine.run('sh', '-c', 'pgrep -f lib/idpmap || true')).toBe('');
    expect(await shell('ls /etc/idpmap; ls /run /usr/lib /usr/bin | grep idpmap || true')).toBe(
      'idpmap.yaml\npeople.yaml',
    );
  });

  test('leaves nothing behind when it is purged', async () => {
    await apt('purge', 'idpmap');
    // What other programs write down of it is theirs.
    const others = '-path /var/log -o -path /var/lib/dpkg -o -path /packages';
    expect(await shell(`find / -xdev \\( ${others} \\) -prune -o -name '*idpmap*' -print`)).toBe(
      '',
    );
    expect(await machine.run('sh', '-c', 'grep idpmap /etc/passwd /etc/group || true')).toBe('');
  });
});
