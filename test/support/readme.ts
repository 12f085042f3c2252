import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TEXT = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** Ways of installing whose commands the README has. */
export type Way = 'package' | 'npm' | 'image' | 'clone';

/** A command as it is typed, and whether the README says to go on elsewhere while it runs. */
export interface Step {
  readonly command: string;
  readonly stays: boolean;
}

/** The README's headings and what stands below them, in its order. */
const sections = (from: string, to: string): string => {
  const [start, end] = [from, to].map((title) => TEXT.indexOf(`\n${title}\n`));
  if (start === undefined || end === undefined || start < 0 || end < start)
    throw new Error(`README.md has no "${from}" before "${to}"`);
  return TEXT.slice(start, end);
};

const stepsIn = (text: string, way: Way): readonly Step[] =>
  [...text.matchAll(/^<!-- way: ([\w, ]+) -->\n```sh\n(.*?)^```$/gms)]
    .filter(([, names = '']) => names.split(', ').includes(way))
    .flatMap(([, , block = '']) => block.trimEnd().split('\n'))
    .map((line) => ({
      command: line.replace(/ +#.*$/, ''),
      stays: line.includes('# go on in another terminal'),
    }));

/** What is typed to get it, and once it is configured. */
export const readSteps = (way: Way) => ({
  install: stepsIn(sections('## Getting it', '## Ten minutes to mail'), way),
  run: stepsIn(sections('### 2. Check it, start it', '## What each answer does to mail'), way),
});

/** The first block of a kind in what begins with these words; blocks of configuration are files that somebody writes. */
export function readBlock(beginning: string, kind: 'yaml' | 'sh'): string {
  const at = TEXT.indexOf(beginning);
  const [, block] = new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\`$`, 'ms').exec(TEXT.slice(at)) ?? [];
  if (at < 0 || block === undefined)
    throw new Error(`README.md has no ${kind} after "${beginning}"`);
  return block;
}
