import { asAnswer } from '../ask/fault.ts';
import { type Kind, NO_COMMANDS, type Plan } from '../ask/plan.ts';
import { type Answers, answerOf, type Options, type Question } from '../ask/question.ts';
import type { InitOptions } from '../keycloak.ts';
import {
  checkAttribute,
  checkRealm,
  directoryName,
  keycloakHead,
  prepareKeycloak,
  readUrl,
} from '../keycloak.ts';
import { anything, login, orNothing, readDomains, wordsOf } from './common.ts';

const attribute = (name: 'aliases' | 'groups', text: string): Question => ({
  name,
  text,
  option: `--${name}`,
  suggest: () => '',
  check: orNothing(asAnswer(`--${name}`, (given) => (checkAttribute(`--${name}`, given), given))),
});

/** A realm of Keycloak, by a client that is there or is yet to be made. */
export const keycloak: Kind = {
  steps: [
    {
      name: 'url',
      text: 'Where Keycloak answers, with its path prefix if it has one (https://sso.example.org)',
      option: '--url',
      check: asAnswer('--url', readUrl),
    },
    {
      name: 'realm',
      text: 'The realm that people with mail are in',
      option: '--realm',
      check: asAnswer('--realm', (realm) => (checkRealm(realm), anything(realm))),
    },
    {
      name: 'domain',
      text: 'Domains of your mail, apart by blanks',
      option: '--domain',
      isAsked: ({ organizations }) => organizations !== 'true',
      check: readDomains,
    },
    attribute(
      'aliases',
      'The user attribute that holds aliases, mailAlias for one; nothing for none',
    ),
    attribute(
      'groups',
      "The group attribute that holds a group's address, mail for one; nothing for none",
    ),
    ...login({
      name: {
        name: 'client',
        text: 'The client that idpmap is, or that is to be made',
        option: '--client',
      },
      secret: { name: 'secret', option: '--secret-file', word: 'secret', of: 'the client' },
    }),
  ],
  plan: planKeycloak,
};

function planKeycloak(answers: Answers, options: Options): Plan {
  const { secretFile: kept = '', secret = '' } = answers;
  const asked = optionsOf(answers, options);
  const name = `${directoryName(asked.realm)}.secret`;
  const isKnown = kept !== '' || secret !== '';
  return {
    config: (at) => prepareKeycloak(asked, kept === '' ? at(name) : kept).config,
    files: secret === '' ? [] : [{ name, text: `${secret}\n`, isSecret: true }],
    commands: isKnown
      ? NO_COMMANDS
      : { head: keycloakHead(asked), lines: prepareKeycloak(asked, name).commands },
    ...(!isKnown && { untried: 'its client is yet to be made' }),
  };
}

function optionsOf(answers: Answers, options: Options): InitOptions {
  const of = (name: string): string => answerOf(answers, name);
  const domain = of('domain') === '' ? options['domain'] : wordsOf(of('domain'));
  return {
    url: of('url'),
    realm: of('realm'),
    client: of('client'),
    ...(Array.isArray(domain) && { domain: domain.map(String) }),
    ...(of('aliases') !== '' && { aliases: of('aliases') }),
    ...(of('groups') !== '' && { groups: of('groups') }),
    organizations: of('organizations') === 'true',
    events: of('events') === 'true',
  };
}
