import { Document, visit } from 'yaml';
import type { Configured, Schema } from './schema.ts';
import { needsQuotes } from './yaml/traps.ts';

/**
 * Writes the effective settings as YAML in the configuration's own spelling, so that it loads again. A secret's file or
 * variable is named; one that was written out is `***`.
 */
export function printConfig<Settings extends Configured>(
  { schema }: Schema<Settings>,
  settings: Settings,
): string {
  const document = new Document(schema.encode(settings), { version: '1.2', schema: 'core' });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && needsQuotes(scalar.value))
        scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}
