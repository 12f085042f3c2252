import { setImmediate } from 'node:timers/promises';
import { fieldBelow, type Group } from '../schema/shape.ts';
import { formatPath, getIn, isTree, isWithin, type Path } from '../sources/tree.ts';
import { firstOfEach, kindOf } from './alike.ts';
import { applyChanges, type Change } from './changes.ts';
import type { Mistake } from './mistake.ts';
import { MAX_ALIKE } from './problem.ts';
import type { Proposal, Surroundings } from './proposal.ts';
import { propose } from './proposals.ts';

/** Finds all that is wrong with a tree of settings. */
export type Find = (tree: unknown) => Promise<readonly Mistake[]>;

/** Trees that are looked at for remedies: a file that is wrong throughout is told as it is. */
const MAX_TRIES = 200;

/** Mistakes that remedies are sought for; who made more has read the messages of these first. */
const MAX_SOUGHT = 25;

/**
 * Tells how to mend what can be mended: a remedy is told only where the settings with it are accepted in its place, as `find`
 * says. What is wrong only because of something that has a remedy is left out.
 */
export async function addRemedies(
  mistakes: readonly Mistake[],
  around: Surroundings,
  find: Find,
): Promise<readonly Mistake[]> {
  const known = new Set(mistakes.map(identify));
  const budget = { tries: MAX_TRIES };
  const remedies = new Map<Mistake, Proposal>();
  const told = firstOfEach(mistakes, MAX_ALIKE, ({ path, message }) =>
    kindOf({ path: formatPath(path), message }),
  );
  for (const mistake of told.slice(0, MAX_SOUGHT)) {
    const remedy = await seek(mistake, around, known, find, budget);
    if (remedy !== undefined) remedies.set(mistake, remedy);
  }
  if (remedies.size === 0) return mistakes;
  await dropMended(remedies, around, find);
  const changes = [...remedies.values()].flatMap((remedy) => remedy.changes);
  const left = new Set((await find(applyChanges(around.tree, changes))).map(identify));
  const advised = new Set<string>();
  return mistakes.flatMap((mistake) => {
    const remedy = remedies.get(mistake);
    if (remedy === undefined) return left.has(identify(mistake)) ? [mistake] : [];
    // Two names in place of one setting have one remedy.
    const text = JSON.stringify(remedy.changes);
    if (advised.has(text)) return [];
    advised.add(text);
    return [{ ...mistake, message: advise(mistake.message, remedy.advice) }];
  });
}

/** Leaves out what is mended by something that stands elsewhere. */
async function dropMended(
  remedies: Map<Mistake, Proposal>,
  { tree }: Surroundings,
  find: Find,
): Promise<void> {
  const doubtful = [...remedies].filter(([, { unlessMended }]) => unlessMended === true);
  if (doubtful.length === 0 || doubtful.length === remedies.size) return;
  const certain = [...remedies.values()].filter(({ unlessMended }) => unlessMended !== true);
  const changed = applyChanges(
    tree,
    certain.flatMap(({ changes }) => changes),
  );
  const left = new Set((await find(changed)).map(identify));
  for (const [mistake] of doubtful) if (!left.has(identify(mistake))) remedies.delete(mistake);
}

const identify = ({ path, message }: Mistake): string => `${formatPath(path)}: ${message}`;

async function seek(
  mistake: Mistake,
  around: Surroundings,
  known: ReadonlySet<string>,
  find: Find,
  budget: { tries: number },
): Promise<Proposal | undefined> {
  const alike: Proposal[] = [];
  for (const proposal of propose(mistake, around)) {
    budget.tries--;
    if (budget.tries < 0) return undefined;
    // Mail is answered meanwhile.
    await setImmediate();
    const narrowed = narrow(around.tree, proposal.changes, around.root);
    const tree = applyChanges(narrowed, proposal.changes);
    const found = await find(tree);
    if (found.some((other) => isAgainst(other, proposal, known))) continue;
    if (proposal.isOneOf !== true) return proposal;
    alike.push(proposal);
  }
  return alike.length === 1 ? alike[0] : undefined;
}

/** Whether a mistake is there because of a proposal: at what it wrote, or new around it. */
function isAgainst(
  mistake: Mistake,
  { changes, nameOnly }: Proposal,
  known: ReadonlySet<string>,
): boolean {
  return changes.some(({ path, value }) => {
    // What has to be there can't be left out.
    if (value === undefined) return isSame(mistake.path, path) && !known.has(identify(mistake));
    if (isWithin(mistake.path, path)) return nameOnly !== true || mistake.part === 'key';
    return isWithin(path, mistake.path) && !known.has(identify(mistake));
  });
}

const isSame = (one: Path, other: Path): boolean => formatPath(one) === formatPath(other);

/** Names that are kept beside those that are changed. */
const MAX_KEPT = 20;

/** Without most of those domains that no change touches: checking thousands takes its time. */
function narrow(tree: unknown, changes: readonly Change[], root: Group): unknown {
  if (!isTree(tree)) return tree;
  const entries = Object.entries(tree).map(([section, value]) => {
    const names = isTree(value) ? Object.keys(value) : [];
    if (fieldBelow(root, section, tree)?.shape.kind !== 'named' || names.length <= MAX_KEPT)
      return [section, value];
    const touched = new Set(changes.flatMap(({ path }) => namesBelow(path, section)));
    const named = JSON.stringify([...touched].map((name) => getIn(value, [name])));
    const kept = names.filter(
      (name, i) => i < MAX_KEPT || touched.has(name) || named.includes(`"${name}"`),
    );
    return [section, Object.fromEntries(kept.map((name) => [name, getIn(value, [name])]))];
  });
  return Object.fromEntries(entries);
}

const namesBelow = (path: Path, section: string): readonly (string | number)[] =>
  path[0] === section ? path.slice(1, 2) : [];

/** Ends a message with what to do, in place of what it advises to everybody. */
function advise(message: string, advice: string): string {
  const quoted = /^(?:unknown \w+ )?"(?:[^"\\]|\\.)*"/.exec(message)?.[0] ?? '';
  const rest = message.slice(quoted.length);
  const end = rest.search(/, (?:write |did you mean |known (?:\w+ )?(?:is|are) |configure it )/);
  return `${quoted}${end === -1 ? rest : rest.slice(0, end)}, ${advice}`;
}
