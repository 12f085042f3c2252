import { z } from 'zod';
import { IN_MEMORY } from '../settings.ts';
import { defineType } from '../type.ts';

/** The directory of `serve --demo`. */
export const demo = defineType({
  type: 'demo',
  about: 'The people of the demo, built in: something to try idpmap with.',
  limits: IN_MEMORY,
  settings: () => z.strictObject({}),
  open: async () => (await import('./demo.ts')).createDemoDirectory(),
  tables: 'content',
  largestGroup: () => 0,
  sample: {},
});
