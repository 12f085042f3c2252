import { type Postfix, parameterOf, type Service, wordsOf } from '../postfix/postconf.ts';
import type { PlacedRemark } from '../remark.ts';
import { asksAny } from './asks.ts';
import type { Facts } from './facts.ts';
import { failed, type Look, warning } from './look.ts';

/** What smtpd asks of senders and recipients, service by service: at port 25 other things than where people log in. */
export const lookAtRestrictions: Look = (facts) => {
  const { postfix } = facts;
  if (postfix === undefined || !asksAny(facts)) return [];
  const services = postfix.services.filter(({ command }) => command === 'smtpd');
  return [
    ...services.flatMap((service) => judgeSenders(service, facts, postfix)),
    ...services.flatMap((service) => judgeUnverified(service, postfix)),
    ...services.flatMap((service) => judgeUnlisted(service, postfix)),
  ].filter(isNew());
};

/** A restriction of main.cf is of every service's, and told once. */
function isNew(): (remark: PlacedRemark) => boolean {
  const told = new Set<string>();
  return ({ about, text }) => {
    const key = `${about}\n${text}`;
    const isFirst = !told.has(key);
    told.add(key);
    return isFirst;
  };
}

const asksSenders = (facts: Facts): boolean =>
  facts.postfix?.asked.some(({ parameter }) => parameter === 'smtpd_sender_login_maps') ?? false;

const RESTRICTIONS = ['client', 'helo', 'sender', 'relay', 'recipient', 'data', 'end_of_data'].map(
  (step) => `smtpd_${step}_restrictions`,
);

/** Where a restriction stands that a service obeys: its own line, or main.cf. */
function findRestriction(
  pattern: RegExp,
  service: Service,
  postfix: Postfix,
): { readonly about: string; readonly word: string } | undefined {
  for (const name of RESTRICTIONS) {
    const word = wordsWithClasses(parameterOf(postfix, name, service), postfix).find((each) =>
      pattern.test(each),
    );
    if (word === undefined) continue;
    const file = service.overrides.has(name) ? `master.cf, ${service.name}` : 'main.cf';
    return { about: `${file}, ${name}`, word };
  }
  return undefined;
}

/** The words of a list of restrictions, those of the classes that it names among them. */
function wordsWithClasses(value: string, postfix: Postfix): readonly string[] {
  const classes = wordsOf(parameterOf(postfix, 'smtpd_restriction_classes'));
  const words = wordsOf(value);
  const inner = words.filter((word) => classes.includes(word));
  return [...words, ...inner.flatMap((name) => wordsOf(parameterOf(postfix, name)))];
}

const isYes = (value: string): boolean => value === 'yes';

/** Postfix asks whether somebody owns a sender who has not logged in by these. */
const STRICT = /^reject_(?:unauthenticated_|known_)?sender_login_mismatch$/;
const ANY_MISMATCH = /^reject_(?:(?:un)?authenticated_|known_)?sender_login_mismatch$/;

function judgeSenders(service: Service, facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  if (!asksSenders(facts)) return [];
  const mayLogIn = isYes(parameterOf(postfix, 'smtpd_sasl_auth_enable', service));
  const strict = findRestriction(STRICT, service, postfix);
  if (strict !== undefined && isOpen(service)) {
    const text = `${strict.word} holds at ${service.name}, where mail comes in without a login: forwarders, printers and lists that send with addresses of your people ${mayLogIn ? 'are' : 'will be'} refused (553)${mayLogIn ? '' : ' once anybody may log in there'}`;
    const mend =
      'take it out there, and write it in master.cf below submission, submissions or smtps: -o smtpd_sender_restrictions=reject_sender_login_mismatch';
    return [mayLogIn ? failed(strict.about, text, mend) : warning(strict.about, text, mend)];
  }
  if (!mayLogIn || isOpen(service)) return [];
  if (findRestriction(ANY_MISMATCH, service, postfix) !== undefined) return [];
  return [
    warning(
      `master.cf, ${service.name}`,
      'whoever logs in may send as anybody: smtpd_sender_login_maps is there, and no restriction asks it',
      `below ${service.name}: -o smtpd_sender_restrictions=reject_sender_login_mismatch`,
    ),
  ];
}

/** Whether mail of strangers comes in there: nothing but a login lets one in where people submit. */
export function isOpen(service: Service): boolean {
  if (/^(?:submissions?|smtps|465|587)$|:(?:465|587)$/.test(service.name)) return false;
  // postscreen(8) hands port 25 on to a service of type pass.
  if (!['inet', 'pass'].includes(service.type)) return false;
  // Theirs alone is a line of master.cf that turns it on.
  if (service.overrides.get('smtpd_sasl_auth_enable') === 'yes') return false;
  const own = RESTRICTIONS.flatMap((name) => service.overrides.get(name) ?? []);
  return !own.some((value) => {
    const words = wordsOf(value);
    return words.includes('permit_sasl_authenticated') && words.at(-1) === 'reject';
  });
}

const UNVERIFIED = /^reject_unverified_(?:recipient|sender)$/;

/** Postfix's own memory of who is there: it neither follows the directory nor waits for it. */
function judgeUnverified(service: Service, postfix: Postfix): readonly PlacedRemark[] {
  const found = findRestriction(UNVERIFIED, service, postfix);
  if (found === undefined) return [];
  const code = parameterOf(postfix, `${found.word.replace('reject_', '')}_reject_code`, service);
  const isFinal = code.startsWith('5');
  const text = `${found.word} asks the next host and remembers what it says for days, apart from the directory: who has left goes on receiving${isFinal ? `, and who is new is refused (${code})` : ', and who is new waits'}`;
  const mend = `take ${found.word} out: idpmap says who is there`;
  return [isFinal ? failed(found.about, text, mend) : warning(found.about, text, mend)];
}

/** Without it smtpd takes mail for everybody, and Postfix sends it back afterwards, to whoever was named as its sender. */
function judgeUnlisted(service: Service, postfix: Postfix): readonly PlacedRemark[] {
  const name = 'smtpd_reject_unlisted_recipient';
  if (isYes(parameterOf(postfix, name, service))) return [];
  if (findRestriction(/^reject_unlisted_recipient$/, service, postfix) !== undefined) return [];
  const about = service.overrides.has(name) ? `master.cf, ${service.name}` : 'main.cf';
  return [
    failed(
      `${about}, ${name}`,
      'mail for people who do not exist is taken, and sent back to whoever was named as its sender',
      `write ${name} = yes, its default`,
    ),
  ];
}
