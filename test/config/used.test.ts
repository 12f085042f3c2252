import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createSchema } from '../../src/config/schema.ts';
import { file } from '../../src/directory/file/type.ts';
import { keycloakSettings } from '../../src/directory/keycloak/settings.ts';
import { defineType } from '../../src/directory/type.ts';

/** Loads settings by a schema of two types; tells also whether keycloak's had to be made. */
async function load(directories: object, environment: Readonly<Record<string, string>> = {}) {
  let isMade = false;
  const watched = defineType({
    type: 'keycloak',
    about: 'A realm of Keycloak.',
    limits: { inFlight: 16, perSecond: 100 },
    settings: () => {
      isMade = true;
      return keycloakSettings;
    },
    open: () => Promise.reject(new Error('not opened')),
    tables: 'none',
    largestGroup: () => 0,
    sample: {},
  });
  const instead = { domains: { 'example.org': { directory: 'people' } }, directories };
  const loaded = await loadConfig(createSchema<typeof file | typeof watched>([file, watched]), {
    environment,
    instead,
  }).then(
    ({ settings }) => settings.directories['people']?.type,
    (error: unknown) => String(error),
  );
  return { loaded, isMade };
}

const FILE = { type: 'file', path: '/etc/idpmap/people.yaml' };

test('the settings of a type that is not configured are not made', async () => {
  expect(await load({ people: FILE })).toEqual({ loaded: 'file', isMade: false });
});

test('a type may stand in a variable', async () => {
  const { type, ...rest } = FILE;
  const variables = { IDPMAP_DIRECTORIES__PEOPLE__TYPE: type };
  expect(await load({ people: rest }, variables)).toEqual({ loaded: 'file', isMade: false });
  const other = { IDPMAP_DIRECTORIES__PEOPLE__TYPE: 'keycloak' };
  const { loaded, isMade } = await load({ people: FILE }, other);
  expect(loaded).toContain('directories.people');
  expect(isMade).toBe(true);
});

test('a mistake is told as by all types', async () => {
  const { loaded, isMade } = await load({ people: FILE, others: { type: 'keykloak' } });
  expect(loaded).toContain('unknown type "keykloak", did you mean "keycloak"?');
  expect(isMade).toBe(true);
});
