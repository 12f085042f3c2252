import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** What is printed for reading, as pages are, and searched for by nobody. */
const PROSE = ['cli.ts', 'cli/commands.ts', 'http/metrics/', 'http/page/'];

/** Without lines that are comments. */
const readCode = (file: string): string =>
  readFileSync(join(SRC, file), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .join('\n');

test('what is logged, thrown or printed has the quotes of a keyboard, so that it can be searched for', () => {
  const wrong = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !PROSE.some((each) => file.startsWith(each)))
    .flatMap(
      (file) =>
        readCode(file)
          .match(/.*[‘’“”„].*/g)
          ?.map((line) => `${file}: ${line}`) ?? [],
    );
  expect(wrong).toEqual([]);
});
