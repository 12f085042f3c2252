import { describe, expect, test, vi } from 'vitest';
import { aliases } from '../../src/maps/aliases.ts';
import { CANDIDATE_KINDS } from '../../src/maps/candidates.ts';
import { createMap } from '../../src/maps/map.ts';
import { account } from '../support/scripted.ts';
import {
  buildMaps,
  contextNow,
  openDirectory,
  type Staffed,
  show,
  TIMES,
  useFakeTime,
} from '../support/world.ts';

/** What is asked for ann+x@x.org, in order. */
const QUESTIONS = [
  { address: 'ann+x@x.org', directory: 'd0' },
  { address: 'ann+x@x.org', directory: 'd1' },
  { address: 'ann@x.org', directory: 'd0' },
  { address: 'ann@x.org', directory: 'd1' },
] as const;
type Question = (typeof QUESTIONS)[number];

const PAIRS = QUESTIONS.flatMap((doubted, i) =>
  QUESTIONS.slice(i).map((known) => ({ doubted, known, same: known === doubted })),
);

function openTwo() {
  const directories: Readonly<Record<Question['directory'], Staffed>> = {
    d0: openDirectory('d0'),
    d1: openDirectory('d1'),
  };
  const maps = buildMaps(
    { 'x.org': { directories: ['d0', 'd1'], catchAll: 'carl@elsewhere.example' } },
    { d0: directories.d0.source, d1: directories.d1.source },
  );
  const employ = ({ directory, address }: Question): void => {
    const boss = account('boss@x.org', { aliases: [address] });
    directories[directory].directory.people.set(address, [boss]);
  };
  const lose = ({ directory, address }: Question): void => {
    directories[directory].directory.lost.add(address);
  };
  const remember = async ({ directory, address }: Question): Promise<void> => {
    await directories[directory].source.lookup(address, contextNow());
  };
  const asked = (): readonly string[] =>
    (['d0', 'd1'] as const).flatMap((name) =>
      directories[name].directory.asked.map((address) => `${address} of ${name}`),
    );
  return { maps, employ, lose, remember, asked };
}

describe('asks for the address, then without its extension, each in all directories', () => {
  test.each(QUESTIONS)('finds $address in $directory', async (holder) => {
    const { maps, employ } = openTwo();
    employ(holder);
    const target = holder.address === 'ann@x.org' ? 'boss+x@x.org' : 'boss@x.org';
    expect(show(await maps.aliases('ann+x@x.org', contextNow()))).toBe(`OK ${target}`);
  });

  test('and asks no further than where somebody is found', async () => {
    const { maps, employ, asked } = openTwo();
    for (const question of QUESTIONS) employ(question);
    await maps.aliases('ann+x@x.org', contextNow());
    expect(asked()).toEqual(['ann+x@x.org of d0']);
  });

  test('and says nobody only after all of them', async () => {
    const { maps, asked } = openTwo();
    expect(show(await maps.mailboxes('ann+x@x.org', contextNow()))).toBe('NOTFOUND');
    expect(asked()).toHaveLength(QUESTIONS.length);
  });
});

