import { textOf } from '../likely/text.ts';
import { fieldsOf, type Group, type Shape } from '../schema/shape.ts';
import { getIn, type Path } from '../sources/tree.ts';
import type { Proposal } from './proposal.ts';
import { isOff, isOn } from './switches.ts';

/** A setting that says whether TLS is spoken. */
interface Setting {
  readonly name: string;
  readonly value: string | boolean;
}

/** TLS turned on or off, where how it is spoken should stand: whether it is, is said by a setting beside it, or by the URL. */
export function* proposeTls(
  path: Path,
  own: Shape | undefined,
  around: Shape | undefined,
  tree: unknown,
): Generator<Proposal> {
  if (around?.kind !== 'group' && around?.kind !== 'choice') return;
  const value = getIn(tree, path);
  if (!isOfTls(own) || !(isWanted(value) || isOff(value))) return;
  const above = path.slice(0, -1);
  const parent = getIn(tree, above);
  const setting = settingFor(fieldsOf(around, parent), value, getIn(parent, ['urls']));
  if (setting === undefined)
    yield { changes: [{ path }], advice: 'leave it out: whether TLS is spoken stands in the URL' };
  else
    yield {
      changes: [{ path }, { path: [...above, setting.name], value: setting.value }],
      advice: `write ${setting.name}: ${setting.value} in its place`,
    };
}

const isOfTls = (shape: Shape | undefined): boolean =>
  shape?.kind === 'group' && shape.fields['serverName'] !== undefined;

const isWanted = (value: unknown): boolean =>
  isOn(value) || /^(?:start_?tls|ssl|required?|tls)$/i.test(textOf(value));

function settingFor(fields: Group['fields'], value: unknown, urls: unknown): Setting | undefined {
  if (fields['encrypt'] !== undefined)
    return { name: 'encrypt', value: isWanted(value) ? 'always' : 'never' };
  const all: readonly unknown[] = Array.isArray(urls) ? urls : [urls];
  const isClear = all.some((url) => /^ldap:/i.test(textOf(url)));
  return fields['startTls'] !== undefined && isWanted(value) && isClear
    ? { name: 'startTls', value: true }
    : undefined;
}
