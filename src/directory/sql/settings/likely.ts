import { textOf } from '../../../config/likely/text.ts';
import { withoutForeign } from '../../templates/foreign.ts';

/** Servers that `written` may mean: what other programs write is a URL with the database behind it, or has a comma. */
export function likelyHosts(written: unknown): readonly string[] {
  const text = textOf(written)
    .replace(/^(?:[a-z]+:\/\/|(?:tcp|inet|host)[:=])/i, '')
    .replace(/^.*@/s, '');
  if (text.startsWith('/')) return [text];
  const { host = '', port } =
    /^(?<host>\[[^\]]*\]|[^\s,:/?]+)(?:[:,\s]+(?<port>\d+))?/.exec(text)?.groups ?? {};
  return [port === undefined ? host : `${host}:${port}`, host];
}

/** Statements that `written` may mean: a parameter of a driver's, or one in other quotes, is `'%s'`. */
export function likelyStatements(written: unknown): readonly string[] {
  const text = Array.isArray(written) ? written.join(' ') : textOf(written);
  const keyed = text.replaceAll(/(?:\?|\$1|[:@]\w+)(?=[\s;,)]|$)/g, "'%s'");
  const plain = text.replaceAll(/"(%[sud])"|`(%[sud])`|\u{2018}(%[sud])\u{2019}/gu, "'$1$2$3'");
  const equal = text.replaceAll(
    /\b(?:I?LIKE|RLIKE|REGEXP)\s+(?:'%*%([sud])%*'|%([sud]))/gi,
    "= '%$1$2'",
  );
  const quiet = text.replaceAll(/--[^\n]*|\/\*.*?\*\//gs, ' ').replaceAll(/\s+/g, ' ');
  const first = text.replace(/;.*$/s, '').trim();
  const other = text.replaceAll(/%\{?(?:user|mail|address|key|e-?mail)\}?/gi, "'%s'");
  const ours = withoutForeign(text).replaceAll(/(?<!['%\w])%([sud])(?!['\w])/g, "'%$1'");
  // Dovecot's, whose %u is all of the address.
  const dovecot = text.replaceAll('%u', '%s').replaceAll('%n', '%u');
  const odd = text.replaceAll(/%(?![sudSUD1-9%])[a-z]/g, '%s');
  const filled = text.replaceAll(/(=\s*)''/g, "$1'%s'");
  return [
    ours,
    text,
    keyed,
    dovecot,
    odd,
    filled,
    plain,
    equal,
    quiet,
    other,
    other.replaceAll("''", "'"),
    first,
  ];
}
