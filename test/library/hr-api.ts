import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseAddress } from '../../src/address/address.ts';

/** The HR system of docs/examples/hr.ts, and whom it has. */
export interface HrApi {
  readonly port: number;
  stop(): Promise<void>;
}

const person = (email: string, alsoKnownAs: readonly string[] = [], active = true) => ({
  uuid: `u-${email.toLowerCase()}`,
  email,
  alsoKnownAs,
  login: email.replace(/@.*/, '').toLowerCase(),
  active,
});

export const TOKEN = 'sesame';
export const WITNESS = 'postmaster@example.org';

const PEOPLE = [
  person(WITNESS),
  // It looks for whatever an address ends in, too: Ann stands on the second page of those found for hers.
  person('joann@example.org'),
  person('Leann@example.org'),
  person('Ann@Example.org', ['A.Smith@example.org']),
  person('gone@example.org', [], false),
];

const A_PAGE = 2;

/** Starts it on a free port of 127.0.0.1. */
export async function startHrApi(): Promise<HrApi> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const say = (status: number, body: object): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return say(401, { error: 'who are you?' });
    const page = (found: typeof PEOPLE): void => {
      const from = (Number(searchParams.get('page')) - 1) * A_PAGE;
      say(200, { total: found.length, people: found.slice(from, from + A_PAGE) });
    };
    if (pathname === '/everybody') return page(PEOPLE);
    if (pathname !== '/people') return say(404, { error: 'no such route' });
    const mail = parseAddress(searchParams.get('mail') ?? '')?.text ?? '-';
    const found = PEOPLE.filter(({ email, alsoKnownAs }) =>
      [email, ...alsoKnownAs].some((each) => parseAddress(each)?.text.endsWith(mail)),
    );
    return page(found);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
