import { z } from 'zod';
import { parseDomain } from '../../address/address.ts';
import { textOf } from '../../config/likely/text.ts';
import { address, domain } from '../../config/schema/addresses.ts';
import { clientTls } from '../../config/schema/clienttls.ts';
import { notations } from '../../config/schema/notation.ts';
import {
  count,
  duration,
  durationOrOff,
  flag,
  oneOrMany,
  path,
  secret,
  written,
} from '../../config/schema/values.ts';
import type { DeepReadonly } from '../../config/schema.ts';
import { mirror } from '../../config/settings/mirror.ts';

const url = () => written({ type: 'URL', likely: likelyUrls }, parseUrl, String);

/** A server's name alone, or a URL that leads into it. */
const likelyUrls = (given: unknown): readonly string[] => {
  const bare = textOf(given)
    .replace(/^(?:[a-z]+:)?\/*/i, '')
    .replace(/^[^/]*@/, '')
    .replace(/\/(?:realms|admin)(?:\/.*)?$|[?#].*$/s, '');
  return [...(/^http:/i.test(textOf(given)) ? [`http://${bare}`] : []), `https://${bare}`];
};

function parseUrl(text: string): string {
  const read = URL.parse(text);
  if (read === null || !/^https?:$/.test(read.protocol)) {
    throw new SyntaxError(`"${text}" is no URL of a web server, write https://sso.example.org`);
  }
  if (read.username !== '' || read.password !== '' || read.search !== '' || read.hash !== '') {
    throw new SyntaxError(
      'it holds more than host and path, write https://sso.example.org and put the secret under clientSecret',
    );
  }
  const below = /\/(?:realms|admin)(?:\/|$)/.exec(read.pathname);
  if (below !== null) {
    throw new SyntaxError(
      `"${text}" goes too deep, end it before ${below[0]} and write the realm under realm`,
    );
  }
  return read.origin + read.pathname.replace(/\/+$/, '');
}

const attribute = () =>
  z
    .string()
    .regex(/^[\w.-]+$/, { error: "is no attribute's name, write it as in Keycloak: mailAlias" })
    .register(notations, { type: 'attribute' });

/** `email`, `username`, an attribute, or an address made of the username. */
const addressSource = () => written({ type: 'attribute or pattern' }, parseAddressSource, String);

function parseAddressSource(given: string): string {
  if (/^[\w.-]+$/.test(given)) return given;
  const made = /^\{(?<field>[^}]*)\}@(?<domain>.+)$/su.exec(given)?.groups;
  const name = parseDomain(made?.['domain'] ?? '');
  if (made?.['field'] === 'username' && name !== undefined) return `{username}@${name}`;
  throw new SyntaxError(
    `${JSON.stringify(given)} is no attribute's name, write it as in Keycloak: mailAlias; or {username}@example.org, the one field that an address can be made of`,
  );
}

const text = () => z.string().min(1);

const tls = clientTls({
  peer: 'server',
  use: 'clientCertificate: true',
  serverName: 'sso.example.org',
});

const privateKey = z.strictObject({
  file: path().meta({
    description: 'PEM file of the key, without a passphrase.',
  }),
  algorithm: z.enum(['ES256', 'RS256']).meta({ description: 'How it signs.' }),
  keyId: text().exactOptional().meta({ description: "Its `kid` in the client's key set." }),
});

const organizations = z.strictObject({
  verified: z.enum(['required', 'any']).prefault('required').meta({
    description: 'Which of their domains count: those that Keycloak calls verified, or all.',
  }),
  allowDomains: z
    .array(domain())
    .exactOptional()
    .meta({
      description:
        'Only these can become ours; without it, whoever may add a domain to an organization makes it ours.',
      examples: ['[example.org, example.net]'],
    }),
});

const groups = z.strictObject({
  depth: count(1, 100).prefault(10).meta({ description: 'Groups within groups.' }),
  members: count(1, 1_000_000).prefault(1000).meta({
    description: 'Members of a group, with those of the groups within it.',
  }),
});

const credentials = {
  clientSecret: secret()
    .exactOptional()
    .meta({ description: "The client's secret.", examples: ['{ file: /run/secrets/keycloak }'] }),
  privateKey: privateKey.exactOptional().meta({
    description: 'The key that signs for the client, in place of a secret (Signed JWT).',
  }),
  // Examples of these would stand beside that of the secret, and only one way may be set.
  clientCertificate: flag().exactOptional().meta({
    description: '`true`: the certificate in `tls` stands for the secret (X.509).',
  }),
  serviceAccountToken: path().exactOptional().meta({
    description:
      "File of a projected Kubernetes service-account token in place of a secret (Signed JWT - Federated); its audience is the realm's issuer URL.",
  }),
};

/** The settings of a directory that is a realm of Keycloak. */
export const keycloakSettings = z
  .strictObject({
    url: url().meta({
      description:
        'Where Keycloak is, with its path prefix (`/auth`) if it has one. It has to be the address by which Keycloak knows itself, for its tokens count only there.',
      examples: ['https://sso.example.org'],
    }),
    realm: text().meta({ description: 'The realm of the users.', examples: ['mail'] }),
    clientId: text().meta({
      description:
        'The client as which idpmap asks. Its service account needs the roles `view-users` and, with `federation: auto`, `view-realm`; `view-organizations` and `view-events` where they are used.',
      examples: ['idpmap'],
    }),
    ...credentials,
    tls: tls.prefault({}).meta({ description: 'How the connection is secured.' }),
    addressFrom: addressSource().prefault('email').meta({
      description:
        "What holds an account's address: `email`, `username`, a user attribute, or `{username}@example.org`, an address made of the username.",
    }),
    aliasAttribute: attribute()
      .exactOptional()
      .meta({
        description:
          'The user attribute of further addresses. Only administrators may be able to edit it, and big realms need an index for it.',
        examples: ['mailAlias'],
      }),
    groupAttribute: attribute()
      .exactOptional()
      .meta({
        description: "The group attribute of a group's address, in lower case.",
        examples: ['mail'],
      }),
    logins: oneOrMany(z.enum(['username', 'email']))
      .prefault(['username', 'email'])
      .meta({ description: 'Which of a user may be the SASL login that sends as the address.' }),
    emailVerified: z.enum(['any', 'required']).prefault('any').meta({
      description:
        'Whether an e-mail address counts before it is verified. `required` where users may change theirs.',
    }),
    federation: z.enum(['auto', 'none', 'synced', 'live']).prefault('auto').meta({
      description:
        'Whether users come from a directory behind Keycloak: `auto` finds out, for which the client needs `view-realm`, and without it believes nobody to be absent; none; all are imported by a periodic full sync; or not, and then nobody is believed to be absent.',
    }),
    proof: z.enum(['users', 'realm']).prefault('users').meta({
      description:
        'What has to be shown before somebody is believed to be absent: users, or only a realm that answers, which may be empty.',
    }),
    organizations: organizations.exactOptional().meta({
      description: "Serves the domains of the realm's organizations, beside the configured ones.",
      examples: ['{ allowDomains: [example.org] }'],
    }),
    canary: address()
      .exactOptional()
      .meta({
        description:
          "An account's own address that is always there: as long as it is not found, nobody is believed to be absent. Without it, people found before stand in.",
        examples: ['postmaster@example.org'],
      }),
    events: durationOrOff('1s')
      .prefault('off')
      .meta({
        description:
          'How often admin events are read, so that what administrators change counts at once. The realm has to keep them, the client needs `view-events`.',
        examples: ['5s'],
      }),
    selfCheck: duration('1s').prefault('60s').meta({
      description: 'How often rights and visible users are looked at.',
    }),
    groups: groups.prefault({}).meta({
      description: 'Limits of a group; mail to one that exceeds them is deferred.',
    }),
    connections: count(1, 64).prefault(16).meta({ description: 'Connections for lookups.' }),
    mirror: mirror({}),
  })
  .superRefine(({ mirror: copy, events, federation }, context) => {
    if (copy?.whenAbsent !== 'deny') return;
    const missing = [
      ...(events === 'off' ? ['events: 5s'] : []),
      ...(federation === 'none' ? [] : ['federation: none']),
    ];
    if (missing.length === 0) return;
    context.addIssue({
      code: 'custom',
      path: ['mirror', 'whenAbsent'],
      message: `deny needs a directory that tells of new people at once: set ${missing.join(' and ')}, or whenAbsent: ask`,
    });
  })
  .superRefine(
    ({ clientSecret, privateKey: key, clientCertificate, serviceAccountToken }, context) => {
      const ways = [clientSecret, key, serviceAccountToken].filter(
        (way) => way !== undefined,
      ).length;
      if (ways + Number(clientCertificate === true) === 1) return;
      context.addIssue({
        code: 'custom',
        message:
          'write exactly one of clientSecret, privateKey, clientCertificate: true and serviceAccountToken',
      });
    },
  )
  .superRefine(({ clientCertificate, tls: files, url: where }, context) => {
    if (clientCertificate !== true) return;
    if (files.cert === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'clientCertificate: true needs tls.cert and tls.key',
      });
    }
    if (!where.startsWith('https:')) {
      context.addIssue({
        code: 'custom',
        path: ['url'],
        message: 'clientCertificate: true needs https://',
      });
    }
  });

/** What the adapter goes by. Durations in milliseconds. */
export type KeycloakSettings = DeepReadonly<z.output<typeof keycloakSettings>>;

/** The key that signs our assertions (RFC 7523). */
export type PrivateKey = NonNullable<KeycloakSettings['privateKey']>;

/** Which domains of organizations are ours. */
export type OrganizationSettings = NonNullable<KeycloakSettings['organizations']>;
