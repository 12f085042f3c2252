import { asking, modeOf, type Planted } from './stage.ts';

/** Places, ports, files and the clock: what of the machine keeps idpmap from starting, or Postfix from asking. */
export const PLACES: readonly Planted[] = [
  [
    'a group that does not exist',
    ({ postfix }) => ({
      config: { listen: `unix:${postfix.socketDirectory}/socketmap?group=postfixx` },
      finds: ['failed', /socketmap$/, /group "postfixx" does not exist/, /group=postfix/],
    }),
  ],
  [
    'a directory that is absent',
    ({ postfix }) => ({
      config: { listen: `unix:${postfix.queueDirectory}/absent/socketmap?group=postfix` },
      finds: ['failed', /absent.socketmap$/, /absent does not exist/, /^install -d -o root/],
    }),
  ],
  [
    'a directory that idpmap may not write to',
    ({ outside }) => ({
      user: 'nobody',
      config: { listen: `unix:${outside}`, control: '/tmp/idpmap-control' },
      finds: ['failed', /outside.socketmap$/, /nobody .* may not write to .*outside/, /--user/],
    }),
  ],
  [
    'a directory that anybody may write to',
    ({ postfix }) => ({
      machine: modeOf(postfix.socketDirectory, 0o777, 0o2770),
      finds: ['failed', /socketmap$/, /anybody may write to .*idpmap/, /chmod o-w/],
    }),
  ],
  [
    'a file where the socket is to be',
    ({ place }) => ({
      config: { listen: `unix:${place}/people.yaml?mode=0666` },
      finds: ['failed', /people.yaml$/, /a file is there, and no socket/, /remove/],
    }),
  ],
  [
    'a socket that Postfix may not open',
    ({ outside }) => ({
      config: { listen: `unix:${outside}` },
      mainCf: asking(`proxy:socketmap:unix:${outside}`),
      finds: [
        'failed',
        /outside.socketmap$/,
        /^postfix \(uid \d+\) may not connect: root, the group root may \(mode 0660\)/,
        /\?mode=0660&group=postfix$/,
      ],
    }),
  ],
  [
    'a socket whose mode was changed',
    ({ postfix }) => ({
      machine: modeOf(`${postfix.socketDirectory}/socketmap`, 0o600, 0o660),
      finds: ['failed', /socketmap$/, /the socket that is there now: root may/, /restart/],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a directory that Postfix may not pass',
    ({ postfix }) => ({
      machine: modeOf(postfix.socketDirectory, 0o700, 0o2770),
      finds: ['failed', /socketmap$/, /postfix .* may not pass .*idpmap/, /chmod g\+x/],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a port that somebody else has',
    ({ strangePort }) => ({
      config: { http: `tcp://127.0.0.1:${strangePort}` },
      finds: ['failed', /^tcp:/, /in use by pid \d+ \(.*\), which is not/, /"http" name another/],
    }),
  ],
  [
    'an address that this machine does not have',
    () => ({
      config: {
        listen: {
          endpoint: 'tcp://192.0.2.1:9100',
          allow: ['192.0.2.0/24'],
          acknowledgeUnauthenticated: true,
        },
      },
      finds: ['failed', /192\.0\.2\.1:9100$/, /no such address/, /ip address/],
    }),
  ],
  [
    'a secret that everybody may read',
    ({ fileWith }) => ({
      config: { http: { endpoint: 'off', token: { file: 'token' } } },
      machine: fileWith('token', 0o644),
      finds: ['warning', /token$/, /everybody on this machine may read it/, /chmod 640/],
    }),
  ],
  [
    'a secret that idpmap may not read',
    ({ fileWith }) => ({
      user: 'nobody',
      config: { http: { endpoint: 'off', token: { file: 'token' } } },
      machine: fileWith('token', 0o600),
      finds: ['failed', /token$/, /nobody .* may not read it/, /chgrp nobody/],
    }),
  ],
  [
    'a place for the control socket that idpmap may not write to',
    () => ({
      user: 'nobody',
      finds: [
        'failed',
        /^control: /,
        /nobody .* may not write to .*: idpmap does not start/,
        /chown/,
      ],
    }),
  ],
  [
    'a memory file from the future',
    ({ fileWith }) => ({
      config: { cache: { file: 'memory' } },
      machine: fileWith('memory', 0o600, new Date(Date.now() + 86_400_000)),
      finds: ['warning', /^the clock$/, /memory was written later/, /timedatectl/],
    }),
  ],
];
