import { resolve } from 'node:path';
import { parseDomain } from '../../../address/address.ts';
import { recogniseServer } from '../../../directory/ldap/servers/recognise.ts';
import { parseLdapUrl, staysHere } from '../../../directory/ldap/settings/endpoint.ts';
import { ldapSettings } from '../../../directory/ldap/settings.ts';
import { type Kind, NO_COMMANDS, type Plan } from '../ask/plan.ts';
import type { Answers, Learning, Question } from '../ask/question.ts';
import { scalar } from '../scalar.ts';
import {
  anything,
  domainLines,
  eachOf,
  oneOf,
  orNothing,
  postmaster,
  readableFile,
  readDomains,
  secretFile,
  wordsOf,
} from './common.ts';

const PRESETS = ldapSettings.shape.preset.unwrap().options;

/** How long a server may take to say what it is. */
const LEARN_MS = 5000;

/** The secret's file where nobody names it; the unit hands such files to idpmap. */
const SECRET = 'ldap.secret';

/** In the place of a DN: there is no login. */
const ANONYMOUS = 'anonymous';

const isSecure = ({ url = '', startTls }: Answers): boolean =>
  startTls === 'yes' || wordsOf(url).some((each) => /^ldaps:/i.test(each));

const isOpen = (url: string): boolean => {
  const endpoint = parseLdapUrl(url);
  return !staysHere(endpoint) && endpoint.kind === 'tcp' && !endpoint.secure;
};

const server: readonly Question[] = [
  {
    name: 'url',
    text: 'Where the LDAP server answers; several apart by blanks (ldaps://ldap.example.org)',
    option: '--url',
    check: eachOf((word) => {
      parseLdapUrl(word);
      return word;
    }, 'write it like ldaps://ldap.example.org'),
  },
  {
    name: 'startTls',
    text: 'Secure ldap:// by StartTLS; without, the password is read on the way and idpmap refuses (yes or no)',
    option: '--start-tls',
    isAsked: ({ url, startTls }) => startTls === 'true' || wordsOf(url).some(isOpen),
    suggest: () => 'yes',
    check: (text) => oneOf(['yes', 'no'])(text === 'true' ? 'yes' : text),
  },
  {
    name: 'ca',
    text: "File of the authority that signed the server's certificate; nothing where the whole world knows it",
    option: '--ca',
    isAsked: isSecure,
    suggest: () => '',
    check: orNothing(readableFile),
  },
];

const learning: Learning = {
  from: 'url',
  learn: async ({ url, startTls, ca = '' }) => {
    const { preset = '', bases } = await recogniseServer(
      {
        urls: wordsOf(url).map(parseLdapUrl),
        startTls: startTls === 'yes',
        tls: ca === '' ? {} : { ca: resolve(ca) },
      },
      AbortSignal.timeout(LEARN_MS),
    );
    return { recognised: preset, bases: bases[0] ?? '' };
  },
};

const people: readonly Question[] = [
  {
    name: 'bindDn',
    text: 'As whom idpmap asks: the DN of an account that may read mail attributes; "anonymous" for nobody',
    option: '--bind-dn',
    check: anything,
  },
  secretFile('--password-file'),
  {
    name: 'password',
    text: 'Its password (it is not shown)',
    option: '--password-file',
    isAsked: ({ bindDn, secretFile: kept = '' }) => bindDn !== ANONYMOUS && kept === '',
    isSecret: true,
    check: anything,
  },
  {
    name: 'base',
    text: 'Below which entry people lie',
    option: '--base',
    suggest: ({ bases }) => (bases === '' ? undefined : bases),
    check: anything,
  },
  {
    name: 'preset',
    text: `Which server it is (${PRESETS.join(', ')})`,
    option: '--preset',
    suggest: ({ recognised = '' }) => (recognised === '' ? 'openldap' : recognised),
    check: oneOf(PRESETS),
  },
  {
    name: 'domain',
    text: 'Domains of your mail, apart by blanks',
    option: '--domain',
    suggest: ({ base = '' }) => domainOf(base),
    check: readDomains,
  },
  postmaster(() => ''),
];

/** `dc=example,dc=org` is example.org's. */
function domainOf(base: string): string | undefined {
  const names = [...base.matchAll(/(?:^|,)\s*dc=([^,]+)/gi)].map(([, name = '']) => name.trim());
  return parseDomain(names.join('.'));
}

/** A directory behind an LDAP server, which says itself what it is. */
export const ldap: Kind = { steps: [...server, learning, ...people], plan: planLdap };

function planLdap(answers: Answers): Plan {
  const { url, startTls, ca = '', bindDn = '', base = '', preset = '' } = answers;
  const { secretFile: kept = '', password = '' } = answers;
  const login = (at: (name: string) => string): string =>
    bindDn === ANONYMOUS
      ? '{ anonymous: true }'
      : `{ dn: ${JSON.stringify(bindDn)}, password: { file: ${scalar(kept === '' ? at(SECRET) : kept)} } }`;
  return {
    config: (at) => [
      ...domainLines(answers, 'ldap'),
      'directories:',
      '  ldap:',
      '    type: ldap',
      '    # what is known of this server: its attributes, and how its accounts are disabled',
      `    preset: ${preset}`,
      `    urls: [${wordsOf(url).map(scalar).join(', ')}]`,
      ...(startTls === 'yes' ? ['    startTls: true'] : []),
      ...(ca === '' ? [] : [`    tls: { ca: ${scalar(ca)} }`]),
      `    bind: ${login(at)}`,
      `    base: ${JSON.stringify(base)}`,
    ],
    files:
      bindDn === ANONYMOUS || kept !== ''
        ? []
        : [{ name: SECRET, text: `${password}\n`, isSecret: true as const }],
    commands: NO_COMMANDS,
  };
}
