import { adviceOnNeedless } from '../likely/needless.ts';
import type { Shape } from '../schema/shape.ts';
import { formatPath, getIn, isTree, type Path } from '../sources/tree.ts';
import type { Proposal } from './proposal.ts';

/** A setting of other programs that none here stands for, and one of another kind of the same thing. */
export function* proposeNeedless(path: Path): Generator<Proposal> {
  const advice = adviceOnNeedless(formatPath(path.slice(0, -1)), String(path.at(-1)));
  if (advice !== undefined) yield { changes: [{ path }], advice };
}

/** What applies to other kinds of the thing alone. */
export function* proposeForeign(path: Path, group: Shape | undefined): Generator<Proposal> {
  if (group?.kind !== 'choice') return;
  const isKnown = Object.values(group.options).some(({ fields }) =>
    Object.hasOwn(fields, String(path.at(-1))),
  );
  if (isKnown) yield { changes: [{ path }], advice: 'leave it out' };
}

/** What holds anchors alone in other programs' files. */
const ANCHORS = /^(?:x[-_.]|\.|_?(?:defaults?|templates?|anchors?|common|shared)$)/;

/** All settings below a name of the program, as other programs' files have them, and those that only anchors need. */
export function* proposeUnwrapped(path: Path, root: Shape, tree: unknown): Generator<Proposal> {
  const [name, ...below] = path;
  if (below.length > 0 || root.kind !== 'group') return;
  const value = getIn(tree, path);
  const settings = Object.entries(isTree(value) ? value : {});
  const isWrapped = settings.some(([key]) => Object.hasOwn(root.fields, key));
  if (isWrapped && settings.every(([key]) => getIn(tree, [key]) === undefined))
    yield {
      changes: [{ path }, ...settings.map(([key, own]) => ({ path: [key], value: own }))],
      advice: `write what it holds at the top level, without ${String(name)}`,
    };
  if (ANCHORS.test(String(name)))
    yield {
      changes: [{ path }],
      advice: 'leave it out: an anchor (&NAME) stands at the first setting that it is for',
    };
}
