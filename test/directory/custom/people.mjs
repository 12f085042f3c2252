import { defineDirectory, setting } from 'idpmap/directory';
import { createDemoDirectory } from '../../../src/directory/demo/demo.ts';

/** The demo's directory, as somebody else's. */
export default defineDirectory({
  type: 'people',
  about: 'People written out in the settings.',
  settings: {
    people: setting.text({ description: 'A people file.' }),
    depth: setting.preset(setting.count({ description: 'Groups within groups.' }), 10),
    members: setting.preset(setting.count({ description: 'Members of a group.' }), 2000),
  },
  tables: 'content',
  open: ({ people, depth, members, sharedAliases }) =>
    createDemoDirectory({
      text: people,
      listDomains: true,
      sharedAliases,
      groups: { depth, members },
    }),
});
