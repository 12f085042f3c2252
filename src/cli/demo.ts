import { randomBytes } from 'node:crypto';
import { Secret } from '../config/sources/secret.ts';
import { DEMO_DOMAINS } from '../directory/demo/demo.ts';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import type { Settings } from '../settings.ts';

/** The configuration of `serve --demo`, beneath which nothing of the machine's is read but the environment. */
export const DEMO = {
  domains: Object.fromEntries(DEMO_DOMAINS.map((domain) => [domain, { directory: 'demo' }])),
  directories: { demo: { type: 'demo' } },
  maps: {
    'user-exists': { kind: 'mailboxes' },
    'virtual-domains': { kind: 'domains' },
    'virtual-aliases': { kind: 'aliases' },
    'sender-logins': { kind: 'senders' },
    'relay-recipients': { kind: 'recipients' },
    blacklist: { kind: 'table', directory: 'demo', table: 'blacklist', keys: 'host' },
  },
  log: { level: 'debug', format: 'pretty', addresses: 'plain' },
};

/** What the demo's HTTP side asks for, unless one is configured: made anew at each start. */
export interface DemoToken {
  /** The settings with it. */
  readonly into: (settings: Settings) => Settings;
  /** The link to the status page, which hands it on; it stands where browsers send it nowhere. */
  readonly link: (http: Endpoint | undefined, settings: Settings) => string | undefined;
}

/** Makes a token for whoever started the demo. */
export function createDemoToken(): DemoToken {
  const text = randomBytes(16).toString('hex');
  const token = new Secret(text);
  return {
    into: (settings) => ({ ...settings, http: { token, ...settings.http } }),
    link: (http, settings) => {
      if (http?.kind !== 'tcp') return undefined;
      const page = `${formatEndpoint(http).replace('tcp', 'http')}/status`;
      // Somebody's own token is not printed.
      return settings.http.token === token ? `${page}#token=${text}` : page;
    },
  };
}

/** What to try, in the words of whoever sees a demo for the first time. `page`: where its status page is, if anywhere. */
export const demoHint = (port: number, page: string | undefined): string => `
idpmap demo: the directory is built in, test@example.com is one of its people. Try:

  printf 'get user-exists test@example.com\\n' | nc -q1 127.0.0.1 ${port}
  printf '28:user-exists test@example.com,' | nc -q1 127.0.0.1 ${port}
  postmap -q test@example.com socketmap:inet:127.0.0.1:${port}:user-exists

${page === undefined ? '' : `${PAGE_HINT}\n\n  ${page}\n\n`}Others to ask for: unknown@example.com (nobody), info@example.com and team@example.com (virtual-aliases),
anything@test.com (everybody is there), 192.0.2.7 (blacklist). README.md says how to connect Postfix.
Stop it with Ctrl-C.
`;

const PAGE_HINT = 'See how it fares, and test an address:';
