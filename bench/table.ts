import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEndpoint } from '../src/net/endpoint.ts';
import { startDaemonProcess } from '../test/support/daemon.ts';
import { run } from '../test/support/ldap/run.ts';
import { findFreePorts } from '../test/support/loopback.ts';
import { MAP, UNLIMITED } from './daemon.ts';
import { accountAt, DOMAIN } from './questions.ts';
import { perSecond } from './report.ts';
import { playRounds, type Target } from './rounds.ts';
import type { Stage } from './stage.ts';

/** Rows of a table, keys that are asked for in a round, and rounds. */
export const PEOPLE = 20_000;
export const KEYS = 3000;
export const ROUNDS = 5;

/** One caller asks both tables in turn; gives how much longer ours took, round by round. */
export async function playAlone(
  type: string,
  place: string,
  [own, ours]: readonly [string, string],
): Promise<{ ratios: readonly number[]; faults: readonly string[] }> {
  const ask = async (table: string, round: number) => {
    const keys = Array.from({ length: KEYS }, (_, i) => accountAt((round * KEYS + i) % PEOPLE));
    const begun = performance.now();
    const said = await run('postmap', ['-c', place, '-q', '-', table], `${keys.join('\n')}\n`);
    return { said, ms: performance.now() - begun };
  };
  /** Forward and backward in turn: what drifts meanwhile meets both alike. */
  const play = async (round: number) => {
    if (round % 2 === 0) return [await ask(own, round), await ask(ours, round)] as const;
    const second = await ask(ours, round);
    return [await ask(own, round), second] as const;
  };
  const faults: string[] = [];
  const ratios: number[] = [];
  // One more goes before, so that all code is compiled.
  for (let round = 0; round <= ROUNDS; round++) {
    const [postfix, idpmap] = await play(round);
    if (postfix.said !== idpmap.said || postfix.said.split('\n').length <= KEYS)
      faults.push(`${type}: round ${round} is answered otherwise than by Postfix's own table`);
    if (round > 0) ratios.push(idpmap.ms / postfix.ms);
  }
  return { ratios, faults };
}

/** One caller, and sixteen, in turn; gives what one gets done in a second, and how much more all of them do. */
export async function playTogether(wire: string, stage: Stage) {
  const endpoint = parseEndpoint(`tcp://${wire}`);
  const target = (connections: number): Target => ({
    name: String(connections),
    job: (round) => ({
      endpoint,
      map: MAP,
      keys: { kind: 'accounts', from: round, count: PEOPLE - ROUNDS - 1 },
      replies: 'true',
      connections,
      depth: 1,
      end: { warmMs: 300, ms: 1000 },
      pid: process.pid,
    }),
  });
  const [one, many] = await playRounds(stage, [target(1), target(16)], ROUNDS);
  const [rates = [], together = []] = [one, many].map((each) => each?.results.map(perSecond));
  return {
    rates,
    all: together,
    gains: together.map((rate, i) => rate / (rates[i] ?? Number.NaN)),
    results: [one, many].flatMap((each) => each?.results ?? []),
  };
}

/** Where an idpmap listens, and its process. */
export interface Started {
  readonly wire: string;
  readonly pid: number;
}

/** Starts idpmap, which is to remember nothing, over one directory with a table `forwards`; gives where it listens. */
export async function startTableDaemon(
  place: string,
  section: object,
  resources: AsyncDisposableStack,
): Promise<Started> {
  const [port = 0] = await findFreePorts(1);
  writeFileSync(
    join(place, 'idpmap.yaml'),
    JSON.stringify({
      listen: `tcp://127.0.0.1:${port}`,
      control: join(place, 'control'),
      http: 'off',
      deadline: '10s',
      cache: { fresh: '0ms', freshNone: '0ms' },
      domains: { [DOMAIN]: { directory: 'database' } },
      directories: { database: { limit: UNLIMITED, ...section } },
      maps: { [MAP]: { kind: 'table', directory: 'database', table: 'forwards' } },
    }),
  );
  const daemon = await startDaemonProcess(['serve', '--config', join(place, 'idpmap.yaml')]);
  resources.defer(() => daemon.stop());
  return { wire: `127.0.0.1:${port}`, pid: daemon.pid };
}
