import { startEngine } from '../../test/support/fleet/engine.ts';
import { MAP } from '../daemon.ts';
import type { LoadJob } from '../job.ts';
import { formatSpread, type Part } from '../report.ts';
import { compareRounds, type Played, playedFigures, playRounds, tableOf } from '../rounds.ts';
import type { Stage } from '../stage.ts';
import { formatVerdict, meets } from '../verdict.ts';
import { type Asker, startAsker } from './asker.ts';
import { type FleetKeycloak, startFleetKeycloak } from './keycloak.ts';

const ROUNDS = 8;
const A_ROUND = 500;
const CONNECTIONS = 16;
/** Whom nobody has asked for before. */
const UNSEEN = 1_000_000;
const MOST_CPU = 0.67;

/**
 * What a lookup costs that the fleet answers, next to one that is asked of Keycloak, which is a script over HTTP and says as much as
 * Keycloak does.
 */
export const shelf: Part = async (stage) => {
  const engine = await startEngine();
  const keycloak = await startFleetKeycloak();
  try {
    const played = await measure(stage, keycloak, engine.url);
    const [read, asked, laid] = played;
    const ratio = compareRounds(read, asked);
    const table = tableOf(played);
    return {
      title: `shelf: ${A_ROUND} people whom this daemon does not remember, ${CONNECTIONS} at a time, ${ROUNDS} alternating rounds`,
      ...table,
      notes: [
        formatVerdict(`${read.name} / ${asked.name}`, ratio, { most: MOST_CPU }),
        formatVerdict(`${laid.name} / ${asked.name}`, compareRounds(laid, asked)),
      ],
      figures: { targets: played.map(playedFigures), ratio },
      faults: [
        ...table.faults,
        ...(meets(ratio, { most: MOST_CPU }) === false
          ? [`a read of the shelf costs × ${formatSpread(ratio)}`]
          : []),
      ],
    };
  } finally {
    await stage.clear();
    await keycloak.stop();
    await engine.stop();
  }
};

/** Of a read of the shelf, of a question, and of one whose answer is laid down for others. */
async function measure(
  stage: Stage,
  keycloak: FleetKeycloak,
  url: string,
): Promise<readonly [Played, Played, Played]> {
  const lives = { fresh: '1h', freshNone: '1h' };
  const [filler, reader, alone, writer] = await Promise.all([
    startAsker(stage, keycloak, lives, url),
    startAsker(stage, keycloak, lives, url),
    startAsker(stage, keycloak, lives),
    startAsker(stage, keycloak, lives, url),
  ]);
  const jobOf = (asked: Asker, from: number, count: number): LoadJob => ({
    endpoint: asked.endpoint,
    map: MAP,
    keys: { kind: 'accounts', from, count },
    replies: 'true',
    connections: CONNECTIONS,
    depth: 1,
    end: { requests: count },
    pid: asked.pid,
  });
  keycloak.hurry();
  for (let round = 0; round <= ROUNDS; round++)
    await stage.load(jobOf(filler, round * A_ROUND, A_ROUND));
  const target = (name: string, asked: Asker, first = 0) => ({
    name,
    job: (round: number) => jobOf(asked, first + round * A_ROUND, A_ROUND),
  });
  const [reads, asks, writes] = await playRounds(
    stage,
    [
      target('read from the shelf', reader),
      target('asked of Keycloak', alone),
      target('asked, and laid down for all', writer, UNSEEN),
    ],
    ROUNDS,
  );
  if (reads === undefined || asks === undefined || writes === undefined)
    throw new Error('somebody was not played');
  return [reads, asks, writes];
}
