import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { MACHINE_START_MS, type Machine, startMachine } from '../support/systemd/machine.ts';
import { until } from '../support/until.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const LIMIT_MS = 30_000;

/** What Postfix says to a recipient, in a session of its own. */
async function askRecipient(port: number, address: string): Promise<number> {
  const client = await connectSmtp(port);
  try {
    await client.ehlo();
    await client.mail('sender@example.com');
    const { code } = await client.rcpt(address);
    return code;
  } finally {
    client.close();
  }
}

/** Asks for the same recipient again and again until `work` is done. */
async function askDuring(port: number, work: Promise<unknown>): Promise<readonly number[]> {
  const codes: number[] = [];
  const state = { isDone: false };
  const done = work.finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) codes.push(await askRecipient(port, 'ann@example.org'));
  await done;
  return codes;
}

/** The last commands before idpmap is started, as the unit's head has them. */
async function readStart(): Promise<readonly string[]> {
  const unit = await readFile(join(REPOSITORY, 'deploy/systemd/idpmap.service'), 'utf8');
  const [, block = ''] = /((?:#   \S.*\n)+)#   systemctl daemon-reload/.exec(unit) ?? [];
  const commands = block.split('\n').filter((line) => line !== '');
  if (commands.length < 2) throw new Error('the unit’s head does not say how to start it');
  return commands.map((line) => line.replace('#', ''));
}

describeWith(['root', 'podman'], 'idpmap under a systemd of its own', () => {
  let machine: Machine;
  let smtp: number;

  const systemctl = (...parameters: readonly string[]) => machine.run('systemctl', ...parameters);
  const show = (property: string) => systemctl('show', '--value', '-p', property, 'idpmap');
  const statusOf = async (field: string) => {
    const status = await machine.run('cat', `/proc/${await show('MainPID')}/status`);
    return new RegExp(`^${field}:\\s*(.*?)\\s*$`, 'm').exec(status)?.[1];
  };

  beforeAll(async () => {
    machine = await startMachine();
    await systemctl('start', 'idpmap', 'postfix');
    smtp = await machine.forward(25);
    await until(
      async () => (await askRecipient(smtp, 'ann@example.org').catch(() => 0)) > 0,
      LIMIT_MS,
    );
  }, MACHINE_START_MS);
  afterAll(() => machine?.stop());

  test('listens when its start is done', async () => {
    await systemctl('stop', 'idpmap');
    await systemctl('start', 'idpmap');
    const socket = '/var/spool/postfix/idpmap/socketmap';
    expect(await machine.run('stat', '-c', '%U:%G %a', socket)).toBe('idpmap:postfix 660');
  });

  test.each([
    [250, 'ann@example.org'],
    [550, 'stranger@example.org'],
  ])('lets Postfix in its jail say %i to %s', async (code, address) => {
    expect(await askRecipient(smtp, address)).toBe(code);
  });

  test.each([
    ['no group but its own', 'Groups', /^\d+$/],
    ['no capability', 'CapBnd', /^0+$/],
    ['no way to new privileges', 'NoNewPrivs', /^1$/],
    ['a filter of system calls', 'Seccomp', /^2$/],
  ])('runs with %s', async (_, field, value) => {
    expect(await statusOf(field)).toMatch(value);
  });

  test('answers root’s commands without being told where it is', async () => {
    expect(await machine.run('idpmap', 'lookup', 'user-exists', 'ann@example.org')).toBe(
      'OK ann@example.org',
    );
  });

  test('logs readable lines with priorities', async () => {
    const read = (priority: string) =>
      machine.run('journalctl', '-u', 'idpmap', '-o', 'cat', '-p', priority);
    expect(await read('info..info')).toMatch(/^listening: endpoints=/m);
    expect(await read('warning')).not.toContain('listening');
  });

  test('takes up an edited file of people', async () => {
    const text = 'accounts: [{ address: ann@example.org }, { address: new@example.org }]';
    await machine.run('sh', '-c', `echo '${text}' >/etc/idpmap/people.yaml`);
    const isKnown = async () => (await askRecipient(smtp, 'new@example.org')) === 250;
    expect(await until(isKnown, LIMIT_MS)).toBe(true);
  });

  test('reloads its configuration when it is told to', async () => {
    const before = await show('MainPID');
    await systemctl('reload', 'idpmap');
    const isReloaded = async () =>
      (await machine.run('journalctl', '-u', 'idpmap', '-o', 'cat')).includes(
        'configuration reloaded',
      );
    expect(await until(isReloaded, LIMIT_MS)).toBe(true);
    expect(await show('MainPID')).toBe(before);
  });

  test(
    'restarts without one deferred mail while the relief stands in',
    async () => {
      const before = await show('MainPID');
      const restart = async () => {
        await systemctl('start', 'idpmap-relief');
        await systemctl('restart', 'idpmap');
        const isRelieved = async () =>
          (await systemctl('show', '--value', '-p', 'ActiveState', 'idpmap-relief')) === 'inactive';
        expect(await until(isRelieved, LIMIT_MS)).toBe(true);
      };
      const codes = await askDuring(smtp, restart());
      expect(await show('MainPID')).not.toBe(before);
      expect([...new Set(codes)]).toEqual([250]);
    },
    2 * LIMIT_MS,
  );

  test('keeps who is known over a restart, for itself alone', async () => {
    await systemctl('restart', 'idpmap');
    const memory = '/var/lib/idpmap/memory';
    expect(await machine.run('stat', '-c', '%U:%G %a', memory)).toBe('idpmap:idpmap 600');
    expect(await machine.run('cat', memory)).toContain('ann@example.org');
  });

  test('starts by itself once a broken configuration is mended', async () => {
    await machine.run('mv', '/etc/idpmap/idpmap.yaml', '/etc/idpmap/aside');
    await expect(systemctl('restart', 'idpmap')).rejects.toThrow('idpmap.service');
    expect(await show('ExecMainStatus')).toBe('78');
    await machine.run('mv', '/etc/idpmap/aside', '/etc/idpmap/idpmap.yaml');
    expect(await until(async () => (await show('ActiveState')) === 'active', LIMIT_MS)).toBe(true);
  });

  test('is left alone by a relief that fails', async () => {
    const before = await show('MainPID');
    const folder = '/etc/systemd/system/idpmap-relief.service.d';
    const broken = `printf '[Service]\nEnvironment=IDPMAP_CONFIG=/nowhere\n' >${folder}/test.conf`;
    await machine.run('sh', '-c', `${broken} && systemctl daemon-reload`);
    await expect(systemctl('start', 'idpmap-relief')).rejects.toThrow('idpmap-relief.service');
    // Were it to be started again, it would say `activating`.
    expect(await systemctl('show', '--value', '-p', 'ActiveState', 'idpmap-relief')).toBe('failed');
    expect(await show('MainPID')).toBe(before);
    await machine.run('sh', '-c', `rm ${folder}/test.conf && systemctl daemon-reload`);
  });

  test('reads a secret that was written for root alone, by the commands of its head', async () => {
    const secret = '/etc/idpmap/mail.secret';
    await machine.run('sh', '-c', `umask 077; echo hidden >${secret}; chgrp root ${secret}`);
    for (const command of await readStart()) await machine.run('sh', '-c', command);
    expect(await machine.run('runuser', '-u', 'idpmap', '--', 'cat', secret)).toBe('hidden');
  });

  // Last of those that ask Postfix: an smtpd may remember its 451 for as long as it lives.
  test('is started again when it was killed', async () => {
    await systemctl('kill', '--kill-whom=main', '--signal=KILL', 'idpmap');
    const isBack = async () => (await askRecipient(smtp, 'ann@example.org')) === 250;
    expect(await until(async () => !(await isBack()), LIMIT_MS)).toBe(true);
    expect(await until(isBack, LIMIT_MS)).toBe(true);
  });

  test('reads secrets that systemd hands it as credentials', async () => {
    const folder = '/etc/systemd/system/idpmap.service.d';
    const script = `mkdir -p ${folder} /etc/idpmap/credentials
      grep -v -i mail /opt/idpmap/deploy/systemd/credentials.conf >${folder}/credentials.conf
      echo of-systemd-and-long >/etc/idpmap/credentials/http-token
      chmod 600 /etc/idpmap/credentials/http-token
      systemctl daemon-reload && systemctl restart idpmap`;
    await machine.run('sh', '-c', script);
    const url = `http://127.0.0.1:${await machine.forward(9101)}/api/explain`;
    const headers = {
      authorization: 'Bearer of-systemd-and-long',
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ address: 'ann@example.org' });
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
  });
});
