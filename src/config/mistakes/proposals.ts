import { fieldsOf, type Named, type Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { showValue } from './changes.ts';
import { proposeNamed, proposeOption, wantedNames } from './choices.ts';
import { proposeConnection } from './connectiontext.ts';
import { guess } from './guesses.ts';
import { proposeBelow, proposeElsewhere } from './misplaced.ts';
import type { Mistake } from './mistake.ts';
import { proposeNames } from './names.ts';
import { settingsFor } from './naming.ts';
import type { Proposal, Surroundings } from './proposal.ts';
import { fillIn } from './structures.ts';
import { proposeWithout, shapeAt } from './switches.ts';
import { proposeTls } from './tlsswitch.ts';

/** What may mend `mistake`, the likeliest first. */
export function* propose(mistake: Mistake, around: Surroundings): Generator<Proposal> {
  if (mistake.part === 'key') yield* proposeNames(mistake, around);
  else yield* proposeValues(mistake, around);
}

function* proposeValues(mistake: Mistake, around: Surroundings): Generator<Proposal> {
  const { path } = mistake;
  const { tree, root } = around;
  const value = getIn(tree, path);
  const shape = shapeAt(path.slice(0, -1), root, tree);
  if (value === undefined) yield* proposeKind(path, shape, tree);
  if (value === undefined || value === null) return;
  if (shape?.kind === 'named') yield* proposeName(path, shape, tree);
  yield* proposeBelow(mistake, around);
  yield* proposeConnection(path, shape, tree);
  yield* proposeTls(path, mistake.field?.shape, shape, tree);
  yield* proposeMeant(mistake, value, tree);
  yield* proposeFilled(mistake, value, tree);
  yield* proposeWithout(mistake, value);
  // A setting that stands where a name of one's own would: it belongs elsewhere.
  if (shape?.kind === 'named') yield* proposeElsewhere(mistake, around);
}

function* proposeKind(path: Path, shape: Shape | undefined, tree: unknown): Generator<Proposal> {
  if (shape?.kind === 'choice' && path.at(-1) === shape.by) yield* proposeOption(path, shape, tree);
}

function* proposeName(path: Path, { value }: Named, tree: unknown): Generator<Proposal> {
  if (isSetting(path.at(-1), value.shape))
    yield* proposeNamed(path, tree, wantedNames(tree, String(path.at(-2))));
}

/** Whether a thing under a name of one's own would hold this itself. */
const isSetting = (name: unknown, shape: Shape): boolean =>
  (shape.kind === 'group' || shape.kind === 'choice') &&
  Object.hasOwn(fieldsOf(shape, undefined), String(name));

function* proposeMeant(
  { path, field, likely = [] }: Mistake,
  value: unknown,
  tree: unknown,
): Generator<Proposal> {
  const shape = field?.shape ?? REFERENCE;
  const guessed = field === undefined ? [] : guess(value, field, path, tree);
  for (const meant of [...likely, ...guessed].filter((each) => each !== value))
    yield* write(path, meant, shape);
  for (const meant of settingsFor(value, shape))
    for (const proposal of write(path, meant, shape)) yield { ...proposal, isOneOf: true };
}

/** A group that holds nothing, where something is certain. */
function* proposeFilled(
  { path, field }: Mistake,
  value: unknown,
  tree: unknown,
): Generator<Proposal> {
  if (!isTree(value) || Object.keys(value).length > 0 || field?.shape.kind !== 'group') return;
  for (const proposal of write(path, fillIn(field.shape, tree), field.shape))
    yield { ...proposal, unlessMended: true };
}

/** Of names that others refer to, it is known that they are no secrets. */
const REFERENCE: Shape = { kind: 'leaf', type: 'name' };

function write(path: Path, value: unknown, shape: Shape): readonly Proposal[] {
  const shown = showValue(value, shape);
  return shown === undefined ? [] : [{ changes: [{ path, value }], advice: `write ${shown}` }];
}
