import { z } from 'zod';
import { marks } from '../schema/marks.ts';
import { demo } from './demo.ts';
import { file } from './file.ts';
import { keycloak } from './keycloak.ts';
import { ldap } from './ldap.ts';

/** The name of a directory, as an administrator chooses it: it labels metrics and stands in variables' names. */
const directoryName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no name of a directory, write lower-case letters, digits and hyphens: staff`,
  })
  .register(marks, { type: 'name' });

/** One directory: a schema for each type. A new type is one more file, listed here. */
const directory = z.discriminatedUnion('type', [file, ldap, keycloak, demo]);

/** Whatever knows the people. */
export const directories = z
  .record(directoryName, directory)
  .register(marks, { key: { name: 'NAME', example: 'people' } })
  .prefault({})
  .meta({
    description: 'Whatever knows the people, under names of your choice.',
    examples: ['{ people: { type: file, path: people.yaml } }'],
  });