describe('in doubt', () => {
  useFakeTime();

  test.each(PAIRS)(
    'about $doubted.address in $doubted.directory, $known.address known of $known.directory wins',
    async ({ doubted, known }) => {
      const { maps, employ, lose, remember } = openTwo();
      employ(known);
      await remember(known);
      await vi.advanceTimersByTimeAsync(TIMES.freshMs);
      lose(doubted);
      const target = known.address === 'ann@x.org' ? 'boss+x@x.org' : 'boss@x.org';
      expect(show(await maps.aliases('ann+x@x.org', contextNow()))).toBe(`OK ${target}`);
    },
  );

  test.each(PAIRS.filter(({ same }) => !same))(
    'about $doubted.address in $doubted.directory, even a fresh $known.address of $known.directory counts as stale',
    async ({ doubted, known }) => {
      const { maps, employ, lose, remember } = openTwo();
      employ(known);
      await remember(known);
      lose(doubted);
      expect(show(await maps.mailboxes('ann+x@x.org', contextNow()))).toBe(
        `TEMP idpmap directory ${doubted.directory}`,
      );
    },
  );

  test.each(PAIRS)(
    'about $doubted.address in $doubted.directory, $known.address of $known.directory beyond its stale time is no help',
    async ({ doubted, known }) => {
      const { maps, employ, lose, remember } = openTwo();
      employ(known);
      await remember(known);
      await vi.advanceTimersByTimeAsync(TIMES.staleMs);
      lose(doubted);
      expect(show(await maps.aliases('ann+x@x.org', contextNow()))).toBe(
        `TEMP idpmap directory ${doubted.directory}`,
      );
    },
  );

  test.each(PAIRS.filter(({ same }) => !same))(
    'about $doubted.address in $doubted.directory, nobody asks $known.directory for $known.address',
    async ({ doubted, known }) => {
      const { maps, employ, lose, asked } = openTwo();
      employ(known);
      lose(doubted);
      expect(show(await maps.aliases('ann+x@x.org', contextNow()))).toBe(
        `TEMP idpmap directory ${doubted.directory}`,
      );
      expect(asked()).not.toContain(`${known.address} of ${known.directory}`);
    },
  );

  test.each([
    { what: 'twin domain', definition: { aliasOf: 'x.org' }, says: 'OK ann@x.org' },
    { what: 'role', definition: { roles: { ann: 'ops@x.org' } }, says: 'OK ops@x.org' },
    { what: 'catch-all', definition: { catchAll: 'ops@x.org' }, says: 'OK ops@x.org' },
  ])('a $what that memory knows does not stand in', async ({ definition, says }) => {
    const people = [account('ann@x.org'), account('ops@x.org')];
    const { source, directory } = openDirectory('d0', people);
    const maps = buildMaps(
      { 'x.org': { directories: ['d0'] }, 'y.org': { directories: ['d0'], ...definition } },
      { d0: source },
    );
    expect(show(await maps.aliases('ann@y.org', contextNow())), 'while well').toBe(says);
    directory.lost.add('ann@y.org');
    await vi.advanceTimersByTimeAsync(TIMES.freshNoneMs);
    expect(show(await maps.aliases('ann@y.org', contextNow()))).toBe('TEMP idpmap directory d0');
  });

  test('about the twin domain, neither a role nor the catch-all stands in', async () => {
    const { source, directory } = openDirectory('d0');
    const outside = 'ops@elsewhere.example';
    const y = { aliasOf: 'x.org', roles: { ann: outside }, catchAll: outside };
    const maps = buildMaps({ 'x.org': { directories: ['d0'] }, 'y.org': y }, { d0: source });
    directory.lost.add('ann@x.org');
    expect(show(await maps.aliases('ann@y.org', contextNow()))).toBe('TEMP idpmap directory d0');
  });
});

test.each([
  { kinds: CANDIDATE_KINDS, asked: ['ann+x@y.org', 'ann@y.org', 'ann+x@x.org', 'ann@x.org'] },
  { kinds: ['exact'], asked: ['ann+x@y.org'] },
  { kinds: ['extension'], asked: ['ann@y.org'] },
  { kinds: ['exact', 'extension'], asked: ['ann+x@y.org', 'ann@y.org'] },
  { kinds: ['exact', 'aliasOf'], asked: ['ann+x@y.org', 'ann+x@x.org'] },
  { kinds: ['roles', 'catchAll'], asked: [] },
] as const)('a map of $kinds asks for $asked', async ({ kinds, asked }) => {
  const { source, directory } = openDirectory('d0');
  const { world } = buildMaps(
    { 'x.org': { directories: ['d0'] }, 'y.org': { directories: ['d0'], aliasOf: 'x.org' } },
    { d0: source },
  );
  await createMap(aliases(), new Set(kinds), world)('ann+x@y.org', contextNow());
  expect(directory.asked).toEqual(asked);
});
