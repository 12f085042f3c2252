import { textOf } from '../likely/text.ts';
import { type Field, fieldBelow, type Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { inline } from '../yaml/inline.ts';
import type { Mistake } from './mistake.ts';
import type { Proposal, Surroundings } from './proposal.ts';

const ON = /^(?:yes|y|on|true|enabled?)$/i;
const OFF = /^(?:no|n|off|false|none|never|disabled?)$/i;

/** Whether `value` says that something is to be there, or not. */
export const isOn = (value: unknown): boolean => ON.test(textOf(value));
export const isOff = (value: unknown): boolean => OFF.test(textOf(value));
export const isSwitch = (value: unknown): boolean => isOn(value) || isOff(value);

/** Words for what nobody chooses. */
const DEFAULT = /^(?:default|auto(?:matic)?|null|unset|inherit|normal)$/i;

/** What is turned on or off, and is where it is written, or has no such switch, is left out. */
export function* proposeWithout({ path, field }: Mistake, value: unknown): Generator<Proposal> {
  if (field === undefined || field.required) return;
  const { preset } = field;
  if (preset !== undefined && field.shape.kind === 'leaf' && isNoChoice(value)) {
    yield { changes: [{ path }], advice: `leave it out: it is ${inline(preset)} without` };
    return;
  }
  if (!isSwitch(value)) return;
  // Whether TLS is spoken is said by an endpoint, and not by how.
  if (field.shape.kind === 'group' && field.shape.fields['serverName'] !== undefined) return;
  const advice = adviceFor(field, isOn(value));
  if (advice !== undefined) yield { changes: [{ path }], advice };
}

const isNoChoice = (value: unknown): boolean => DEFAULT.test(textOf(value)) || isOn(value);

function adviceFor({ shape, preset }: Field, isWanted: boolean): string | undefined {
  if (preset === undefined) return isWanted ? undefined : 'leave it out';
  if (shape.kind === 'leaf' || shape.kind === 'list') return undefined;
  return isWanted ? 'leave it out: it is there without' : "leave it out: it can't be turned off";
}

/** `enabled: true` beside the settings of what is there because it is written, and `enabled: false` beside those of what should not. */
export function* proposeSwitch(
  path: Path,
  value: unknown,
  { tree, root }: Surroundings,
): Generator<Proposal> {
  const above = path.slice(0, -1);
  const name = above.at(-1);
  const word = String(path.at(-1)).toLowerCase();
  if (!/^(?:enabled?|disabled?|active)$/.test(word) || !isSwitch(value)) return;
  if (isOn(value) !== word.startsWith('disable')) {
    yield { changes: [{ path }], advice: 'leave it out: what is written counts' };
    return;
  }
  if (typeof name !== 'string') return;
  const parent = shapeAt(above, root, tree);
  if (parent?.kind === 'group' && parent.alone !== undefined)
    yield { changes: [{ path: above, value: 'off' }], advice: `write ${name}: off` };
  if (isTree(getIn(tree, above.slice(0, -1))))
    yield { changes: [{ path: above }], advice: `leave ${name} out` };
}

/** The shape of what stands at `path`; absent where no setting does. */
export function shapeAt(path: Path, root: Shape, tree: unknown): Shape | undefined {
  let shape: Shape | undefined = root;
  let value = tree;
  for (const step of path) {
    shape = shape && fieldBelow(shape, step, value)?.shape;
    value = getIn(value, [step]);
  }
  return shape;
}
