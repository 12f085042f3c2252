import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetUp } from './mta.ts';

/** Sets OpenSMTPD up with lines of its smtpd.conf. Mail is delivered below `mail`. */
export const opensmtpd =
  (recipe: string, mail: string): SetUp =>
  async ({ directory, port }) => {
    await mkdir(mail, { recursive: true });
    const configuration = join(directory, 'smtpd.conf');
    await writeFile(configuration, `listen on 127.0.0.1 port ${port}\n${recipe}`);
    return {
      tool: 'opensmtpd',
      parameters: ['-d', '-f', configuration],
      users: ['opensmtpd', 'opensmtpq', 'vmail'],
      prepare: [
        'mount --bind "$ROOT/usr/libexec" /usr/libexec',
        ...['/var/spool', '/var/lib', '/srv'].map((path) => `mount -t tmpfs tmpfs ${path}`),
        'mkdir -m 711 /var/spool/smtpd',
        'mkdir -p /var/lib/opensmtpd/empty /srv/vmail',
        `mount --bind ${mail} /srv/vmail`,
        'chown vmail:vmail /srv/vmail',
      ],
    };
  };
