import { likelyWords } from '../likely/words.ts';
import type { Choice } from '../schema/shape.ts';
import { getIn, isTree, type Path, type Tree } from '../sources/tree.ts';
import { inline } from '../yaml/inline.ts';
import type { Proposal } from './proposal.ts';

/** What the names of files end in, by the option that has such. */
const ENDINGS: Readonly<Record<string, RegExp>> = {
  file: /\.(?:ya?ml|json)$/i,
  sqlite: /\.(?:db|sqlite3?)$/i,
};

/** What may tell options apart where nothing does: it stands there by another name, is the thing's own name, or one alone fits. */
export function* proposeOption(
  path: Path,
  { by, options }: Choice,
  tree: unknown,
): Generator<Proposal> {
  const above = path.slice(0, -1);
  const parent = getIn(tree, above);
  if (!isTree(parent)) return;
  const names = Object.keys(options);
  for (const [name, value] of Object.entries(parent)) {
    // What an option has by this name is that.
    if (names.some((option) => Object.hasOwn(options[option]?.fields ?? {}, name))) continue;
    for (const option of likelyWords(value, names))
      yield {
        changes: [{ path: [...above, name] }, { path, value: option }],
        advice: `write ${by}: ${option} in place of ${name}`,
      };
  }
  const file = names.filter((name) => ENDINGS[name]?.test(String(parent['path'])));
  for (const option of [...file, ...likelyWords(above.at(-1), names)])
    yield whole(above, parent, by, option);
  for (const option of names) yield { ...whole(above, parent, by, option), isOneOf: true };
}

const whole = (path: Path, parent: Tree, by: string, option: string): Proposal => ({
  changes: [{ path, value: { [by]: option, ...parent } }],
  advice: `write ${by}: ${option}`,
});

/** Settings of one thing in place of names: `directories: { type: file, … }`, and `ldap: { … }` at the top level. */
export function* proposeNamed(
  path: Path,
  tree: unknown,
  wanted: readonly string[],
): Generator<Proposal> {
  const above = path.slice(0, -1);
  const parent = getIn(tree, above);
  const [name, other] = wanted;
  if (name === undefined || other !== undefined || !isTree(parent)) return;
  const shown = inline({ [name]: '…' }).replace("'…'", '…');
  yield {
    changes: [{ path: above, value: { [name]: parent } }],
    advice: `write them under a name: ${String(above.at(-1))}: ${shown.replace('…', '{ … }')}`,
  };
}

/** Names that domains refer to, and nobody has. */
export function wantedNames(tree: unknown, section: string): readonly string[] {
  if (section !== 'directories') return [];
  const domains = getIn(tree, ['domains']);
  const named = Object.values(isTree(domains) ? domains : {}).flatMap((domain) => {
    const directory = getIn(domain, ['directory']);
    return Array.isArray(directory) ? directory : [directory];
  });
  return [...new Set(named.filter((name): name is string => typeof name === 'string'))];
}
