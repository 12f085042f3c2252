import { IN_MEMORY } from '../settings.ts';
import { defineType } from '../type.ts';
import { fileSettings } from './settings.ts';

/** A directory that is a YAML file of accounts and groups. */
export const file = defineType({
  type: 'file',
  about: 'A YAML file of accounts, groups and tables.',
  limits: IN_MEMORY,
  settings: () => fileSettings,
  open: async (settings, hooks) => (await import('./file.ts')).createFileDirectory(settings, hooks),
  lists: 'listDomains',
  tables: 'content',
  largestGroup: ({ groups }) => groups.members,
  sample: { path: 'people.yaml' },
});
