import { textOf } from '../../../config/likely/text.ts';
import { withoutForeign } from '../../templates/foreign.ts';

/** URLs of servers that `written` may mean: without a base behind them, with the scheme that shows no password. */
export function likelyLdapUrls(written: unknown): readonly string[] {
  const { scheme = '', rest = '' } =
    /^(?:(?<scheme>[a-z]+):)?\/*(?<rest>[^\s/?]+)/i.exec(textOf(written))?.groups ?? {};
  const host = rest.replace(/^.*@/s, '');
  const isPlain = host.endsWith(':389') || scheme.toLowerCase() === 'ldap';
  const bare = host.replace(/:389$/, '');
  return [...(isPlain ? [`ldap://${bare}`] : []), `ldaps://${bare}`];
}

/** Filters that `written` may mean: with the brackets that it lacks, or without those that are too many. */
export function likelyFilters(written: unknown): readonly string[] {
  const text = textOf(written);
  const opened = text.split('(').length - text.split(')').length;
  const renamed = text.replaceAll(/%\{?(?:user|mail|address|e-?mail)\}?/gi, '%s');
  return [
    renamed,
    withoutForeign(text),
    // Dovecot's, and a letter of no meaning.
    text.replaceAll(/%n/g, '%u'),
    text.replaceAll(/%(?![sudSUD1-9%])[a-z]/g, '%s'),
    joinFilters(text),
    text.replaceAll(/\(!([^()]+)\)/g, '(!($1))'),
    `(${text})`,
    ...(opened > 0 ? [text + ')'.repeat(opened)] : []),
    ...(opened < 0 ? [text.slice(0, opened)] : []),
    text.replaceAll(/&&|\|\|/g, (sign) => sign.charAt(0)),
    text.replaceAll(/\s*([=()&|])\s*/g, '$1'),
  ];
}

/** Several filters beside each other hold all, unless a word between them says otherwise. */
function joinFilters(text: string): string {
  const sign = /\)\s*(?:or|\|+)\s*\(/i.test(text) ? '|' : '&';
  return `(${sign}${text.replaceAll(/\)\s*(?:and|or|[&|,;]+)?\s*\(/gi, ')(')})`;
}

/** Bases that `written` may mean: a domain is its parts. */
export function likelyNames(written: unknown): readonly string[] {
  const name = textOf(written)
    .replace(/^ldaps?:\/\/[^/]*\//i, '')
    .replace(/^(["'])(.*)\1$/s, '$2');
  const isDomain = /^[\w-]+(?:\.[\w-]+)+$/.test(name);
  return [isDomain ? `dc=${name.split('.').join(',dc=')}` : name];
}

/** Conditions that `written` may mean: one written as a setting, or within brackets. */
export const likelyConditions = (written: unknown): readonly string[] => [
  textOf(written)
    .replace(/^\((.*)\)$/s, '$1')
    .replace(/\s*(?:==|:)\s*/, '='),
];

/** Attributes, or patterns of them, that `written` may mean: `%{uid}` of others is `{uid}`. */
export const likelySources = (written: unknown): readonly string[] => [
  textOf(written).replace(/^[%$]\{/, '{'),
  textOf(written).replaceAll(/[%${}()]/g, ''),
];
