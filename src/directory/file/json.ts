/**
 * Parses a people file that is written in JSON, in about a tenth of the time and memory that YAML takes. Absent where
 * it is not JSON or has a key twice, which `JSON.parse` lets pass: then the file is read as YAML, which says where.
 */
export function parsePlainJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return countKeys(value) === countWrittenKeys(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce((sum: number, item) => sum + countKeys(item), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}

/** `text` is JSON, so a string before a colon is a key. */
function countWrittenKeys(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/g)) if (colon === ':') keys++;
  return keys;
}
