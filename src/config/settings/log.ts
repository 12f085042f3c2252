import { z } from 'zod';
import { secret } from '../schema/values.ts';

/** What is logged, and how. */
export const log = z
  .strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']).prefault('info').meta({
      description:
        'The least that is logged. `info` is what an operator acts on; `debug` has a line a lookup.',
    }),
    format: z.enum(['auto', 'json', 'pretty', 'journal']).prefault('auto').meta({
      description:
        '`auto` is `journal` (readable lines that begin with their priority) where systemd keeps them, `pretty` at a terminal, else `json`.',
    }),
    addresses: z.enum(['hash', 'plain']).prefault('hash').meta({
      description: 'How addresses appear at `info` and above: as a keyed hash, or as they are.',
    }),
    key: secret()
      .exactOptional()
      .meta({
        description:
          'Key of that hash, the same for daemons whose logs are compared. Without it, a random one.',
        examples: ['{ file: /run/secrets/log-key }'],
      }),
  })
  .prefault({})
  .meta({ description: 'What is logged on standard error, and how.' });
