import { randomBytes } from 'node:crypto';
import { type Clock, preciseClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { settlesWithin } from '../settle.ts';
import type { Fleet } from './contract.ts';
import type { Opened } from './engine.ts';
import { createFeed } from './feed.ts';
import { createFleetFigures, figuresOf } from './figures.ts';
import { type Link, openLink } from './link.ts';
import { createNewsLog } from './log.ts';
import { createMembers } from './members.ts';
import { createOutdated, type News, type Outdated } from './news.ts';
import { BEAT_MS } from './pace.ts';
import { createSeal } from './seal.ts';
import { type FleetSettings, ownName, readConnection, readKeys } from './settings.ts';
import { createShared } from './shared.ts';
import { createShelf } from './shelf.ts';
import { createFleetTime, type FleetTime } from './time.ts';
import { createRate, type Rate } from './turns.ts';
import { within } from './within.ts';

export interface FleetOptions {
  readonly settings: FleetSettings;
  /** The most that a question to the engine may take, whatever the settings say. */
  readonly mostTimeoutMs: number;
  readonly version: string;
  /** Another daemon's news. */
  readonly heard: (news: News) => void;
  /** What was told while this daemon heard nothing counts from now on: `worthOf` knows it. */
  readonly caughtUp: () => void;
  readonly log: Log;
  readonly clock: Clock;
}

/** As many as the log holds. */
const MOST_PURGES = 10_000;

/** The last news may take this long to be told. */
const LEAVE_MS = 200;

/**
 * Joins the fleet, without waiting for the engine.
 * @throws {Error} where a key, a password or a certificate can't be read
 */
export async function joinFleet(options: FleetOptions): Promise<Fleet> {
  const { settings, log, clock } = options;
  const seal = createSeal(await readKeys(settings));
  const base = `idpmap:${settings.name}`;
  const me = randomBytes(9).toString('base64url');
  const name = ownName();
  const figures = createFleetFigures();
  const outdated = new Map<string, Outdated>();
  const members = createMembers(`${base}:{${settings.name}}:members`, seal, {
    name,
    version: options.version,
    me,
  });
  const readied = Promise.withResolvers<void>();
  let heardAt: number | undefined;
  let link: Link | undefined;
  const unknownTime = createFleetTime();
  const timeNow = (): FleetTime => link?.time ?? unknownTime;

  /** For directories that are configured later. */
  const purges: (readonly [News, number])[] = [];
  const outdatedOf = (directory: string): Outdated => {
    const known = outdated.get(directory);
    if (known !== undefined) return known;
    const fresh = createOutdated(directory);
    for (const [news, at] of purges) fresh.note(news, at);
    outdated.set(directory, fresh);
    return fresh;
  };
  const note = (news: News, at: number): void => {
    if ('directory' in news) return outdatedOf(news.directory).note(news, at);
    if (news.op === 'purge' && purges.push([news, at]) > MOST_PURGES) purges.shift();
    for (const each of outdated.values()) each.note(news, at);
  };
  const rates = new Map<string, Rate>();
  const rateAt = (door: string, perSecond: number): Rate => {
    const known = rates.get(door);
    if (known !== undefined) return known;
    const rate = createRate({ base: door, perSecond, members: members.count, clock });
    rates.set(door, rate);
    return rate;
  };

  const logKey = `${base}:{${settings.name}}:log`;
  const newsLog = createNewsLog({
    key: logKey,
    me,
    seal,
    time: timeNow,
    heard: options.heard,
    note,
    caughtUp: options.caughtUp,
    deliver: (command) => link?.deliver(command) ?? Promise.reject(new Error('not connected')),
    figures,
  });

  const timeoutMs = Math.min(settings.timeout, options.mostTimeoutMs);
  const beat = async ({ engine, askTime }: Opened, time: FleetTime): Promise<'swift' | 'slow'> => {
    const sentAt = preciseClock.now();
    const telling = askTime(logKey);
    const pace = within(telling, timeoutMs).then(
      () => 'swift' as const,
      () => 'slow' as const,
    );
    const fleetMs = await within(telling, 2 * BEAT_MS);
    const clockRuns = time.set(fleetMs, sentAt, preciseClock.now());
    await within(newsLog.beat(engine, clockRuns), 4 * BEAT_MS);
    await within(members.beat(engine, fleetMs), 2 * BEAT_MS);
    heardAt = preciseClock.now();
    if (Number.isFinite(newsLog.since())) readied.resolve();
    return pace;
  };
  link = await openLink({
    connect: () => readConnection(settings),
    timeoutMs,
    beat,
    figures,
    log,
  });
  const { isUp: isLinked } = link;
  const opened = link;
  const shared = createShared(opened, seal, base, me);
  const isUp = (): boolean => isLinked() && Number.isFinite(newsLog.since());

  return {
    isUp,
    figures,
    rateOf: (perSecond) => (isUp() ? perSecond : Math.max(1, perSecond / members.count())),
    tell: newsLog.tell,
    note: (news) => {
      const at = opened.time.now();
      if (at !== undefined) note(news, at);
    },
    worthOf: (directory, askedAt, key, values) => {
      const mark = opened.time.toFleet(askedAt);
      return mark === undefined ? 'good' : outdatedOf(directory).judge(mark, key, values);
    },
    others: () => members.count() - 1,
    ...shared,
    feed: (room) => createFeed({ link: opened, seal, base, room, name, turns: shared, figures }),
    shelf: (room) => {
      const { directory, fingerprint, what, perSecond } = room;
      const [door] = seal.names(`rate ${directory} ${fingerprint}`);
      return createShelf({
        link: opened,
        seal,
        base,
        room: `${fingerprint} ${what}`,
        me,
        name,
        outdated: outdatedOf(directory),
        since: newsLog.since,
        era: newsLog.era,
        rate: rateAt(`${base}:{${door}}:rate:${perSecond}`, perSecond),
        figures,
        counted: figuresOf(figures, directory),
        foundMs: room.foundMs,
        noneMs: room.noneMs,
        turnMs: room.timeoutMs + BEAT_MS,
      });
    },
    ready: async (withinMs) => void (await settlesWithin(readied.promise, withinMs)),
    status: () => {
      const differenceMs = opened.time.differenceMs();
      const since = opened.since();
      const reason = opened.reason();
      return {
        name: settings.name,
        isUp: isUp(),
        ...(reason !== undefined && { reason }),
        ...(since !== undefined && { sinceMs: preciseClock.now() - since }),
        members: members.list(),
        size: members.count(),
        ...(heardAt !== undefined && { heardMs: preciseClock.now() - heardAt }),
        ...(differenceMs !== undefined && { differenceMs }),
        waiting: newsLog.waiting(),
        refused: { ...figures.refused },
      };
    },
    stop: async () => {
      const leaving = newsLog.flush().then(() => opened.deliver(members.leave));
      await settlesWithin(
        leaving.catch(() => {}),
        LEAVE_MS,
      );
      opened.stop();
    },
  };
}
