import { expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { type RcptOptions, rcpt } from '../../src/cli/rcpt.ts';
import { capture } from '../support/command.ts';

const DEFAULTS: RcptOptions = { server: '127.0.0.1:25', from: '<>', timeout: '30s' };

const ask = (options: Partial<RcptOptions>) =>
  capture(() => rcpt('ann@example.org', { ...DEFAULTS, ...options }));

test.each<[Partial<RcptOptions>, RegExp]>([
  [{ server: '127.0.0.1' }, /^--server "127\.0\.0\.1" is no server, write HOST:PORT/],
  [{ server: '::1:25' }, /^--server .*IPv6 in brackets/],
  [{ server: 'mail:0' }, /^--server /],
  [{ expect: '2' }, /^--expect "2" is no reply, write 250, or 5xx/],
  [{ expect: '350' }, /^--expect /],
  [{ timeout: 'long' }, /^--timeout "long" is no duration/],
  [{ timeout: '0s' }, /^--timeout 0s is none, write 1ms to 1h/],
  [{ timeout: '2h' }, /^--timeout 2h /],
])('%o is a mistake of the caller', async (options, message) => {
  await expect(ask(options)).rejects.toMatchObject({
    code: EXIT.usage,
    message: expect.stringMatching(message),
  });
});
