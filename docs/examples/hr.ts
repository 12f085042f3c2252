import { defineDirectory, type Entry, Fault, findingOf, none, setting } from 'idpmap/directory';

/** What the API says of one person. */
interface Person {
  readonly uuid: string;
  readonly email: string;
  readonly alsoKnownAs: readonly string[];
  readonly login: string;
  readonly active: boolean;
}

/** GET /people?mail=ann@example.org&page=1 gives { total, people }; mail is compared without regard to capitals. */
export default defineDirectory({
  type: 'hr',
  about: 'The people of our HR system.',
  settings: {
    url: setting.url({ description: 'Where it is.', example: 'https://hr.example.org' }),
    token: setting.secret({ description: 'What it knows us by.' }),
    witness: setting.text({ description: 'Somebody who never leaves.', example: 'postmaster@example.org' }),
  },
  open: ({ url, token, witness }) => {
    async function ask(mail: string, signal: AbortSignal): Promise<readonly Entry[]> {
      const found: Person[] = [];
      for (let page = 1; ; page++) {
        const query = new URL(`/people?${new URLSearchParams({ mail, page: `${page}` })}`, url);
        const headers = { authorization: `Bearer ${await token.read()}`, accept: 'application/json' };
        const reply = await fetch(query, { headers, signal, redirect: 'error' });
        // A 404 says that the page is not there, and nothing of people.
        if (reply.status !== 200) throw new Fault('directory', `the API says ${reply.status}`);
        const said: unknown = await reply.json();
        if (!isPage(said)) throw new Fault('directory', 'the API says what can not be read');
        found.push(...said.people);
        if (found.length >= said.total) return found.map(toEntry);
        if (said.people.length === 0) throw new Fault('directory', 'the API cut its list short');
      }
    }
    return {
      find: async (mail, { signal }) =>
        findingOf(await ask(mail, signal), () => none('probe', 'the witness is there')),
      probe: async (signal) => {
        if ((await ask(witness, signal)).length === 0)
          throw new Fault('doubt', 'the witness is not there');
      },
      close: async () => {},
    };
  },
});

const isPage = (said: unknown): said is { total: number; people: Person[] } =>
  typeof said === 'object' &&
  said !== null &&
  'total' in said &&
  Number.isInteger(said.total) &&
  'people' in said &&
  Array.isArray(said.people);

const toEntry = (person: Person): Entry => {
  const { uuid: id, email: address, alsoKnownAs: aliases, login, active: enabled } = person;
  return { id, kind: 'account', address, aliases, logins: [login], members: [], enabled };
};
