import { defineDirectory, none } from 'idpmap/directory';

/** The least that is one: nobody is there. */
export default defineDirectory({
  type: 'least',
  about: 'Nobody.',
  settings: {},
  open: () => ({
    find: () => none('content', 'nobody is there'),
    probe: async () => {},
    close: async () => {},
  }),
});
