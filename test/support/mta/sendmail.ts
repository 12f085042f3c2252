import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toolPath, unpackedRoot } from '../tools/tools.ts';
import type { SetUp } from './mta.ts';

const run = promisify(execFile);

/** Sets sendmail up with lines at the end of its sendmail.mc. */
export const sendmail =
  (recipe: string): SetUp =>
  async ({ directory, port }) => {
    const queue = join(directory, 'queue');
    await mkdir(queue, { mode: 0o700 });
    const source = join(directory, 'sendmail.mc');
    await writeFile(source, surroundings(directory, port) + recipe);
    const configuration = join(directory, 'sendmail.cf');
    await writeFile(configuration, await expand(source));
    return { tool: 'sendmail-mta', parameters: ['-C', configuration, '-bD'] };
  };

/** What Debian's sendmail.mc says of the rest, where it matters here: no ports, files and names of the machine's. */
const surroundings = (directory: string, port: number): string => `
OSTYPE(\`linux')dnl
undefine(\`ALIAS_FILE')dnl
undefine(\`confHELP_FILE')dnl
define(\`confDOMAIN_NAME', \`mx.test')dnl
define(\`confPID_FILE', \`${join(directory, 'pid')}')dnl
define(\`QUEUE_DIR', \`${join(directory, 'queue')}')dnl
define(\`confTO_IDENT', \`0')dnl
define(\`confDONT_PROBE_INTERFACES', \`True')dnl
FEATURE(\`no_default_msa')dnl
FEATURE(\`nocanonify')dnl
FEATURE(\`accept_unresolvable_domains')dnl
DAEMON_OPTIONS(\`Addr=127.0.0.1, Port=${port}, Name=MTA')dnl
MAILER(\`smtp')dnl
`;

async function expand(source: string): Promise<string> {
  const root = unpackedRoot('sendmail-cf');
  const cf = `${join(root, 'usr/share/sendmail/cf')}/`;
  const { stdout } = await run(
    toolPath('sendmail-cf'),
    [`-D_CF_DIR_=${cf}`, join(cf, 'm4/cf.m4'), source],
    {
      env: { LD_LIBRARY_PATH: join(root, 'usr/lib/x86_64-linux-gnu') },
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  return stdout;
}
