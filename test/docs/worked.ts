import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '../..');

/** One step of a worked example: a new file, or a change of one that is there. */
export type Step =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly before: string; readonly after: string };

/** The steps of CONTRIBUTING.md's worked examples, in order. */
export function readSteps(): readonly Step[] {
  const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  return [...page.matchAll(/^<!-- (file|change): (\S+) -->\n```\w+\n([^]*?)^```$/gm)].map(
    ([, kind, path = '', text = '']) =>
      kind === 'file'
        ? { path, text }
        : { path, before: withoutMark(text, '+'), after: withoutMark(text, '-') },
  );
}

/** A hunk as it was or as it becomes, its marks cut off. */
const withoutMark = (hunk: string, mark: '+' | '-'): string =>
  hunk
    .split('\n')
    .filter((line) => !line.startsWith(mark))
    .map((line) => line.slice(1))
    .join('\n');

/** The files that the steps make, whole; throws where a change does not fit what is there, exactly once. */
export function takeSteps(steps: readonly Step[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const step of steps) {
    if ('text' in step) {
      files.set(step.path, step.text);
      continue;
    }
    const text = files.get(step.path) ?? readFileSync(join(ROOT, step.path), 'utf8');
    const [head = '', tail, ...others] = text.split(step.before);
    if (tail === undefined || others.length > 0)
      throw new Error(
        `${step.path} has ${tail === undefined ? 'nowhere' : 'more than once'}:\n${step.before}`,
      );
    files.set(step.path, `${head}${step.after}${tail}`);
  }
  return files;
}
