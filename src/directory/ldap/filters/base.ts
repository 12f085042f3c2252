import {
  hasPlaceholders,
  joinParts,
  splitTemplate,
  type Template,
} from '../../templates/template.ts';
import { escapeDnValue } from './dn.ts';

/**
 * Reads a search base such as `ou=%d,dc=example,dc=org`. What comes from a key is escaped.
 * @throws {SyntaxError} with the offset of an unknown placeholder
 */
export function parseTemplate(text: string): Template {
  const parts = splitTemplate(text);
  return {
    hasPlaceholders: hasPlaceholders(parts),
    bind: (key) => joinParts(parts, ({ read }) => escapeDnValue(read(key))),
  };
}
