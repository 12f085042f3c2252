import { relative, resolve } from 'node:path';
import { MAP, startDaemon, UNLIMITED } from './daemon.ts';
import type { LoadJob } from './job.ts';
import { formatSpread, type Part } from './report.ts';
import {
  compareRounds,
  figuresOf,
  type Played,
  playRounds,
  type Ratio,
  tableOf,
} from './rounds.ts';

const ACCOUNTS = 10_000;
const ROUNDS = 15;

/** What a warm hit costs this checkout next to the one at `other`, of another commit: `node_modules` has to lie in both. */
export const against =
  (other: string): Part =>
  async (stage) => {
    const directory = { limit: UNLIMITED };
    const script = relative(import.meta.dirname, resolve(other, 'src/cli.ts'));
    const here = await startDaemon(stage, { accounts: ACCOUNTS, directory });
    const there = await startDaemon(stage, { accounts: ACCOUNTS, directory, script });
    const job = ({ pid }: { pid: number }, endpoint: LoadJob['endpoint']): LoadJob => ({
      endpoint,
      map: MAP,
      keys: { kind: 'zipf', count: ACCOUNTS },
      replies: 'true',
      connections: 16,
      depth: 1,
      end: { warmMs: 300, ms: 900 },
      pid,
    });
    for (const daemon of [here, there])
      await stage.load({
        ...job(daemon, daemon.tcp),
        keys: { kind: 'accounts', from: 0, count: ACCOUNTS },
        end: { requests: ACCOUNTS },
      });
    const targets = [
      { name: 'here, TCP', job: () => job(here, here.tcp) },
      { name: 'there, TCP', job: () => job(there, there.tcp) },
      { name: 'here, Unix', job: () => job(here, here.unix) },
      { name: 'there, Unix', job: () => job(there, there.unix) },
    ];
    const played = await playRounds(stage, targets, ROUNDS);
    const ratios = compare(played);
    return {
      title: `against: ${ACCOUNTS} warm addresses here and in ${other}, ${ROUNDS} alternating rounds`,
      ...tableOf(played),
      notes: ratios.map(({ name, spread }) => `${name}, here / there: × ${formatSpread(spread)}`),
      figures: figuresOf(played, ratios),
    };
  };

function compare([tcp, otherTcp, unix, otherUnix]: readonly Played[]): readonly Ratio[] {
  if (tcp === undefined || otherTcp === undefined || unix === undefined || otherUnix === undefined)
    throw new Error('a target has not been asked');
  return [
    { name: 'TCP', spread: compareRounds(tcp, otherTcp) },
    { name: 'Unix', spread: compareRounds(unix, otherUnix) },
  ];
}
