import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { lookup } from '../../src/cli/lookup.ts';
import { runCommand } from '../support/daemon.ts';
import { MAPS } from '../support/people.ts';
import { type MailSystem, startMailSystem } from '../support/postfix/mail.ts';
import { describeWith } from '../support/requirement.ts';

/** Keys as Postfix asks them, and as somebody types them. */
const KEYS = [
  'ann@example.org',
  'Ann+News@Example.ORG',
  'a.smith+news@example.org',
  'team@example.org',
  'gone@example.org',
  'mute@example.org',
  'nobody@example.org',
  'postmaster@example.net',
  'whoever@catch.example',
  'info@BÜCHER.example',
  '"a b"@example.org',
  '"a@b"@example.org',
  'ann@[127.0.0.1]',
  '@example.org',
  'ann@',
  'ann',
  'example.org',
  'bücher.example',
  'www.spam.example',
  '192.0.2.7',
  '192.0.2.8',
  '*',
  '<>',
  '%s %d %%',
  ' ',
  'two words@example.org',
  'line\nbreak@example.org',
  `${'a'.repeat(400)}@example.org`,
];

/** What a command made of an answer; a fault's reason goes to the log, for mail.log has one of its own. */
interface Shown {
  readonly code: number;
  readonly data?: string;
}

describeWith(['postfix', 'root'], 'postmap -q', () => {
  let system: MailSystem;

  beforeAll(async () => {
    system = await startMailSystem('unix', {
      domains: { 'later.example': { directory: 'absent' } },
      directories: { absent: { type: 'file', path: 'absent.yaml' } },
    });
    await system.serve();
  });
  afterAll(() => system?.stop());

  const askPostmap = async (map: string, key: string): Promise<Shown> => {
    const data = await system.postfix.postmap(system.mapOf(map), key);
    return data === undefined ? { code: 1 } : { code: 0, data };
  };

  /** Runs the command in this process, for there are many questions. */
  const askLookup = async (map: string, key: string): Promise<Shown> => {
    let text = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    try {
      const code = await lookup(map, key, { config: system.configFile });
      return code === 0 ? { code, data: text.replace(/^OK /, '').trimEnd() } : { code };
    } finally {
      write.mockRestore();
    }
  };

  test.each(Object.keys(MAPS))('agrees with idpmap lookup on every key of %s', async (map) => {
    const answers = async (ask: typeof askLookup) => {
      const shown: Record<string, Shown> = {};
      for (const key of KEYS) shown[key] = await ask(map, key);
      return shown;
    };
    const byLookup = await answers(askLookup);
    expect(await answers(askPostmap)).toEqual(byLookup);
    expect(new Set(Object.values(byLookup).map(({ code }) => code))).toEqual(new Set([0, 1]));
  });

  const ADDRESS_MAPS = ['user-exists', 'virtual-aliases', 'sender-logins', 'relay-recipients'];

  test.each(ADDRESS_MAPS)('fails where %s says TEMP', async (map) => {
    expect(await askLookup(map, 'ann@later.example')).toEqual({ code: 75 });
    await expect(askPostmap(map, 'ann@later.example')).rejects.toThrow(
      /temporary error: idpmap \S+ absent/,
    );
  });

  test.each([
    { map: 'user-exists', key: 'Ann@example.org', code: 0, stdout: /^OK ann@example\.org\n$/ },
    { map: 'user-exists', key: 'nobody@example.org', code: 1, stdout: /^NOTFOUND\n$/ },
    { map: 'user-exists', key: 'ann@later.example', code: 75, stdout: /^TEMP idpmap \S+ absent/ },
    { map: 'nowhere', key: 'ann@example.org', code: 78, stdout: /^PERM .*nowhere/ },
  ])('has the exit code $code of idpmap lookup $map $key', async ({ map, key, ...expected }) => {
    const result = await runCommand(['lookup', '--config', system.configFile, map, key]);
    expect(result).toMatchObject({
      code: expected.code,
      stdout: expect.stringMatching(expected.stdout),
    });
  });
});
