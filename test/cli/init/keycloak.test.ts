import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../../src/cli/exit.ts';
import { type InitOptions, initKeycloak } from '../../../src/cli/init/keycloak.ts';
import { capture } from '../../support/command.ts';
import { makePlace, settingsOf } from '../../support/instance.ts';

const LEAST: InitOptions = {
  url: 'https://sso.example.org',
  realm: 'staff',
  client: 'idpmap',
  domain: ['example.org'],
};

const EVERYTHING: InitOptions = {
  ...LEAST,
  aliases: 'mailAlias',
  groups: 'mail',
  organizations: true,
  events: true,
};

async function textOf(options: InitOptions): Promise<string> {
  return (await capture(() => initKeycloak(options))).text;
}

async function configOf(options: InitOptions): Promise<unknown> {
  return parse(await textOf({ ...options, only: 'config' }));
}

/** Runs the printed commands with a kcadm.sh that does nothing; gives what each call of it was told, and the place. */
async function runCommands(options: InitOptions, shell = 'sh') {
  const place = await makePlace();
  const calls = join(place, 'calls');
  const script = `#!/bin/sh\nprintf '%s\\0' "$@" >>'${calls}'\nprintf '\\n' >>'${calls}'\necho answer\n`;
  await writeFile(join(place, 'kcadm.sh'), script, { mode: 0o755 });
  const commands = await textOf({ ...options, only: 'commands' });
  execFileSync(shell, ['-c', commands], {
    cwd: place,
    env: { PATH: `${place}:${process.env['PATH']}` },
  });
  const told = (await readFile(calls, 'utf8')).trimEnd().split('\n');
  return { place, told: told.map((line) => line.split('\0').slice(0, -1)) };
}

