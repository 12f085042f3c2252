import { expect, test } from 'vitest';
import {
  createPostconf,
  readParameters,
  readPostfix,
  readServices,
} from '../../../src/cli/postfix/postconf.ts';

test('parameters are read by line, empty ones too', () => {
  const text = 'a = b c\nempty =\nd = e = f\nno parameter\n';
  expect([...readParameters(text)]).toEqual([
    ['a', 'b c'],
    ['empty', ''],
    ['d', 'e = f'],
  ]);
});

test.each([
  ['3.6', 'y', true],
  ['3.6', 'n', false],
  ['3.6', '-', false],
  ['0', '-', true],
])('at level %s a service with chroot %s is jailed: %s', (level, jail, isJailed) => {
  const [service] = readServices(`127.0.0.1:25 inet n - ${jail} - - smtpd -o a=b`, '', level);
  expect(service).toMatchObject({ name: '127.0.0.1:25', command: 'smtpd', isJailed });
});

test('options are those of their own service', () => {
  const services = readServices(
    'smtp inet n - y - - smtpd\nsmtp unix - - y - - smtp\n',
    'smtp/inet/a = b, c\nsmtp/unix/a =\n',
    '3.6',
  );
  expect(services.map(({ overrides }) => [...overrides])).toEqual([[['a', 'b, c']], [['a', '']]]);
});

test('a Postfix is asked four times, and its complaints are told once', async () => {
  const asked: string[] = [];
  const postfix = await readPostfix(async (parameters) => {
    asked.push(parameters.join(' '));
    const stderr = 'postconf: warning: main.cf: unused parameter: x=y\n';
    return { stdout: parameters.includes('-P') ? '' : 'config_directory = /etc/postfix\n', stderr };
  });
  expect(asked).toEqual(['-x', '-n', '-M', '-x -P']);
  expect(postfix).toMatchObject({
    directory: '/etc/postfix',
    complaints: ['main.cf: unused parameter: x=y'],
  });
});

test('none on this machine is an error', async () => {
  await expect(createPostconf('/nowhere', { PATH: '/nowhere' })(['-n'])).rejects.toThrow(
    /postconf|main\.cf|config/,
  );
});
