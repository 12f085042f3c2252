// Plants one bug at a time in a copy of the sources and runs the tests that should find it: `npm run mutate [FILE…]`.
// Every mutant of `mutants.ts` has to be killed; the exit code says whether all were.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTANTS, type Mutant } from './mutants.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What the unit tests need of the tree. */
const COPIED = [
  'src',
  'test',
  'docs',
  'deploy',
  'helm',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  '.env.example',
];
/** Far beyond what the slowest area takes: a mutant may hang its tests, which kills it as well. */
const MOST_MS = 600_000;

const wanted = process.argv.slice(2);
const chosen = MUTANTS.filter(
  ({ file }) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
);
const place = mkdtempSync(join(tmpdir(), 'idpmap-mutation-'));
const survivors: Mutant[] = [];
try {
  for (const name of COPIED) cpSync(join(ROOT, name), join(place, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  for (const mutant of chosen) {
    const isKilled = runWith(mutant);
    if (!isKilled) survivors.push(mutant);
    console.log(`${isKilled ? 'killed  ' : 'SURVIVED'} ${mutant.file}: ${mutant.bug}`);
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants killed`);
process.exitCode = survivors.length === 0 && chosen.length > 0 ? 0 : 1;

/** Whether a test finds the bug. A source that does not hold the text any more is an error: the list has to be mended. */
function runWith({ file, from, to, tests }: Mutant): boolean {
  const path = join(place, 'src', file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2)
    throw new Error(`src/${file} does not hold exactly once: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--project',
        'unit',
        '--project',
        'slow',
        '--bail',
        '1',
        ...tests,
      ],
      { cwd: place, stdio: 'ignore', timeout: MOST_MS },
    );
    return status !== 0;
  } finally {
    writeFileSync(path, text);
  }
}
