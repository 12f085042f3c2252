import { stringify } from 'yaml';
import { type Settings, schema } from './schema.ts';

/**
 * Writes the effective settings as YAML in the configuration's own spelling, so that it loads again. A secret's file or
 * variable is named; one that was written out is `***`.
 */
export function printSettings(settings: Settings): string {
  return stringify(encoder.encode(settings), { version: '1.2', schema: 'core', lineWidth: 0 });
}

/** The schema as what it is here: encoding reads the settings only, so they may be for reading. */
const encoder: { encode(settings: Settings): unknown } = schema;
