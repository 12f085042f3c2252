import { type Postfix, parameterOf, type Service, wordsOf } from './postconf.ts';

/** One setting that Postfix has otherwise than it should. */
export interface Change {
  readonly file: 'main.cf' | 'master.cf';
  /** In master.cf as `postconf -P` names it: `submission/inet/smtpd_sender_restrictions`. */
  readonly name: string;
  readonly to: string;
  /** What it is now, as it is written. */
  readonly from: string;
  /** Whether an administrator wrote what it is now; else it is Postfix's default. */
  readonly whose: 'theirs' | 'default';
  /** What of an administrator's own is no longer asked. */
  readonly lost: readonly string[];
}

/** Lists that several sources may share: whatever stands first is asked first. */
const LISTS = /_maps$|_domains$/;

/** What an administrator has decided stays, if it can do its work. */
const IS_GOOD: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  virtual_transport: (value) => !/^(?:virtual)?(?::|$)/.test(value),
  virtual_alias_expansion_limit: (value, wanted) => Number(value) >= Number(wanted),
};

/** Finds what of the printed lines Postfix has otherwise. `keep`: whose tables and domains stay, before ours. */
export function findChanges(
  lines: readonly string[],
  masterCf: readonly string[],
  postfix: Postfix,
  keep: 'theirs' | 'none',
): readonly Change[] {
  const main = lines.flatMap((line) => {
    const { name, value = '' } = /^(?<name>\w+) = ?(?<value>.*)$/.exec(line)?.groups ?? {};
    return name === undefined ? [] : changeOf(name, value.trim(), postfix, keep);
  });
  return [...main, ...(masterCf.length === 0 ? [] : findSenderChecks(postfix))];
}

function changeOf(
  name: string,
  wanted: string,
  postfix: Postfix,
  keep: 'theirs' | 'none',
): readonly Change[] {
  const inForce = parameterOf(postfix, name);
  const own = postfix.written.get(name);
  const theirs = own === undefined ? [] : strangersIn(name, inForce, wanted);
  const isKept = keep === 'theirs' && LISTS.test(name) && wanted !== '';
  const to = isKept ? [...theirs, wanted].join(', ') : wanted;
  if (isAlready(name, inForce, to, own)) return [];
  const lost = isKept ? [] : theirs;
  return own === undefined
    ? [{ file: 'main.cf', name, to, from: inForce, whose: 'default', lost }]
    : [{ file: 'main.cf', name, to, from: own, whose: 'theirs', lost }];
}

/** Whether what is in force does the work, and will after the other changes. */
function isAlready(name: string, inForce: string, to: string, own: string | undefined): boolean {
  if (IS_GOOD[name]?.(inForce, to) === true) return true;
  return sameList(inForce, to) && !(own === undefined && name in FOLLOWERS);
}

/** Parameters whose default is another one's value, which is about to change. */
const FOLLOWERS: Readonly<Record<string, string>> = { virtual_alias_domains: 'virtual_alias_maps' };

/** What of an administrator's own value is not in ours; an older table of idpmap's is no loss. */
function strangersIn(name: string, value: string, wanted: string): readonly string[] {
  const ours = entriesOf(wanted);
  const others = entriesOf(value).filter((entry) => !ours.includes(entry));
  return LISTS.test(name) ? others.filter((entry) => !isOurs(entry)) : others;
}

/** A list's entries; what stands in braces is one with what is before it. */
const entriesOf = (value: string): readonly string[] =>
  (value.match(/(?:[^\s,{}]|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})+/g) ?? []).map((each) => each.trim());

const sameList = (one: string, other: string): boolean =>
  entriesOf(one).join(' ') === entriesOf(other).join(' ');

/** A table of an idpmap's: another endpoint of it, or an older name of a map. */
const isOurs = (entry: string): boolean => /^(?:proxy:)?socketmap:.*idpmap/.test(entry);

/** Holds those who log in to their addresses, at each service where they do. */
function findSenderChecks(postfix: Postfix): readonly Change[] {
  const name = 'smtpd_sender_restrictions';
  return postfix.services.filter(isSubmission).flatMap((service): Change[] => {
    const now = service.overrides.get(name);
    const inForce = now ?? parameterOf(postfix, name);
    if (wordsOf(inForce).some((word) => CHECK.test(word))) return [];
    const rest = wordsOf(inForce).join(',');
    return [
      {
        file: 'master.cf',
        name: `${service.name}/${service.type}/${name}`,
        to: ['reject_sender_login_mismatch', ...(rest === '' ? [] : [rest])].join(','),
        from: now ?? '',
        whose: now === undefined ? 'default' : 'theirs',
        lost: [],
      },
    ];
  });
}

const CHECK = /^reject_(?:authenticated_)?sender_login_mismatch$/;

const isSubmission = ({ type, command, overrides }: Service): boolean =>
  type === 'inet' && command === 'smtpd' && overrides.get('smtpd_sasl_auth_enable') === 'yes';

/** Says beside each of the printed lines, as remarks of main.cf, what an administrator wrote that it takes the place of. */
export function tellReplaced(
  lines: readonly string[],
  changes: readonly Change[],
): readonly string[] {
  const replaced = changes.filter(({ whose }) => whose === 'theirs');
  if (replaced.length === 0) return lines;
  const main = new Map(
    replaced.filter(({ file }) => file === 'main.cf').map((change) => [change.name, change]),
  );
  const beside = lines.flatMap((line) => {
    const change = main.get(/^\w+(?= =)/.exec(line)?.[0] ?? '');
    return change === undefined ? [line] : [...remarksOn(change), line];
  });
  const services = replaced.filter(({ file }) => file === 'master.cf').flatMap(remarksOn);
  const keeps = replaced.some(({ name, lost }) => LISTS.test(name) && lost.length > 0);
  return [...beside, ...services, ...(keeps ? [KEEPING] : [])];
}

const KEEPING =
  '# --diff and --apply with --keep leave tables and domains of yours in place, before these';

const remarksOn = ({ file, name, from, lost }: Change): readonly string[] => [
  `# in place of yours in ${file}: ${name} = ${from}`.trimEnd(),
  ...(LISTS.test(name) ? lost.map((entry) => `#   no longer asked: ${entry}`) : []),
];

/** Writes changes for people, as `diff` does, with what is lost by them. */
export function formatChanges(changes: readonly Change[], directory: string): string {
  if (changes.length === 0) return `${directory} has all of it`;
  return [...Map.groupBy(changes, ({ file }) => file)]
    .flatMap(([file, those]) => [`${file}:`, ...those.flatMap(formatChange)])
    .join('\n');
}

function formatChange({ name, from, to, whose, lost }: Change): readonly string[] {
  const before =
    whose === 'theirs'
      ? [`- ${name} = ${from}`]
      : from === ''
        ? []
        : [`- ${name} = ${from}   (Postfix's default)`];
  const warning = lost.map((entry) => `! no longer asked: ${entry}`);
  return [...before, `+ ${name} = ${to}`.trimEnd(), ...warning];
}
