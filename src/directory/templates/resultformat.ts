import {
  joinParts,
  type Placeholder,
  splitTemplate,
  type TemplateKey,
  templateKey,
} from './template.ts';

/** Shapes a table's values. */
export interface ResultFormat {
  /** Whether the key has all parts that have a place. */
  readonly fits: (key: TemplateKey) => boolean;
  /** Absent where the value is empty, or lacks a part that has a place. */
  readonly apply: (value: string, key: TemplateKey) => string | undefined;
}

/**
 * Reads a result format: `%s` `%u` `%d` stand for the value and its parts, `%S` `%U` `%D` `%1` to `%9` for the key's.
 * @throws {SyntaxError} with the offset of an unknown placeholder
 */
export function parseResultFormat(text: string): ResultFormat {
  const parts = splitTemplate(text);
  const ofKey = parts.filter((part) => typeof part !== 'string' && !isOfValue(part));
  return {
    fits: (key) => joinParts(ofKey, ({ read }) => read(key)) !== undefined,
    apply(value, key) {
      if (value === '') return undefined;
      const own = templateKey(value);
      return joinParts(parts, (place) => place.read(isOfValue(place) ? own : key));
    },
  };
}

const isOfValue = ({ letter }: Placeholder): boolean => 'sud'.includes(letter);
