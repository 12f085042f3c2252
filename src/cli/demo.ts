import { DEMO_DOMAINS } from '../directory/demo.ts';

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

/** What to try, in the words of whoever sees a demo for the first time. */
export const demoHint = (port: number): string => `
idpmap demo: the directory is built in, test@example.com is one of its people. Try:

  printf 'get user-exists test@example.com\\n' | nc -q1 127.0.0.1 ${port}
  printf '28:user-exists test@example.com,' | nc -q1 127.0.0.1 ${port}
  postmap -q test@example.com socketmap:inet:127.0.0.1:${port}:user-exists

Others to ask for: unknown@example.com (nobody), info@example.com and team@example.com (virtual-aliases),
anything@test.com (everybody is there), 192.0.2.7 (blacklist). README.md says how to connect Postfix.
Stop it with Ctrl-C.
`;
