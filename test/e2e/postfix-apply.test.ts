import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { LOGINS, PEOPLE } from '../support/people.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

const REPLY_MS = 15_000;

describeWith(['postfix', 'root'], 'idpmap postfix, told to write a real Postfix’s files,', () => {
  const resources = new AsyncDisposableStack();
  let postfix: Postfix;
  let config: string;
  let before: string;

  beforeAll(async () => {
    const temporary = await makeTemporaryDirectory('idpmap-apply');
    resources.defer(() => temporary.remove());
    postfix = await startPostfix({
      chroot: true,
      mainCf: {
        virtual_mailbox_domains: 'example.org, old.example',
        virtual_mailbox_maps: 'inline:{zoe@example.org=x}',
        virtual_transport: 'discard:',
        mua_sender_restrictions: '',
      },
      logins: LOGINS,
    });
    resources.defer(() => postfix.stop());
    config = join(temporary.path, 'idpmap.yaml');
    const settings = {
      listen: `unix:${postfix.socketDirectory}/socketmap?mode=0660&group=postfix`,
      control: 'control',
      domains: { 'example.org': { directory: 'people' } },
      directories: { people: { type: 'file', path: 'people.yaml' } },
    };
    await writeFile(join(temporary.path, 'people.yaml'), stringify(PEOPLE));
    await writeFile(config, stringify(settings));
    const daemon = await startDaemonProcess(['serve', '--config', config]);
    resources.defer(() => daemon.stop());
    before = await mainFile();
  });
  afterAll(() => resources.disposeAsync());

  const mainFile = (): Promise<string> =>
    readFile(join(postfix.configDirectory, 'main.cf'), 'utf8');
  const idpmap = (command: string, ...more: readonly string[]) =>
    runCommand([command, '--config', config, '--postfix-config', postfix.configDirectory, ...more]);

  /** Asks as somebody who comes in, or who has logged in. */
  async function ask(port: number, from: string, to: string, login?: string): Promise<number> {
    const client = await connectSmtp(port);
    await client.ehlo('client.test');
    if (login !== undefined) await client.auth(login, 'right');
    await client.mail(from);
    const { code } = await client.rcpt(to);
    await client.quit();
    return code;
  }

  test('shows what it would replace, and writes nothing', async () => {
    const { code, stdout } = await idpmap('postfix', '--diff');
    expect(code).toBe(1);
    expect(stdout).toContain('- virtual_mailbox_domains = example.org, old.example\n');
    expect(stdout).toContain(
      '+ virtual_mailbox_domains = example.org\n! no longer asked: old.example',
    );
    expect(stdout).toContain('! no longer asked: inline:{zoe@example.org=x}');
    expect(stdout).toMatch(/^\+ 127.*smtpd_sender_restrictions = reject_sender_login_mismatch/m);
    expect(stdout).not.toContain('virtual_transport');
    expect(await mainFile()).toBe(before);
  });

  test('prints the lines, and in remarks what of an administrator’s own they would replace', async () => {
    const { code, stdout } = await idpmap('postfix');
    expect(code).toBe(0);
    expect(stdout).toContain(
      [
        '# in place of yours in main.cf: virtual_mailbox_domains = example.org, old.example',
        '#   no longer asked: old.example',
        'virtual_mailbox_domains = example.org\n',
      ].join('\n'),
    );
    expect(stdout).toContain('#   no longer asked: inline:{zoe@example.org=x}\n');
    expect(await mainFile()).toBe(before);
  });

  test('asks first, and where nobody can be asked wants --yes', async () => {
    const { code, stderr } = await idpmap('postfix', '--apply');
    expect([code, stderr]).toEqual([64, expect.stringContaining('then say --yes')]);
    expect(await mainFile()).toBe(before);
  });

  test('writes it with a copy, and Postfix does as it is told', async () => {
    const { code, stdout, stderr } = await idpmap('postfix', '--apply', '--yes', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const told: { backups: readonly { from: string; to: string }[] } = JSON.parse(stdout);
    expect(told.backups.map(({ from }) => from)).toEqual([
      join(postfix.configDirectory, 'main.cf'),
      join(postfix.configDirectory, 'master.cf'),
    ]);
    expect(await readFile(told.backups[0]?.to ?? '', 'utf8')).toBe(before);
    expect(await readdir(postfix.configDirectory)).toHaveLength(4);

    await postfix.restart();
    const { port, submissionPort } = postfix;
    await expect.poll(() => ask(port, '', 'ann@example.org'), { timeout: REPLY_MS }).toBe(250);
    expect(await ask(port, '', 'zoe@example.org')).toBe(550);
    expect(await ask(port, 'ann@example.org', 'bob@example.org')).toBe(250);
    expect(await ask(submissionPort, 'ann@example.org', 'bob@example.org', 'bob')).toBe(553);
    expect(await ask(submissionPort, 'bob@example.org', 'ann@example.org', 'bob')).toBe(250);
    const { stdout: again, code: nothing } = await idpmap('postfix', '--diff');
    expect([nothing, again]).toEqual([0, `${postfix.configDirectory} has all of it\n`]);
    const { stdout: remarks } = await idpmap('doctor');
    expect(remarks.split('\n').filter((line) => /^(?:failed|warning) /.test(line))).toEqual([]);
  });

  test('keeps what was there where that is wanted', async () => {
    await writeFile(join(postfix.configDirectory, 'main.cf'), before);
    const { code } = await idpmap('postfix', '--apply', '--keep', '--yes');
    expect(code).toBe(0);
    expect(await mainFile()).toMatch(/^virtual_mailbox_domains = old\.example, example\.org$/m);
    expect(await mainFile()).toMatch(
      /^virtual_mailbox_maps = inline:\{zoe@example\.org=x\}, socketmap:unix:idpmap\/socketmap:user-exists$/m,
    );
  });

  test('without a Postfix says so', async () => {
    const nowhere = ['postfix', '--config', config, '--postfix-config', '/nowhere', '--diff'];
    const { code, stderr } = await runCommand(nowhere);
    expect([code, stderr]).toEqual([69, expect.stringContaining("Postfix can't be asked")]);
  });
});
