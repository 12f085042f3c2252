import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BUGS, SIGHT_BUGS } from './bugs.ts';
import type * as Law from './law.ts';
import type * as Mirrors from './mirror.ts';
import { MIRROR_BUGS, MOVED_BUGS } from './mirrorbugs.ts';
import type * as Moved from './moved.ts';
import { plant } from './plant.ts';
import type * as Sight from './sight.ts';

const HERE = join(import.meta.dirname, '..', '.mutants');
afterAll(() => rmSync(HERE, { recursive: true, force: true }));

test.each(BUGS)('the law finds it when $bug', { timeout: 600_000 }, async (bug) => {
  const { checkLaw }: typeof Law = await import(join(plant(bug, HERE), 'test/law/law.ts'));
  await expect(checkLaw(3000, { shrinks: 'no' })).rejects.toThrow('Property failed');
});

test.each(SIGHT_BUGS)(
  'the law of what is seen finds it when $bug',
  {
    timeout: 600_000,
  },
  async (bug) => {
    const { checkSight }: typeof Sight = await import(join(plant(bug, HERE), 'test/law/sight.ts'));
    await expect(checkSight(1000, { shrinks: 'no' })).rejects.toThrow('Property failed');
  },
);

/** So many plans that the rarest is found: one in some hundred. It ends at the first. */
const MOST = 10_000;

test.each(MIRROR_BUGS)(
  'the law for mirrors finds it when $bug',
  {
    timeout: 600_000,
  },
  async (bug) => {
    const { checkMirror }: typeof Mirrors = await import(
      join(plant(bug, HERE), 'test/law/mirror.ts')
    );
    await expect(checkMirror(MOST, { shrinks: 'no' })).rejects.toThrow('Property failed');
  },
);

test.each(MOVED_BUGS)(
  'the law of what moves finds it when $bug',
  {
    timeout: 600_000,
  },
  async (bug) => {
    const { checkMoved }: typeof Moved = await import(join(plant(bug, HERE), 'test/law/moved.ts'));
    await expect(checkMoved(MOST, { shrinks: 'no' })).rejects.toThrow('Property failed');
  },
);
