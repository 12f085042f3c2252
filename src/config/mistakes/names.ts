import { placesOf } from '../likely/elsewhere.ts';
import {
  type Field,
  fieldBelow,
  fieldsOf,
  type Group,
  type Named,
  type Shape,
} from '../schema/shape.ts';
import { getIn, isTree, type Path, type Tree } from '../sources/tree.ts';
import { inline } from '../yaml/inline.ts';
import { proposeAliasDomains } from './aliasdomains.ts';
import { showValue } from './changes.ts';
import { proposeConnection } from './connectiontext.ts';
import { proposeBelow, proposeElsewhere } from './misplaced.ts';
import type { Mistake } from './mistake.ts';
import { proposeForeign, proposeNeedless, proposeUnwrapped } from './needless.ts';
import { nearest } from './problem.ts';
import type { Proposal, Surroundings } from './proposal.ts';
import { readPair } from './structures.ts';
import { proposeSwitch } from './switches.ts';
import { proposeTranslated } from './translate.ts';

/** What may mend a name that is unknown where it stands, or is none: another name, another place, another value around it. */
export function* proposeNames(mistake: Mistake, around: Surroundings): Generator<Proposal> {
  const { path, group } = mistake;
  const key = path.at(-1);
  if (typeof key !== 'string') return;
  const value = getIn(around.tree, path);
  if (group !== undefined) yield* proposeHere(key, path, group, value, around);
  yield* proposeBelow(mistake, around);
  yield* proposeElsewhere(mistake, around);
  yield* proposeUnwrapped(path, around.root, around.tree);
  yield* proposeNeedless(path);
  yield* proposeForeign(path, group);
  const near = group === undefined ? undefined : nearFree(key, path, group, around);
  // What others mean by a name is not what it resembles.
  if (near !== undefined && placesOf(key).length === 0)
    yield { ...rename(path, near, value), nameOnly: true };
}

/** The unset setting that resembles `key`. */
function nearFree(
  key: string,
  path: Path,
  group: Shape,
  { tree }: Surroundings,
): string | undefined {
  if (group.kind !== 'group' && group.kind !== 'choice') return undefined;
  const parent = getIn(tree, path.slice(0, -1));
  const names = Object.keys(fieldsOf(group, parent));
  return nearest(
    key,
    names.filter((name) => getIn(parent, [name]) === undefined),
  );
}

const rename = (path: Path, name: string, value: unknown): Proposal => ({
  changes: [{ path }, { path: [...path.slice(0, -1), name], value: value ?? null }],
  advice: `did you mean "${name}"?`,
});

function* proposeHere(
  key: string,
  path: Path,
  group: Shape,
  value: unknown,
  around: Surroundings,
): Generator<Proposal> {
  if (group.kind === 'named') yield* proposeSpellings(key, path, group, value);
  if (group.kind !== 'group' && group.kind !== 'choice') return;
  const parent = getIn(around.tree, path.slice(0, -1));
  if (group.kind === 'group') yield* proposeAlone(path.slice(0, -1), group, parent);
  yield* proposeSwitch(path, value, around);
  yield* proposeConnection(path, group, around.tree);
  yield* proposeAliasDomains(path, value);
  yield* proposeTranslated(path, group, around.tree);
  const near = nearFree(key, path, group, around);
  if (near !== undefined) yield rename(path, near, value);
  const fields = fieldsOf(group, parent);
  yield* proposeMissing(path, value, fields, parent);
  if (value === null) yield* proposePair(key, path, fields);
  if (key.includes('.')) yield* proposeDotted(key, path, group, value);
}

/** A name of one's own that can be none as it is written. */
function* proposeSpellings(
  key: string,
  path: Path,
  { likely, key: { example } }: Named,
  value: unknown,
): Generator<Proposal> {
  const parts = key.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length > 1 && parts.every((part) => part.includes('.')))
    yield {
      changes: [{ path }, ...parts.map((part) => ({ path: [...path.slice(0, -1), part], value }))],
      advice: `write each by itself: ${parts.join(', ')}`,
    };
  for (const name of likely?.(key, { sample: example }) ?? [])
    if (typeof name === 'string' && name !== key && name !== '')
      yield { ...rename(path, name, value), advice: `write ${inline(name)}` };
}

/** The one setting that is missing may stand there by another name. */
function* proposeMissing(
  path: Path,
  value: unknown,
  fields: Readonly<Record<string, Field>>,
  parent: unknown,
): Generator<Proposal> {
  const missing = Object.keys(fields).filter(
    (name) => fields[name]?.required === true && getIn(parent, [name]) === undefined,
  );
  const [only, other] = missing;
  if (only === undefined || other !== undefined) return;
  // Another name beside it is known to mean that.
  const others = Object.keys(isTree(parent) ? parent : {}).filter((name) => name !== path.at(-1));
  if (others.some((name) => placesOf(name).some(([first]) => first === only))) return;
  if (placesOf(String(path.at(-1))).length === 0)
    yield* missing.map((name) => rename(path, name, value));
}

/** `{ directory:people }` has a name of all of it, and no value. */
function* proposePair(
  key: string,
  path: Path,
  fields: Readonly<Record<string, Field>>,
): Generator<Proposal> {
  const pair = readPair(key, Object.keys(fields));
  if (pair === undefined) return;
  const shown = showValue(pair.value, fields[pair.name]?.shape) ?? '…';
  yield {
    changes: [{ path }, { path: [...path.slice(0, -1), pair.name], value: pair.value }],
    advice: `write ${pair.name}: ${shown}`,
  };
}

/** `log.level: debug` means a setting within another. */
function* proposeDotted(
  key: string,
  path: Path,
  group: Shape,
  value: unknown,
): Generator<Proposal> {
  const steps = key.split('.');
  let shape: Shape | undefined = group;
  for (const step of steps) shape = shape && fieldBelow(shape, step, undefined)?.shape;
  if (shape === undefined) return;
  const shown = showValue(value, shape) ?? '…';
  const [first = '', ...rest] = steps;
  yield {
    changes: [{ path }, { path: [...path.slice(0, -1), ...steps], value }],
    advice: `write ${first}: ${rest.reduceRight((text, step) => `{ ${step}: ${text} }`, shown)}`,
  };
}

/** Settings of one's own in place of the one that may stand alone: `{ host, port }` of an endpoint. */
function* proposeAlone(above: Path, group: Group, parent: unknown): Generator<Proposal> {
  const { alone } = group;
  const field = alone === undefined ? undefined : group.fields[alone];
  if (alone === undefined || field?.shape.kind !== 'leaf') return;
  const sample = field.preset ?? field.example;
  const kept = keptOf(parent, group, alone);
  for (const meant of field.shape.likely?.(parent, { sample }) ?? []) {
    yield* kept === undefined
      ? proposeWhole(above, meant, field.shape)
      : proposeWhole(above, { [alone]: meant, ...kept }, group);
  }
}

function* proposeWhole(path: Path, value: unknown, shape: Shape): Generator<Proposal> {
  const shown = showValue(value, shape);
  const name = path.at(-1);
  const advice = typeof name === 'string' ? `write ${name}: ${shown}` : `write ${shown}`;
  if (shown !== undefined) yield { changes: [{ path, value }], advice };
}

/** What the group holds beside it that it knows; absent: nothing. */
function keptOf(parent: unknown, { fields }: Group, alone: string): Tree | undefined {
  const kept = Object.entries(isTree(parent) ? parent : {}).filter(
    ([name]) => name !== alone && Object.hasOwn(fields, name),
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
