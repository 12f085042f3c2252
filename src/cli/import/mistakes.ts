import { ConfigError } from '../../config/mistakes/problem.ts';
import { loadSettings } from '../../settings.ts';
import type { Imported } from './directories.ts';
import type { Note } from './reader.ts';

/** Where what is printed would not load, be it for what nobody foresaw. */
export async function tellMistakes({
  settings,
}: Pick<Imported, 'settings'>): Promise<readonly Note[]> {
  // As it is read back: what is undefined is not printed.
  const tree: { directories: Record<string, object>; maps: object } = JSON.parse(
    JSON.stringify(settings),
  );
  const [directory] = Object.keys(tree.directories);
  if (directory === undefined) return [];
  const domains = { 'example.org': { directory } };
  try {
    await loadSettings({ environment: {}, instead: { ...tree, domains } });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems
      .filter(({ path }) => !path.endsWith('.password'))
      .map(({ path, message }) => ({
        where: path,
        text: `what is printed does not load: ${message}`,
        isEssential: true,
      }));
  }
}
