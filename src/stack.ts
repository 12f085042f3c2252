import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { HOME } from './home.ts';

/** Where a frame of a bundled file is, as V8 writes it. */
const PLACE = new RegExp(`(${RegExp.escape(HOME)}/[\\w.-]+\\.cjs):(\\d+):(\\d+)`, 'g');

/** What is known of each bundled file that a stack has named; absent: its map can't be read. */
const maps = new Map<string, SourceMap | undefined>();

/**
 * Names sources (`src/maps/map.ts:41`) where a stack names places of a bundled file; any other text stays as it is. Maps are read
 * when a stack first needs them: Node, told to use maps, would read all of them at the start and keep 20 MB.
 */
export function nameSources(stack: string): string {
  if (!stack.includes('.cjs:')) return stack;
  return stack.replaceAll(PLACE, (place: string, file: string, line: string, column: string) => {
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    return `${entry.originalSource.replace(/^(?:\.\.\/)+/, '')}:${entry.originalLine + 1}`;
  });
}

function mapOf(file: string): SourceMap | undefined {
  if (maps.has(file)) return maps.get(file);
  const map = readMap(`${file}.map`);
  maps.set(file, map);
  return map;
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Whoever leaves the maps out of an installation reads places of the bundle.
    return undefined;
  }
}
