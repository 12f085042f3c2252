import { z } from 'zod';
import { count, duration, durationOrOff, share } from '../schema/values.ts';

/** What Postfix's connections may do, and for how long. */
export const connections = z
  .strictObject({
    max: count(1, 1_000_000).prefault(2000).meta({
      description: 'Connections at a time; further ones are closed at once.',
    }),
    reserve: share().prefault('25%').meta({
      description:
        'Part of `max` that is kept for each endpoint of `listen`, which clients of the others never take; no more than an equal part for each.',
    }),
    perPeer: share().prefault('50%').meta({
      description:
        'Part of `max` that one address may have (over IPv6, one network of 64 bits), over all TCP endpoints. Clients behind one proxy are one address: `100%` where all your mail servers come by one.',
    }),
    requestTimeout: duration('1ms').prefault('30s').meta({
      description:
        'How long a client may take to send a request that it has begun, or its first one.',
    }),
    replyTimeout: duration('1ms').prefault('5s').meta({
      description: 'How long a client may take to read a reply.',
    }),
    idleTimeout: durationOrOff()
      .prefault('off')
      .meta({
        description:
          'How long a connection may be silent. Postfix ends idle ones itself, and a connection that we end may cost a deferred mail: leave it off, or an hour and more.',
        examples: ['2h'],
      }),
  })
  .prefault({})
  .meta({ description: "Postfix's connections." });