describe('the configuration', () => {
  test('asks the realm for the people of the domains', async () => {
    expect(await configOf(LEAST)).toEqual({
      domains: { 'example.org': { directory: 'staff' } },
      directories: {
        staff: {
          type: 'keycloak',
          url: 'https://sso.example.org',
          realm: 'staff',
          clientId: 'idpmap',
          clientSecret: { file: 'staff.secret' },
          addressFrom: 'email',
          federation: 'auto',
        },
      },
    });
  });

  test.each([LEAST, EVERYTHING])('can be loaded as it is', async (options) => {
    const config = await textOf({ ...options, only: 'config' });
    const place = await makePlace();
    await writeFile(join(place, 'staff.secret'), 'secret');
    const { directories } = await settingsOf(config, place);
    expect(directories).toMatchObject({ staff: { type: 'keycloak', realm: 'staff' } });
  });

  test('takes aliases, groups, domains and events where they are asked for', async () => {
    expect(await configOf(EVERYTHING)).toMatchObject({
      directories: {
        staff: {
          aliasAttribute: 'mailAlias',
          groupAttribute: 'mail',
          organizations: { verified: 'required', allowDomains: ['example.org'] },
          events: '5s',
        },
      },
    });
  });

  test('leaves domains to the organizations where there are any', async () => {
    expect(await configOf(EVERYTHING)).not.toHaveProperty('domains');
  });

  test('allows all verified domains where none is named', async () => {
    const { domain: _, ...rest } = EVERYTHING;
    expect(await configOf(rest)).toHaveProperty('directories.staff.organizations', {
      verified: 'required',
    });
  });

  test.each([
    ['staff', 'staff'],
    ['Staff Europe', 'staff-europe'],
    ['7-eleven', 'eleven'],
    ['ÖBB', 'bb'],
    ['42', 'keycloak'],
  ])('names the directory of the realm %s %s', async (realm, name) => {
    const config = await configOf({ ...LEAST, realm });
    expect(config).toMatchObject({
      domains: { 'example.org': { directory: name } },
      directories: { [name]: { realm, clientSecret: { file: `${name}.secret` } } },
    });
  });

  test.each(['true', 'null', 'a: b', 'a #b', '"', "O'Neil", '- a', '42', 'a:'])(
    'writes the name %s so that it reads as itself',
    async (name) => {
      const config = await configOf({ ...LEAST, realm: name, client: name });
      expect(Object.values(Object(config).directories)).toMatchObject([
        { realm: name, clientId: name },
      ]);
    },
  );

  test.each([
    ['https://SSO.example.org/', 'https://sso.example.org'],
    ['https://sso.example.org/auth/', 'https://sso.example.org/auth'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080/auth', 'http://[::1]:8080/auth'],
  ])('writes the URL %s as %s', async (url, written) => {
    expect(await configOf({ ...LEAST, url })).toHaveProperty('directories.staff.url', written);
  });

  test('writes domains as they go over the wire', async () => {
    const config = await configOf({ ...LEAST, domain: ['Bücher.example', 'EXAMPLE.org.'] });
    expect(Object.keys(Object(config).domains)).toEqual(['xn--bcher-kva.example', 'example.org']);
  });
});

describe('the commands', () => {
  const rolesIn = (told: readonly (readonly string[])[]) =>
    told.flatMap((call) => call.filter((_, i) => call[i - 1] === '--rolename'));

  test.each([
    [{}, ['view-users', 'view-realm']],
    [{ groups: 'mail' }, ['view-users', 'view-realm']],
    [{ organizations: true }, ['view-users', 'view-realm', 'view-organizations']],
    [{ events: true }, ['view-users', 'view-realm', 'view-events']],
    [EVERYTHING, ['view-users', 'view-realm', 'view-events', 'view-organizations']],
  ])('for %o give the roles %j', async (options, roles) => {
    const { told } = await runCommands({ ...LEAST, ...options });
    expect(rolesIn(told)).toEqual(roles);
  });

  test('change nothing of the realm unless it is needed', async () => {
    const { told } = await runCommands(LEAST);
    const changed = told.filter(([verb]) => verb !== 'get').map((call) => call.slice(0, 2));
    expect(changed).toEqual([
      ['config', 'credentials'],
      ['create', 'clients'],
      ['add-roles', '-r'],
      ['create', 'clients/answer/scope-mappings/clients/answer'],
      // The role that not every version has.
      ['create', 'clients/answer/scope-mappings/clients/answer'],
    ]);
  });

  test.each(['sh', 'bash'])(
    'mean what they say in %s, whatever things are called',
    async (shell) => {
      const name = `O'Neil $(id) "x" \`y\` \\z; *`;
      const { told } = await runCommands({ ...EVERYTHING, realm: name, client: name }, shell);
      const realms = told.slice(1).map((call) => call[call.indexOf('-r') + 1]);
      expect(new Set(realms)).toEqual(new Set([name]));
      expect(told[1]).toContain(`clientId=${name}`);
      expect(told[2]).toContain(`service-account-${name.toLowerCase()}`);
    },
  );

  test('declare an attribute that administrators alone may change', async () => {
    const { told } = await runCommands({ ...LEAST, aliases: 'also' });
    const [, declared = ''] = told.at(-1)?.at(-1)?.split('attributes+=') ?? [];
    expect(JSON.parse(declared)).toEqual({
      name: 'also',
      multivalued: true,
      permissions: { view: ['admin'], edit: ['admin'] },
    });
  });

  test('keep the secret for its owner, and off the command line', async () => {
    const { place, told } = await runCommands(LEAST);
    const file = join(place, 'staff.secret');
    expect(execFileSync('stat', ['-c', '%a', file], { encoding: 'utf8' })).toBe('600\n');
    expect(await readFile(file, 'utf8')).toBe('answer\n');
    expect(told.flat().filter((word) => word.startsWith('secret='))).toEqual([]);
  });

  test('end at the first that fails', async () => {
    const commands = await textOf({ ...EVERYTHING, only: 'commands' });
    const place = await makePlace();
    await writeFile(join(place, 'kcadm.sh'), '#!/bin/sh\necho "$1" >>calls\n[ "$1" = config ]\n', {
      mode: 0o755,
    });
    const env = { PATH: `${place}:${process.env['PATH']}` };
    expect(() => execFileSync('sh', ['-c', commands], { cwd: place, env })).toThrow(
      'Command failed',
    );
    expect(await readFile(join(place, 'calls'), 'utf8')).toBe('config\ncreate\n');
  });

  test.each([
    { organizations: true, without: /view-organizations/ },
    { ...EVERYTHING, without: /view-organizations/ },
    { without: /view-organizations/ },
  ])('go on where Keycloak has no role for organizations: %o', async ({ without, ...options }) => {
    const commands = await textOf({ ...LEAST, ...options, only: 'commands' });
    const place = await makePlace();
    const script = `#!/bin/sh\necho "$*" >>calls\necho answer\ncase "$*" in *${without.source}*) exit 1;; esac\n`;
    await writeFile(join(place, 'kcadm.sh'), script, { mode: 0o755 });
    const env = { PATH: `${place}:${process.env['PATH']}` };
    const told = execFileSync('sh', ['-c', commands], { cwd: place, env, encoding: 'utf8' });
    expect(told).toContain('this Keycloak has no role view-organizations');
    expect(await readFile(join(place, 'staff.secret'), 'utf8')).toBe('answer\n');
    const calls = await readFile(join(place, 'calls'), 'utf8');
    // What names it names no other role, which would be lost with it.
    for (const call of calls.split('\n').filter((line) => without.test(line))) {
      expect(call).not.toMatch(/view-(?:users|realm|events)/);
    }
  });

  test('hold no comment between them, which zsh would run', async () => {
    const { commands }: { commands: readonly string[] } = JSON.parse(
      await textOf({ ...EVERYTHING, json: true }),
    );
    expect(commands.filter((line) => line.trimStart().startsWith('#'))).toEqual([]);
  });
});

describe('prints', () => {
  test('both parts, and exits 0', async () => {
    const { code, text } = await capture(() => initKeycloak(EVERYTHING));
    expect(code).toBe(EXIT.ok);
    expect(text).toBe(
      `${await textOf({ ...EVERYTHING, only: 'config' })}\n${await textOf({ ...EVERYTHING, only: 'commands' })}`,
    );
  });

  test('JSON, with both parts', async () => {
    const { config, commands } = JSON.parse(await textOf({ ...LEAST, json: true }));
    expect(parse(config)).toEqual(await configOf(LEAST));
    expect(commands.at(-1)).toBe(')');
  });
});

test.each<[Partial<InitOptions>, string]>([
  [{ url: 'sso.example.org' }, '--url sso.example.org is no URL'],
  [{ url: 'ldap://sso.example.org' }, 'is neither https:// nor http://'],
  [{ url: 'https://ann:secret@sso.example.org' }, 'holds more than a base URL'],
  [{ url: 'https://sso.example.org/?a=b' }, 'holds more than a base URL'],
  [{ url: 'https://sso.example.org/realms/staff' }, 'holds more than the base URL'],
  [{ url: 'https://sso.example.org/auth/admin' }, 'holds more than the base URL'],
  [{ realm: 'master' }, 'name the realm that people with mail are in'],
  [{ aliases: 'mail:alias' }, "--aliases mail:alias is no attribute's name"],
  [{ groups: 'a b' }, "--groups a b is no attribute's name"],
  [{ domain: ['exa mple.org'] }, '--domain exa mple.org is no domain'],
  [{ domain: [] }, 'no domain is named, add --domain example.org'],
])('refuses %o', async (options, message) => {
  await expect(initKeycloak({ ...LEAST, ...options })).rejects.toMatchObject({
    code: EXIT.usage,
    message: expect.stringContaining(message),
  });
});
