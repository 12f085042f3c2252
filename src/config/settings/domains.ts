import { z } from 'zod';
import { address, domain, localPart } from '../schema/addresses.ts';
import { notations } from '../schema/notation.ts';
import { oneOrMany } from '../schema/values.ts';

/** What names a directory; that it exists is for `relations.ts` to see. */
export const directoryReference = () =>
  z.string().register(notations, { type: 'name', refers: 'directories' });

const roles = z
  .record(localPart(), address().meta({ examples: ['ops@example.org'] }))
  .register(notations, {
    key: { name: 'LOCALPART', example: 'postmaster' },
  });

/** What is done with addresses that nobody holds. */
const targets = () => ({
  catchAll: address()
    .exactOptional()
    .meta({
      description: 'Where mail for addresses that nobody holds goes. It invites spam.',
      examples: ['ann@example.org'],
    }),
  roles: roles.prefault({}).meta({
    description: 'Where mail for role addresses goes that no directory knows (RFC 2142).',
  }),
});

const settings = z
  .strictObject({
    directory: oneOrMany(directoryReference())
      .prefault([])
      .meta({
        description: 'The directory that knows its people, or several to be asked in order.',
        examples: ['people'],
      }),
    shadow: directoryReference()
      .exactOptional()
      .meta({
        description:
          'A second directory that is asked in the background for each address that is asked here, and compared: differences are counted and listed (`idpmap status --shadow`). Nothing is ever answered from it. For moving from one directory to another.',
        examples: ['ldap'],
      }),
    aliasOf: domain()
      .exactOptional()
      .meta({
        description:
          'Another configured domain whose people answer here too, under the same local parts.',
        examples: ['example.org'],
      }),
    ...targets(),
  })
  .superRefine(({ directory, aliasOf }, context) => {
    if (directory.length > 0 || aliasOf !== undefined) return;
    context.addIssue({
      code: 'custom',
      message: 'names neither a directory nor an aliasOf, write directory: NAME',
    });
  });

/** The domains that idpmap answers for. */
export const domains = z
  .record(domain(), settings)
  .register(notations, { key: { name: 'DOMAIN', example: 'example.net', dotted: true } })
  .prefault({})
  .meta({
    description:
      'The domains that idpmap answers for, each with a directory or an `aliasOf`. At least one, unless a directory lists domains.',
    examples: ['{ example.org: { directory: people }, example.net: { aliasOf: example.org } }'],
  });

/** What holds in every domain that a directory lists. */
export const listedDomains = z
  .strictObject(targets())
  .prefault({})
  .meta({
    description:
      'Roles and a catch-all for each domain that a directory lists and `domains` does not have: every domain needs a postmaster (RFC 5321).',
    examples: ['{ roles: { postmaster: ops@example.org, abuse: ops@example.org } }'],
  });
