import { byKey, type Family, type Section, single } from './family.ts';

const families: readonly Family[] = [
  {
    name: 'idpmap_http_connections_dropped_total',
    type: 'counter',
    labels: [],
    help: 'Connections to the HTTP endpoint that were dropped, waiting for their client, to make room for others.',
    advice: 'Somebody holds many open; the log names the network. Health is answered all the same.',
    samples: ({ web }) => single(web.dropped),
  },
  {
    name: 'idpmap_http_tokens_refused_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Requests whose token was wrong, or not even compared, for too many from there had been.',
    advice:
      'A client has an old token, or somebody guesses: the log names the network. A new token of 32 random characters, and a narrower network.',
    samples: ({ web }) => byKey('reason', web.tokens),
  },
];

/** The HTTP endpoint itself. */
export const HTTP: Section = { title: 'HTTP', families };
