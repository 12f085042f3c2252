import { execFile } from 'node:child_process';
import { pathOf } from '../postfix/postconf.ts';
import { isKnownUser } from './machine.ts';

const SYSTEMCTL_MS = 2000;

/** Who runs systemd's unit `idpmap`, for root who asks on its behalf; absent: there is none, or somebody else asks. */
export async function askUnitUser(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const name = await new Promise<string>((resolve) => {
    const options = { timeout: SYSTEMCTL_MS, env: { PATH: pathOf(process.env), LANG: 'C' } };
    execFile('systemctl', ['show', '--property=User', '--value', 'idpmap'], options, (error, out) =>
      resolve(error === null ? out.trim() : ''),
    );
  });
  return name !== '' && (await isKnownUser(name)) ? name : undefined;
}
