import { stringify } from 'yaml';
import type { Configured, Schema } from './schema.ts';

/**
 * Writes the effective settings as YAML in the configuration's own spelling, so that it loads again. A secret's file or
 * variable is named; one that was written out is `***`.
 */
export const printConfig = <Settings extends Configured>(
  { schema }: Schema<Settings>,
  settings: Settings,
): string => stringify(schema.encode(settings), { version: '1.2', schema: 'core', lineWidth: 0 });
