import { z } from 'zod';
import { count, flag, path, share } from '../../config/schema/values.ts';

/** The settings of a directory that is a YAML file of accounts and groups. */
export const fileSettings = z.strictObject({
  path: path().meta({
    description: 'The file. It is read again when it changes.',
    examples: ['/etc/idpmap/people.yaml'],
  }),
  guard: share().prefault('10%').meta({
    description:
      'An edit that loses more than this share of the accounts, groups, members, aliases, domains or tables’ rows, and more than five or half of them, is held until `idpmap accept NAME`.',
  }),
  listDomains: flag().prefault(false).meta({
    description:
      'Serves the domains that the file lists under `domains` and `open` too, beside the configured ones.',
  }),
  groups: z
    .strictObject({
      depth: count(1, 100).prefault(10).meta({ description: 'Groups within groups.' }),
      members: count(1, 1_000_000).prefault(1000).meta({
        description: 'Members of a group once the groups within it are expanded.',
      }),
    })
    .prefault({})
    .meta({ description: 'Limits of a group; mail to one that exceeds them is deferred.' }),
});
