import { z } from 'zod';
import { duration, path, share } from '../schema/values.ts';

/** A stale answer may outlive any timer, but not a year. */
const YEAR = '365d';

const shape = {
  path: path().meta({
    description:
      'The file that holds the copy. Its folder may be writable by idpmap only, and is made where it is absent; each directory has a file of its own.',
    examples: ['/var/lib/idpmap/mirrors/staff.db'],
  }),
  refresh: duration('10s').prefault('1h').meta({
    description:
      'How often everybody is listed again, where changes are not all told. `24h` above 300 000 people.',
  }),
  whenAbsent: z.enum(['ask', 'deny']).prefault('ask').meta({
    description:
      "What becomes of an address that the copy, in step, does not know: the directory is asked, or it is nobody's. `deny` needs a feed that tells of new people at once.",
  }),
  acceptFor: duration('1m', YEAR).prefault('7d').meta({
    description:
      'How long the copy stands in for a directory that fails. It bounds how long a removed account may still get mail.',
  }),
  denyFor: duration('0ms', YEAR).prefault('0s').meta({
    description:
      "How long the copy may also say, while the directory can't be reached, that an address is nobody's. `0s`: never, such mail is deferred. It has no effect where not everybody can be listed.",
  }),
  guard: share().prefault('10%').meta({
    description:
      'Share of all people, or five of them, that may vanish. Beyond it they go on receiving until `idpmap accept NAME`.',
  }),
  grace: duration('0ms', '24d').prefault('15m').meta({
    description:
      'How long mail for an address is deferred before its loss counts; the directory is asked for it then.',
  }),
};

/** How often changes are asked for, where the directory does not tell them by itself. */
export const poll = () =>
  duration('1s').prefault('5s').meta({
    description: 'How often changes are asked for, where they are not told unasked.',
  });

/** By which of LDAP's ways changes are learnt. */
export const feed = () =>
  z.enum(['auto', 'syncrepl', 'dirsync', 'list']).prefault('auto').meta({
    description:
      'How changes are learnt: by content synchronisation (RFC 4533), by DirSync (Active Directory), or only by listing everybody again. `auto`: by the best that the server offers.',
  });

/** Makes the settings of a durable copy of one directory's people. `own`: those of its type alone, such as `poll`. */
export const mirror = <Own extends z.ZodRawShape>(own: Own) =>
  z
    .strictObject({ ...shape, ...own })
    .superRefine((written, context) => {
      // The compiler does not see through `Own`, which lays nothing over these.
      const { acceptFor, denyFor }: { acceptFor?: unknown; denyFor?: unknown } = written;
      if (Number(denyFor) <= Number(acceptFor)) return;
      context.addIssue({
        code: 'custom',
        path: ['denyFor'],
        message:
          "is longer than acceptFor: a copy too old to say who is there can't say who is not",
      });
    })
    .exactOptional()
    .meta({
      description:
        'A durable copy of all its people, from which lookups are answered at once, and for days without the directory.',
      examples: ['{ path: /var/lib/idpmap/mirrors/staff.db }'],
    });

/** What every mirror goes by. Durations in milliseconds. */
export type MirrorSettings = Readonly<z.output<z.ZodObject<typeof shape>>>;
