import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { makePlace, startInstance } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const PAGE = join(import.meta.dirname, '../../docs/operations.md');

/** What each call of the page gives, by what it asks for. */
const GIVEN: readonly (readonly [call: string, reply: RegExp])[] = [
  ['/livez', /^alive\n$/],
  ['/readyz', /^ready\n$/],
  ['/metrics', /^idpmap_build_info\{/m],
  ['--location http', /^<!doctype html>/],
  ['/api/status', /^\{"version":/],
  ['"address": "ann@example.org"}', /"verdict":\{"code":250/],
  ['"login": "ann"}', /"verdict":\{"code":250/],
  ['"id":', /"trace":\{"id":"[0-9a-f]{6}"/],
  ['"directory":', /^\{"forgotten":\d+\}$/],
  ['/api/shadow', /^\{"differences":\[\]/],
];

describeWith(['curl'], 'the calls in docs/operations.md', () => {
  let lines: readonly string[];
  beforeAll(async () => {
    const text = await readFile(PAGE, 'utf8');
    const [, block = ''] = /^```sh\n(curl http.*?)^```$/ms.exec(text) ?? [];
    lines = block.split('\n').filter((line) => line !== '');
  });

  /** Runs a line of the page at a daemon of the test's own. */
  async function run(line: string): Promise<string> {
    const place = await makePlace();
    const token = join(place, 'http-token');
    await writeFile(token, 'correct-horse-battery\n');
    const people = createScripted();
    employ(people, [account('ann@example.org', { logins: ['ann'] })]);
    const { daemon, ask } = await startInstance({
      place,
      directories: { people },
      config: `
http: { endpoint: "tcp://127.0.0.1:0", token: { file: http-token } }
domains: { example.org: { directory: people } }
directories: { people: { type: file, path: people.yaml } }
`,
    });
    people.mode = 'doubts';
    const id = (await ask('user-exists', 'bob@example.org')).slice(-6);
    people.mode = 'well';
    if (daemon.http?.kind !== 'tcp') throw new Error('it serves no http');
    const [assignment = ''] = lines.filter((each) => each.startsWith('token='));
    const script = `${assignment}\n${line}`
      .replaceAll('9101', String(daemon.http.port))
      .replaceAll('/etc/idpmap/http-token', token)
      .replaceAll('7f3a91', id);
    return new Promise((resolve, reject) => {
      const options = { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } } as const;
      const child = execFile('sh', ['-c', script], options, (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      );
      onTestFinished(() => void child.kill());
    });
  }

  test.each(GIVEN)('%s gives what the page says', async (call, reply) => {
    const line = lines.find((each) => each.includes(call));
    expect(await run(line ?? '')).toMatch(reply);
  });

  test('are all of these', () => {
    const calls = lines.filter((line) => line.startsWith('curl'));
    expect(calls.filter((line) => !GIVEN.some(([call]) => line.includes(call)))).toEqual([]);
    expect(calls).toHaveLength(GIVEN.length);
  });
});
