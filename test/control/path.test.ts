import { expect, test, vi } from 'vitest';
import { defaultControlPath } from '../../src/control/path.ts';

test.each([
  ['systemd’s directory', 1000, { RUNTIME_DIRECTORY: '/run/idpmap' }, '/run/idpmap/control'],
  ['the first of several', 1000, { RUNTIME_DIRECTORY: '/run/a:/run/b' }, '/run/a/control'],
  ['root’s own place', 0, { XDG_RUNTIME_DIR: '/run/user/0' }, '/run/idpmap/control'],
  ['a user’s place', 7, { XDG_RUNTIME_DIR: '/run/user/7' }, '/run/user/7/idpmap/control'],
  ['a place of the user’s among temporary files', 7, {}, '/tmp/idpmap-7/control'],
  ['that, where the variables are empty', 7, { XDG_RUNTIME_DIR: '' }, '/tmp/idpmap-7/control'],
])('is in %s', (_, user, environment, path) => {
  vi.stubEnv('TMPDIR', '/tmp');
  const getuid = vi.spyOn(process, 'getuid').mockReturnValue(user);
  expect(defaultControlPath(environment, 'daemon')).toBe(path);
  getuid.mockRestore();
  vi.unstubAllEnvs();
});

test('a demo has one of its own, so that it runs beside a daemon', () => {
  const environment = { RUNTIME_DIRECTORY: '/run/idpmap' };
  expect(defaultControlPath(environment, 'demo')).toBe('/run/idpmap/demo.control');
});
