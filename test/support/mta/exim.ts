import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetUp } from './mta.ts';

/** Sets Exim up with the lines of its configuration up to the routers' end. It keeps what it takes in its queue. */
export const exim =
  (recipe: string): SetUp =>
  async ({ directory, port }) => {
    for (const name of ['spool', 'log']) await mkdir(join(directory, name));
    const [main = '', routers = ''] = recipe.split('begin routers\n');
    const configuration = join(directory, 'exim4.conf');
    await writeFile(
      configuration,
      `${surroundings(directory)}${main}${ACL}begin routers\n${routers}${TRANSPORTS}`,
    );
    return {
      tool: 'exim',
      parameters: ['-C', configuration, '-bdf', '-oX', String(port)],
      users: ['Debian-exim'],
      prepare: [`chown -R Debian-exim:Debian-exim ${directory}/spool ${directory}/log`],
    };
  };

const surroundings = (directory: string): string => `
primary_hostname = mx.test
spool_directory = ${join(directory, 'spool')}
log_file_path = ${join(directory, 'log')}/%slog
pid_file_path = ${join(directory, 'pid')}
local_interfaces = 127.0.0.1
keep_environment =
queue_only
host_lookup =
rfc1413_hosts =
tls_advertise_hosts =
acl_smtp_rcpt = acl_check_rcpt
`;

const ACL = `
begin acl
acl_check_rcpt:
  deny !domains = +idpmap_domains
       message = relay not permitted
  require verify = recipient
  accept

`;

const TRANSPORTS = `
begin transports
lmtp:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  hosts_override
  allow_localhost
`;
