import { expect, test } from 'vitest';
import type { LoadOptions } from '../../src/config/load.ts';
import { createScratch, errorOf, LEAST, LEAST_ENVIRONMENT, load, mistakesIn } from './fixture.ts';

type Environment = LoadOptions['environment'];

test.each<[string, Environment, string]>([
  [
    'an unknown variable',
    { IDPMAP_DEADLIN: '1s' },
    'IDPMAP_DEADLIN: unknown variable, did you mean IDPMAP_DEADLINE?',
  ],
  [
    'levels joined by one _',
    { IDPMAP_LOG_LEVEL: 'info' },
    'IDPMAP_LOG_LEVEL: unknown variable, did you mean IDPMAP_LOG__LEVEL?',
  ],
  [
    'a level too much',
    { IDPMAP_LOG__KEY__FILE: '/x' },
    'IDPMAP_LOG__KEY__FILE: unknown variable, did you mean IDPMAP_LOG__KEY_FILE?',
  ],
  [
    'a slip below a chosen name',
    { IDPMAP_DIRECTORIES__PEOPLE__GARD: '1%' },
    'IDPMAP_DIRECTORIES__PEOPLE__GARD: unknown variable, did you mean IDPMAP_DIRECTORIES__PEOPLE__GUARD?',
  ],
  [
    'the file of a group',
    { IDPMAP_CACHE_FILE: '/x' },
    'IDPMAP_CACHE_FILE: unknown variable, did you mean IDPMAP_CACHE__FILE?',
  ],
  [
    'a variable that resembles none',
    { IDPMAP_FROBNICATE: '1' },
    'IDPMAP_FROBNICATE: unknown variable, see docs/configuration.md for those there are',
  ],
  [
    'an empty level',
    { IDPMAP_: '1' },
    'IDPMAP_: unknown variable, see docs/configuration.md for those there are',
  ],
  [
    'a port that is none of Kubernetes',
    { IDPMAP_PORT: '9100' },
    'IDPMAP_PORT: unknown variable, see docs/configuration.md for those there are',
  ],
  [
    'a new domain with dots',
    { IDPMAP_DOMAINS__EXAMPLE_NET__DIRECTORY: 'people' },
    "IDPMAP_DOMAINS__EXAMPLE_NET__DIRECTORY: a variable's name can't hold the dots of a new domain, write all of them as YAML: IDPMAP_DOMAINS='{ … }'",
  ],
  [
    'a name that two domains could have',
    {
      IDPMAP_DOMAINS: '{a-b.org: {directory: people}, a.b.org: {directory: people}}',
      IDPMAP_DOMAINS__A_B_ORG__CATCH_ALL: 'a@b.org',
    },
    "IDPMAP_DOMAINS__A_B_ORG__CATCH_ALL: means a-b.org or a.b.org, write all of them as YAML: IDPMAP_DOMAINS='{ … }'",
  ],
  [
    'a wrong value',
    { IDPMAP_DEADLINE: '60' },
    'deadline (IDPMAP_DEADLINE): "60" is no duration, write 60ms',
  ],
  [
    'a wrong number',
    { IDPMAP_CONNECTIONS__MAX: 'many' },
    'connections.max (IDPMAP_CONNECTIONS__MAX): expected a whole number, found "many"',
  ],
  [
    'a mistake within a subtree',
    { IDPMAP_LOG: '{levle: info}' },
    'log.levle (IDPMAP_LOG): unknown key, did you mean "level"?',
  ],
  [
    'broken YAML',
    { IDPMAP_LOG: '{level: info' },
    'log (IDPMAP_LOG): line 1, column 1 of its YAML: a bracket is not closed, write } at its end',
  ],
  [
    'a key twice',
    { IDPMAP_LOG: '{level: info, level: warn}' },
    'log (IDPMAP_LOG): line 1, column 15 of its YAML: level is set twice, first in line 1, keep one',
  ],
  [
    'a group that is text',
    { IDPMAP_LOG: 'info' },
    'log (IDPMAP_LOG): expected settings (name: value), found "info", write { level: info }',
  ],
  [
    'a value and its file',
    { IDPMAP_LOG__KEY: 'x', IDPMAP_LOG__KEY_FILE: '/x' },
    'log.key: IDPMAP_LOG__KEY and IDPMAP_LOG__KEY_FILE are both set, keep one',
  ],
  [
    'a file that is not there',
    { IDPMAP_DEADLINE_FILE: '/nonexistent/x' },
    'deadline (IDPMAP_DEADLINE_FILE): file /nonexistent/x does not exist, create it or mend the path',
  ],
  [
    'an empty secret',
    { IDPMAP_LOG__KEY: '' },
    'log.key (IDPMAP_LOG__KEY): the variable IDPMAP_LOG__KEY is empty, set it to the secret',
  ],
  [
    'an endpoint that all the world reaches',
    { IDPMAP_LISTEN: 'tcp://0.0.0.0:1' },
    'listen (IDPMAP_LISTEN): tcp://0.0.0.0:1 is reachable from outside and socketmap has no authentication, listen on loopback or a unix socket, or set allow (the networks of your mail servers) and tls or acknowledgeUnauthenticated: true',
  ],
])('tells %s by the name of the variable', async (_, environment, mistake) => {
  expect(await mistakesIn(LEAST, { environment })).toEqual([`config: ${mistake}`]);
});

test('tells the variable that could give what is missing', async () => {
  const environment = {
    IDPMAP_DOMAINS: '{example.org: {directory: people}}',
    IDPMAP_DIRECTORIES__PEOPLE__TYPE: 'file',
  };
  expect((await errorOf(load({ environment }))).message).toBe(
    'config: directories.people.path (IDPMAP_DIRECTORIES__PEOPLE__PATH): is missing, write path: /etc/idpmap/people.yaml',
  );
});

test('tells only once that a file is not there, also where its setting is required', async () => {
  const environment = {
    IDPMAP_DOMAINS: '{example.org: {directory: people}}',
    IDPMAP_DIRECTORIES__PEOPLE__TYPE: 'file',
    IDPMAP_DIRECTORIES__PEOPLE__PATH_FILE: '/nonexistent/x',
  };
  expect((await errorOf(load({ environment }))).problems).toHaveLength(1);
});

test('tells an empty file of a secret', async () => {
  using scratch = createScratch();
  const file = scratch.write('key', '');
  const environment = { ...LEAST_ENVIRONMENT, IDPMAP_LOG__KEY_FILE: file };
  expect((await errorOf(load({ environment }))).message).toBe(
    `config: log.key (IDPMAP_LOG__KEY_FILE): secret file ${file} is empty, write the secret into it`,
  );
});
