import { describe, expect, test } from 'vitest';
import type { Facts, FileFact, Place } from '../../../src/cli/doctor/facts.ts';
import { lookAtClock, lookAtFiles } from '../../../src/cli/doctor/upkeep.ts';
import { factsOf, placeOf } from '../../support/doctor/facts.ts';

const CONFIG = `
control: /run/idpmap/control
state: /var/lib/idpmap/state
cache: { file: /var/lib/idpmap/memory }
http: { endpoint: off, token: { file: token } }
`;
const WRITTEN = ['/run/idpmap/control', '/var/lib/idpmap/state', '/var/lib/idpmap/memory'];

/** Facts with these files as they should be, and changes by the end of their names. */
async function facts(changes: Readonly<Record<string, Partial<Place>>> = {}): Promise<Facts> {
  const begun = await factsOf({ config: CONFIG, files: { token: 'a secret of sixteen' } });
  const read = begun.loaded.watched;
  const places = [...read, ...WRITTEN].map((path) => {
    const file: FileFact = { path, kind: 'file', mode: 0o640, uid: 0, gid: 900, changedAt: 0 };
    const [, change = {}] = Object.entries(changes).find(([end]) => path.endsWith(end)) ?? [];
    return [path, placeOf(path, { ...(read.includes(path) && { file }), ...change })] as const;
  });
  return { ...begun, places: new Map(places) };
}

const secret = (changes: Partial<FileFact>): FileFact => ({
  path: '/x',
  kind: 'file',
  mode: 0o640,
  uid: 0,
  gid: 900,
  changedAt: 0,
  ...changes,
});
const [own, ...above] = placeOf('/var/lib/idpmap/state').above;
if (own === undefined) throw new Error('it lies in a directory');
/** The tests’ own directory is what anybody may pass. */
const open = { above: [{ ...own, mode: 0o755 }, ...above] };

describe('files', () => {
  test('that are right have nothing to mend', async () => {
    expect(lookAtFiles(await facts())).toEqual([]);
  });

  test.each<[what: string, end: string, changes: Partial<Place>, level: string, text: RegExp]>([
    [
      'a secret for everybody',
      '/token',
      { ...open, file: secret({ mode: 0o644 }) },
      'warning',
      /everybody on this machine may read it \(mode 0644\)/,
    ],
    [
      'a secret of root’s',
      '/token',
      { file: secret({ mode: 0o600 }) },
      'failed',
      /^idpmap \(uid 900\) may not read it: \/x has mode 0600/,
    ],
    [
      'a secret behind a barrier',
      '/token',
      { above: [{ ...own, uid: 0, mode: 0o700 }] },
      'failed',
      /may not read it: \/var\/lib\/idpmap has mode 0700/,
    ],
    [
      'a configuration of root’s',
      '/idpmap.yaml',
      { file: secret({ mode: 0o600 }) },
      'failed',
      /may not read it/,
    ],
    [
      'no directory for the state',
      '/state',
      { holder: 'absent' },
      'warning',
      /does not exist: what is held and accepted is forgotten/,
    ],
    [
      'a file for a directory',
      '/memory',
      { holder: 'other' },
      'warning',
      /is no directory: memory is lost/,
    ],
    [
      'a directory of somebody else for the control socket',
      '/control',
      { above: [{ ...own, uid: 0 }, ...above] },
      'failed',
      /may not write to \/run\/idpmap .*: idpmap does not start/,
    ],
  ])('%s', async (_, end, changes, level, text) => {
    expect(lookAtFiles(await facts({ [end]: changes }))).toEqual([
      {
        level,
        about: expect.stringContaining(end),
        text: expect.stringMatching(text),
        mend: expect.any(String),
      },
    ]);
  });

  test.each<[what: string, end: string, changes: Partial<Place>]>([
    ['the directory of the control socket is made', '/control', { holder: 'absent' }],
    ['a secret for everybody in a closed directory', '/token', { file: secret({ mode: 0o644 }) }],
    ['a configuration for everybody', '/idpmap.yaml', { ...open, file: secret({ mode: 0o644 }) }],
  ])('%s is right', async (_, end, changes) => {
    expect(lookAtFiles(await facts({ [end]: changes }))).toEqual([]);
  });
});

describe('the clock', () => {
  test.each([
    [undefined, 0],
    [true, 0],
    [false, 1],
  ])('that is kept: %s', async (isKept, count) => {
    const clock = { now: 0, ...(isKept !== undefined && { isKept }) };
    expect(lookAtClock({ ...(await facts()), clock })).toHaveLength(count);
  });

  test.each([
    [4 * 60_000, 0],
    [6 * 60_000, 1],
  ])('is compared with what was written, %i ms later', async (changedAt, count) => {
    const found = lookAtClock(await facts({ '/memory': { file: secret({ changedAt }) } }));
    expect(found).toHaveLength(count);
    if (count > 0) expect(found[0]?.text).toMatch(/^says 1970-.*memory was written later/);
  });
});
