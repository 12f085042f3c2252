import { z } from 'zod';
import { count, duration, flag, share } from '../config/schema/values.ts';

/** What a directory of one type is spared unless the configuration says otherwise. */
export interface LimitDefaults {
  readonly inFlight: number;
  readonly perSecond: number;
}

const limit = ({ inFlight, perSecond }: LimitDefaults) =>
  z.strictObject({
    inFlight: count(1).prefault(inFlight).meta({ description: 'Questions under way at a time.' }),
    queue: count(0).prefault(1000).meta({ description: 'Questions that may wait for their turn.' }),
    queueWait: duration('0ms', '90s').prefault('200ms').meta({
      description: 'How long one waits before it is given up as overload.',
    }),
    perSecond: count(1).prefault(perSecond).meta({ description: 'Questions a second.' }),
  });

const breaker = z.strictObject({
  failures: share().prefault('50%').meta({
    description: 'Share of failed questions at which the directory is left alone.',
  }),
  minimum: count(1).prefault(10).meta({
    description: 'Questions within the window before that share means anything.',
  }),
  window: duration('1s').prefault('10s').meta({ description: 'The time that is looked back on.' }),
  probe: duration('100ms').prefault('1s').meta({
    description: 'How often a directory that is left alone is tried.',
  }),
});

/** Makes the settings that a directory of every type has. */
export const common = (limits: LimitDefaults) => ({
  sharedAliases: flag().prefault(false).meta({
    description:
      'Two accounts may hold one alias, and both get its mail. Otherwise such an address is deferred.',
  }),
  timeout: duration('1ms', '90s').prefault('2s').meta({
    description: 'How long one question may take; its answer still fills the memory.',
  }),
  limit: limit(limits).prefault({}).meta({ description: 'What the directory is spared.' }),
  breaker: breaker.prefault({}).meta({
    description: 'When a failing directory is left alone, so that answers stay quick.',
  }),
  flips: count(1).prefault(20).meta({
    description:
      'Known addresses that may vanish within a minute. Once there are more, none of them is believed until `idpmap accept NAME`; they go on receiving.',
  }),
  flipsGuard: share().prefault('10%').meta({
    description:
      'Share of the known addresses, or five of them, that may vanish within an hour; likewise.',
  }),
  domainsRefresh: duration('1s').prefault('5m').meta({
    description: 'How often the domains that it lists are read again.',
  }),
  domainsGuard: share().prefault('10%').meta({
    description:
      'A list of domains that lost more than this share is held until `idpmap accept NAME`.',
  }),
});

/** A directory in this process's own memory needs no sparing. */
export const IN_MEMORY: LimitDefaults = { inFlight: 1000, perSecond: 100_000 };

/** The schemas of what the configuration says of a directory whatever its type. */
export type CommonShape = ReturnType<typeof common>;

/** Those of them that decide how a directory is asked, and not what it answers. One that is added later does, until it stands here. */
export const HOW_ASKED: readonly (keyof CommonShape)[] = [
  'timeout',
  'limit',
  'breaker',
  'flips',
  'flipsGuard',
  'domainsRefresh',
  'domainsGuard',
];
