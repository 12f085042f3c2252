import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { type MailSystem, startMailSystem } from '../support/postfix/mail.ts';
import { describeWith } from '../support/requirement.ts';

describeWith(['postfix', 'root'], 'rcpt asks a real Postfix, which', () => {
  let system: MailSystem;
  const rcpt = (...parameters: readonly string[]) =>
    runCommand(['rcpt', '--server', `127.0.0.1:${system.postfix.port}`, ...parameters]);

  beforeAll(async () => {
    system = await startMailSystem('unix');
  });

  /** A daemon of the system's, with another configuration. */
  async function serveWith(changes: object) {
    const settings: object = parse(await readFile(system.configFile, 'utf8'));
    const file = `${system.configFile}.changed.yaml`;
    await writeFile(file, stringify({ ...settings, ...changes }));
    const daemon = await startDaemonProcess(['serve', '--config', file]);
    return { [Symbol.asyncDispose]: () => daemon.stop() };
  }

  /** What was quoted stands so in the log that Postfix wrote, in the README, and in what the command said. */
  async function expectQuoted(
    quote: string,
    said: string,
    asQuoted: (log: string) => string = (log) => log,
  ): Promise<void> {
    await expect.poll(() => asQuoted(system.postfix.log())).toContain(` ${quote}\n`);
    expect(said).toContain(quote);
    expect(await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')).toContain(quote);
  }

  /** Each TEMP has an id of its own. */
  const withId = (log: string): string =>
    log.replaceAll(/(idpmap \w+ \w+) [0-9a-f]{6}$/gm, '$1 033b33');

  afterAll(() => system?.stop());

  test('delays, while idpmap does not run, though its tables are fine', async () => {
    const { code, stdout } = await rcpt('ann@example.org');
    expect([code, stdout]).toEqual([75, expect.stringMatching(/^451 4\.3\.0 .*lookup failure/)]);
    expect(stdout).toContain('Postfix does not reach idpmap: idpmap doctor');
    await expectQuoted('connect to idpmap/socketmap: No such file or directory', stdout);
  });

  test('delays what idpmap does not know for now, and says so in other words', async () => {
    await using _ = await serveWith({
      directories: { people: { type: 'file', path: 'absent.yaml' } },
    });
    const { code, stdout } = await rcpt('ann@example.org');
    expect([code, stdout]).toEqual([75, expect.stringMatching(/^451 4\.3\.0 .*lookup failure/)]);
    await expectQuoted(
      'socketmap server temporary error: idpmap directory people 033b33',
      stdout,
      withId,
    );
  });

  test('delays what no map is there for, with another code', async () => {
    await using _ = await serveWith({ maps: { 'virtual-aliases': { kind: 'aliases' } } });
    const { code, stdout } = await rcpt('ann@example.org');
    expect([code, stdout]).toEqual([75, expect.stringMatching(/^451 4\.3\.5 Server config/)]);
    const unknown = 'socketmap server permanent error: map user-exist is not configured';
    await expectQuoted(unknown, stdout, (log) => log.replaceAll('user-exists', 'user-exist'));
  });

  test('takes known people, and refuses others; nothing is queued', async () => {
    await using daemons = new AsyncDisposableStack();
    const daemon = await system.serve();
    daemons.defer(() => daemon.stop());
    const known = await rcpt('ann@example.org', '--from', 'bob@client.test', '--expect', '250');
    expect([known.code, known.stdout]).toEqual([0, '250 2.1.5 Ok\nmail for it is taken\n']);
    const unknown = await rcpt('nobody@example.org');
    expect([unknown.code, unknown.stdout]).toEqual([1, expect.stringMatching(/^550 5\.1\.1 /)]);
    expect((await rcpt('nobody@example.org', '--expect', '5xx')).code).toBe(0);
    expect(await system.postfix.queue()).toEqual([]);
    expect(system.postfix.log()).not.toContain('lost connection');
  });

  test('refuses a sender at the recipient, which is nothing said of that one', async () => {
    await using daemons = new AsyncDisposableStack();
    const daemon = await system.serve();
    daemons.defer(() => daemon.stop());
    // An address of hers, and nobody is logged in.
    const server = `127.0.0.1:${system.postfix.submissionPort}`;
    const parameters = ['--server', server, '--from', 'ann@example.org', '--expect', '5xx'];
    const { code, stderr } = await runCommand(['rcpt', 'bob@example.org', ...parameters]);
    expect([code, stderr]).toEqual([
      69,
      expect.stringMatching(/RCPT was answered 553 .* not logged in/),
    ]);
  });
});
