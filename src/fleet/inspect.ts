import { randomBytes } from 'node:crypto';
import { preciseClock, wallClock } from '../clock.ts';
import type { Remark } from '../directory/directory.ts';
import { reasonOf } from '../reason.ts';
import type { Engine, Opened } from './engine.ts';
import { reach } from './reach.ts';
import { explainFailure } from './refusals.ts';
import { createSeal } from './seal.ts';
import { addressOf, askSentinels, findPrimary, type Said } from './sentinels.ts';
import { describePlace, type FleetSettings, readConnection, readKeys } from './settings.ts';
import { MOST_DIFFERENCE_MS } from './time.ts';

const PATIENCE_MS = 2000;

/** Lines of the log, and members, that are tried. */
const SAMPLE = 100;

/** Looks at the engine as the daemon uses it: reach, rights, speed, clock, and whether what others laid down opens. Never rejects. */
export async function inspectFleet(settings: FleetSettings): Promise<readonly Remark[]> {
  const told: Remark[] = [];
  let opened: Opened | undefined;
  try {
    const seal = createSeal(await readKeys(settings));
    const connection = await readConnection(settings);
    if (connection.kind === 'sentinel') told.push(...remarksOf(await askSentinels(connection)));
    const one = connection.kind === 'sentinel' ? await findPrimary(connection) : connection;
    const reached = await reach(one, PATIENCE_MS);
    opened = reached.opened;
    told.push(...(await reached.wait(tryCommands(opened, settings.name))));
    if (told.some(({ level }) => level === 'failed')) return told;
    return [...told, ...(await reached.wait(readOthers(opened.engine, settings.name, seal.open)))];
  } catch (error) {
    const text = `${describePlace(settings)}: ${explainFailure(error).reason}`;
    return [...told, { level: 'failed', text }];
  } finally {
    opened?.end();
  }
}

/** One sentinel that does not answer is no fault; where they disagree, one of them was cut off. */
function remarksOf(said: readonly Said[]): readonly Remark[] {
  const names = new Set(said.flatMap(({ primary }) => (primary ? [addressOf(primary)] : [])));
  const each = said.map(({ name, primary, failure }): Remark => {
    if (primary === undefined)
      return { level: 'warning', text: `sentinel ${name}: ${failure?.reason}` };
    return { level: 'ok', text: `sentinel ${name} says that ${addressOf(primary)} is the primary` };
  });
  if (names.size < 2) return each;
  const text = 'the sentinels name different primaries: what most of them say is believed';
  return [...each, { level: 'warning', text }];
}

/** Puts each command once that the daemon puts. */
async function tryCommands({ engine, askTime }: Opened, name: string): Promise<readonly Remark[]> {
  const key = `idpmap:${name}:{check}:${randomBytes(6).toString('hex')}`;
  const [plain, stream, sorted, number] = [`${key}:v`, `${key}:s`, `${key}:z`, `${key}:n`];
  const tries: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['set', () => engine.set(plain, 'x', 'PX', 5000, 'NX')],
    ['get', () => engine.get(plain)],
    ['mget', () => engine.mget(plain)],
    ['incr', () => engine.incr(number)],
    ['decr', () => engine.decr(number)],
    ['pexpire', () => engine.pexpire(number, 5000)],
    ['xadd', () => engine.xadd(stream, '*', 'n', 'x')],
    ['xrange', () => engine.xrange(stream, '-', '+', 'COUNT', 1)],
    ['xrevrange', () => engine.xrevrangeBuffer(stream, '+', '-', 'COUNT', 1)],
    ['zadd', () => engine.zadd(sorted, 1, 'x')],
    ['zcount', () => engine.zcount(sorted, 0, 1)],
    ['zrange', () => engine.zrangeBuffer(sorted, '0', '1', 'BYSCORE')],
    ['zremrangebyscore', () => engine.zremrangebyscore(sorted, 0, 0)],
    ['zrem', () => engine.zrem(sorted, 'x')],
    ['del', () => engine.del(plain, stream, sorted, number)],
  ];
  const missing: string[] = [];
  for (const [command, attempt] of tries) {
    try {
      await attempt();
    } catch (error) {
      if (!reasonOf(error).startsWith('NOPERM')) throw error;
      missing.push(command);
    }
  }
  if (missing.length > 0) {
    const text = `the engine refuses ${missing.join(', ')}: give the user what idpmap fleet acl prints`;
    return [{ level: 'failed', text }];
  }
  const begunAt = preciseClock.now();
  const fleetMs = await askTime(key);
  const ms = preciseClock.now() - begunAt;
  const difference = Math.round((fleetMs - wallClock.now()) / 1000);
  const isOff = Math.abs(difference) * 1000 > MOST_DIFFERENCE_MS;
  return [
    { level: 'ok', text: `the engine answers, ${ms} ms for a question, all rights are there` },
    ...(isOff
      ? [
          {
            level: 'warning' as const,
            text: `its clock is ${difference} s from this host's: no none of another daemon is believed, let both keep time`,
          },
        ]
      : []),
  ];
}

async function readOthers(
  engine: Engine,
  name: string,
  open: (closed: Buffer, under: string) => string | undefined,
): Promise<readonly Remark[]> {
  const keyOf = (what: string): string => `idpmap:${name}:{${name}}:${what}`;
  const [members, lines] = await Promise.all([
    engine.zrangeBuffer(keyOf('members'), '0', String(SAMPLE)),
    engine.xrevrangeBuffer(keyOf('log'), '+', '-', 'COUNT', SAMPLE),
  ]);
  const strange =
    members.filter((member) => open(member, keyOf('members')) === undefined).length +
    lines.filter(([, fields]) => open(fields[1] ?? Buffer.alloc(0), keyOf('log')) === undefined)
      .length;
  if (strange === 0) return [];
  const text = `${strange} lines of the fleet ${name} do not open: another key is used under this name, or somebody writes there`;
  return [{ level: 'warning', text }];
}
