import { textOf } from '../likely/text.ts';
import type { Group, Shape } from '../schema/shape.ts';
import { fieldsOf } from '../schema/shape.ts';
import { getIn, type Path } from '../sources/tree.ts';
import type { Proposal } from './proposal.ts';
import { isOff, isOn } from './switches.ts';

/** TLS turned on or off, where how it is spoken should stand: whether it is, is said by a setting beside it, or by the URL. */
export function* proposeTls(
  path: Path,
  own: Shape | undefined,
  around: Shape | undefined,
  tree: unknown,
): Generator<Proposal> {
  if (own?.kind !== 'group' || own.fields['serverName'] === undefined) return;
  if (around?.kind !== 'group' && around?.kind !== 'choice') return;
  const above = path.slice(0, -1);
  const value = getIn(tree, path);
  const isWanted = isOn(value) || /^(?:start_?tls|ssl|required?|tls)$/i.test(textOf(value));
  if (!isWanted && !isOff(value)) return;
  const fields = fieldsOf(around, getIn(tree, above));
  const setting = settingFor(fields, isWanted, textOf(value), getIn(tree, [...above, 'urls']));
  if (setting === undefined) {
    const advice = 'leave it out: whether TLS is spoken stands in the URL';
    yield { changes: [{ path }], advice };
    return;
  }
  const [name, word] = setting;
  yield {
    changes: [{ path }, { path: [...above, name], value: word }],
    advice: `write ${name}: ${word} in its place`,
  };
}

function settingFor(
  fields: Group['fields'],
  isWanted: boolean,
  word: string,
  urls: unknown,
): readonly [string, unknown] | undefined {
  if (fields['encrypt'] !== undefined) return ['encrypt', isWanted ? 'always' : 'never'];
  if (fields['startTls'] === undefined || !isWanted) return undefined;
  const isClear = (Array.isArray(urls) ? urls : [urls]).some((url) => /^ldap:/i.test(textOf(url)));
  return isClear || (/^start/i.test(word) && !isSecure(urls)) ? ['startTls', true] : undefined;
}

const isSecure = (urls: unknown): boolean => /^ldaps:/i.test(textOf(urls));
