import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/daemon.ts';
import { type MailSystem, startMailSystem } from '../support/mail.ts';
import { describeWith } from '../support/requirement.ts';

describeWith(['postfix', 'root'], 'rcpt asks a real Postfix, which', () => {
  let system: MailSystem;
  const rcpt = (...parameters: readonly string[]) =>
    runCommand(['rcpt', '--server', `127.0.0.1:${system.postfix.port}`, ...parameters]);

  beforeAll(async () => {
    system = await startMailSystem('unix');
  });
  afterAll(() => system?.stop());

  test('delays, while idpmap does not run, though its tables are fine', async () => {
    const { code, stdout } = await rcpt('ann@example.org');
    expect([code, stdout]).toEqual([75, expect.stringMatching(/^451 4\.3\.0 .*lookup failure/)]);
    expect(stdout).toContain('its log names the table and says why');
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
