import { z } from 'zod';
import { IN_MEMORY, shared } from './shared.ts';

/** The directory of `serve --demo`. */
export const demo = z.strictObject({
  type: z.literal('demo').meta({
    description: 'The people of the demo, built in: something to try idpmap with.',
  }),
  ...shared(IN_MEMORY),
});
