import { defineDirectory, Fault, none, setting } from 'idpmap/directory';

/** Knows whom its settings name, if its token is right. */
export default defineDirectory({
  type: 'ledger',
  about: 'A ledger.',
  settings: {
    token: setting.secret({ description: 'What it asks for.' }),
    book: setting.path({ description: 'A file.', example: 'book.txt' }),
    names: setting.list(setting.text({ description: 'A name.' }), { description: 'Who is there.' }),
    wait: setting.preset(setting.duration({ description: 'How long.' }), '5s'),
    url: setting.optional(setting.url({ description: 'Where.' })),
    mode: setting.preset(setting.word(['open', 'shut'], { description: 'Whether.' }), 'open'),
  },
  lists: 'names',
  check: async ({ names }) =>
    names.includes('nobody') ? [{ path: ['names'], message: 'names nobody', part: 'value' }] : [],
  open: ({ token, names }) => ({
    find: async (address) => {
      if ((await token.read()) !== 'sesame') throw new Fault('directory', 'who are you?');
      const found = names.includes(address.split('@')[0] ?? '');
      if (!found) return none('content', 'all of the book');
      const entry = {
        id: address,
        kind: 'account',
        address,
        aliases: [],
        logins: [address],
        members: [],
        enabled: true,
      };
      return { status: 'found', value: [entry] };
    },
    probe: async () => {},
    domains: async () => ({ status: 'found', value: ['listed.example'] }),
    close: async () => {},
  }),
});
