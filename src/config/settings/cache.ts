import { z } from 'zod';
import { count, duration, path, share } from '../schema/values.ts';

/** A stale answer may outlive any timer, but not a year. */
const YEAR = '365d';

const entries = z.strictObject({
  found: count(1).prefault(100_000).meta({ description: 'Addresses that somebody holds.' }),
  none: count(1).prefault(50_000).meta({ description: 'Addresses that nobody holds.' }),
  unknown: count(1).prefault(10_000).meta({ description: 'Addresses whose lookup failed.' }),
});

/** What is remembered of a directory's answers. */
export const cache = z
  .strictObject({
    fresh: duration('0ms', YEAR).prefault('60s').meta({
      description: 'How long a found entry answers without asking again.',
    }),
    freshNone: duration('0ms', YEAR).prefault('10s').meta({
      description: 'The same for an address that nobody holds.',
    }),
    unknown: duration('0ms', '1h').prefault('5s').meta({
      description: 'How long a failed lookup is not tried again.',
    }),
    stale: duration('0ms', YEAR).prefault('24h').meta({
      description:
        'How long a found entry stands in for a directory that fails. It bounds how long a removed account may still get mail.',
    }),
    prefetch: share().prefault('75%').meta({
      description: 'The part of its life after which a busy entry is refreshed in the background.',
    }),
    entries: entries.prefault({}).meta({
      description: 'How many addresses are remembered in each directory, by outcome.',
    }),
    file: path()
      .exactOptional()
      .meta({
        description: 'Where the memory is kept over a restart; without it, it is not.',
        examples: ['/var/lib/idpmap/cache'],
      }),
    saveEvery: duration('1s').prefault('60s').meta({ description: 'How often it is saved there.' }),
  })
  .prefault({})
  .meta({ description: "What is remembered of the directories' answers." });
