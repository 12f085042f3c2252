import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { preciseClock, wallClock } from '../clock.ts';
import { formatEngineUrl } from '../config/schema/engineurl.ts';
import type { Remark } from '../directory/directory.ts';
import { reasonOf } from '../reason.ts';
import { createEngine, type Engine } from './link.ts';
import { createSeal } from './seal.ts';
import { type FleetSettings, readConnection, readKeys } from './settings.ts';
import { MOST_DIFFERENCE_MS, readTime } from './time.ts';
import { within } from './within.ts';

const PATIENCE_MS = 2000;

/** Lines of the log, and members, that are tried. */
const SAMPLE = 100;

/** Looks at the engine as the daemon uses it: reach, rights, speed, clock, and whether what others laid down opens. Never rejects. */
export async function inspectFleet(settings: FleetSettings): Promise<readonly Remark[]> {
  let engine: Engine | undefined;
  try {
    const seal = createSeal(await readKeys(settings));
    engine = await createEngine({ ...(await readConnection(settings)), retryStrategy: null });
    const failed = once(engine, 'error').then(([error]) => Promise.reject(error));
    await within(Promise.race([engine.connect(), failed]), PATIENCE_MS);
    failed.catch(() => {});
    const remarks = await within(tryCommands(engine, settings.name), PATIENCE_MS);
    if (remarks.some(({ level }) => level === 'failed')) return remarks;
    const told = await within(readOthers(engine, settings.name, seal.open), PATIENCE_MS);
    return [...remarks, ...told];
  } catch (error) {
    const where = formatEngineUrl(settings.url);
    return [{ level: 'failed', text: `${where}: ${explain(reasonOf(error))}` }];
  } finally {
    engine?.disconnect();
  }
}

/** Puts each command once that the daemon puts. */
async function tryCommands(engine: Engine, name: string): Promise<readonly Remark[]> {
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
    ['xread', () => engine.xread('COUNT', 1, 'STREAMS', stream, '0')],
    ['xrange', () => engine.xrange(stream, '-', '+', 'COUNT', 1)],
    ['xrevrange', () => engine.xrevrange(stream, '+', '-', 'COUNT', 1)],
    ['zadd', () => engine.zadd(sorted, 1, 'x')],
    ['zcount', () => engine.zcount(sorted, 0, 1)],
    ['zrange', () => engine.zrange(sorted, '0', '1', 'BYSCORE')],
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
  const fleetMs = readTime(await engine.time());
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

const explain = (reason: string): string =>
  /WRONGPASS|NOAUTH/.test(reason)
    ? `${reason}: see fleet.user and fleet.password, and what idpmap fleet acl prints`
    : reason;
