import { readConnection } from '../likely/connections.ts';
import { type Field, fieldsOf, type Shape } from '../schema/shape.ts';
import { getIn, type Path } from '../sources/tree.ts';
import { showValue } from './changes.ts';
import type { Proposal } from './proposal.ts';

/** One text that says where a server is, what is asked there and as whom, as the settings that say so here. */
export function* proposeConnection(
  path: Path,
  group: Shape | undefined,
  tree: unknown,
): Generator<Proposal> {
  const value = getIn(tree, path);
  const above = path.slice(0, -1);
  const parent = getIn(tree, above);
  if (group?.kind !== 'group' && group?.kind !== 'choice') return;
  if (typeof value !== 'string') return;
  const fields = fieldsOf(group, parent);
  const settings = Object.entries(readConnection(value)).filter(
    ([name]) => fields[name] !== undefined && isFree(name, path, parent),
  );
  // Who has said the rest elsewhere means no more than the place.
  const isNews = settings.some(([name]) => name !== path.at(-1) && fields[name]?.required === true);
  if (settings.length < 2 || !isNews) return;
  const told = settings.map(([name, text]) => `${name}: ${show(text, fields[name])}`);
  yield {
    changes: [
      { path },
      ...settings.map(([name, text]) => ({ path: [...above, name], value: text })),
    ],
    advice: `write ${told.join(', ')}`,
  };
}

const isFree = (name: string, path: Path, parent: unknown): boolean =>
  name === path.at(-1) || getIn(parent, [name]) === undefined;

const show = (text: string | undefined, field: Field | undefined): string =>
  showValue(text, field?.shape) ?? '…';
