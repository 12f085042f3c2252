import { stringify } from 'yaml';

/** Writes a value as YAML on one line. */
export const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
