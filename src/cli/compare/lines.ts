import type { Readable } from 'node:stream';

/** No list and no log has such a line, in UTF-16 units. */
const MAX_LINE = 1024 * 1024;

/**
 * Gives the lines of a stream, without their ends. Not by readline: it also ends lines within them (U+2028), and tells nobody
 * of what the stream fails with.
 * @throws {RangeError} at a line without an end, which would fill memory
 */
export async function* linesIn(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new RangeError('a line does not end: is it a text?');
    yield* lines;
  }
  if (rest !== '') yield rest;
}
