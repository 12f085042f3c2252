import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { processesOf } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** So many lines wait for postlogd; whoever has a further one waits with it. */
const ROOM = Number(readFileSync('/proc/sys/net/unix/max_dgram_qlen', 'utf8')) + 1;
const WRITER_MS = 20_000;

describeWith(['postfix', 'root'], 'a private postfix', () => {
  test('is not told to read its configuration anew while its master would wait for the log', async () => {
    const postfix = await startPostfix();
    onTestFinished(() => postfix.stop());
    const say = (line: string) => run('postlog', ['-c', postfix.configDirectory, line]);
    await say('whoever writes the log is there');
    expect(await until(() => postfix.log().includes('is there'), WRITER_MS)).toBe(true);
    const writer = processesOf(postfix.pid).find((pid) => commandOf(pid).startsWith('postlogd'));
    if (writer === undefined) throw new Error('nobody writes the log');
    process.kill(writer, 'SIGSTOP');
    for (let i = 0; i < ROOM; i++) await say(`line ${i}`);
    const reloaded = postfix.reload();
    // The master starts who tells it, and that one logs nothing.
    expect(await postfix.queue()).toEqual([]);
    process.kill(writer, 'SIGCONT');
    await reloaded;
    expect(await (await connectSmtp(postfix.port)).quit()).toMatchObject({ code: 221 });
    expect(postfix.log()).toMatch(new RegExp(`line ${ROOM - 1}\\n[^]*reload -- version`));
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has just ended.
    return '';
  }
}
