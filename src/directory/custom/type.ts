import { z } from 'zod';
import { flag, modulePath } from '../../config/schema/values.ts';
import { mirror } from '../../config/settings/mirror.ts';
import { defineType } from '../type.ts';
import { sealed } from './parts.ts';

/** A directory that code of the administrator's makes: `defineDirectory` of the library. */
export const custom = defineType({
  type: 'custom',
  about: 'What a module of your own makes: docs/library.md. Its code runs within idpmap.',
  limits: { inFlight: 32, perSecond: 500 },
  settings: () =>
    z.strictObject({
      module: modulePath().meta({
        description:
          'File of the module, or name of its package. Only root and the user that runs idpmap may be able to change it. It is loaded once: a change takes a restart.',
        examples: ['/etc/idpmap/hr.mjs'],
      }),
      settings: sealed().prefault({}).meta({
        description: "The module's own settings; paths are relative to its file.",
      }),
      mirror: mirror({}),
      listDomains: flag().prefault(false).meta({
        description: 'Serves the domains that the module lists, beside the configured ones.',
      }),
    }),
  open: async (settings, hooks) => (await import('./custom.ts')).openCustom(settings, hooks),
  check: async (settings) => (await import('./own.ts')).findFaults(settings),
  lists: 'listDomains',
  tables: 'content',
  largestGroup: () => 0,
  sample: { module: '/etc/idpmap/hr.mjs' },
});
