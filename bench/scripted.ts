// The daemon round a directory that answers until its standard input says not to. Its arguments are a configuration, and how
// many milliseconds an answer takes.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../src/daemon/daemon.ts';
import type { Directory, Entry } from '../src/directory/directory.ts';
import { none } from '../src/directory/finding.ts';
import { createLog } from '../src/log.ts';
import { loadSettings } from '../src/settings.ts';
import { HANG } from './daemon.ts';
import { DOMAIN } from './questions.ts';

const { settings } = await loadSettings({ file: process.argv[2] ?? '', environment: {} });

const delayMs = Number(process.argv[3] ?? 0);
let isHanging = false;

/** Returns at once while the directory answers, else never: a server behind a cable that was pulled. */
async function wait(signal: AbortSignal): Promise<void> {
  if (!isHanging) {
    if (delayMs > 0) await sleep(delayMs);
    return;
  }
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
  });
}

const account = (address: string): Entry => ({
  id: address,
  kind: 'account',
  address,
  aliases: [],
  logins: [],
  members: [],
  enabled: true,
});

const directory: Directory = {
  find: async (address, { signal }) => {
    await wait(signal);
    return address.endsWith(`@${DOMAIN}`)
      ? { status: 'found', value: [account(address)] }
      : none('probe', 'it is at another domain');
  },
  probe: wait,
  close: async () => {},
};

const daemon = await startDaemon({
  settings,
  controlPath: settings.control ?? '',
  log: (await createLog({ level: 'info', format: 'json' })).log,
  showAddress: (address) => address,
  open: async () => directory,
});
const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  if (line === HANG) isHanging = true;
  process.stdout.write(`${line}\n`);
});
process.once('SIGTERM', () => void daemon.stop());
await daemon.stopped;
commands.close();
