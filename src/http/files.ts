import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** A file of the status page. */
interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** What the page consists of; files of other kinds, such as its sources' maps, are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** The chart library's, under names of the page's own. */
const LIBRARY: Readonly<Record<string, string>> = {
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

/** Where the page lies. */
export const PAGE_DIRECTORY = join(import.meta.dirname, 'page');

/**
 * Serves the status page: `index.html` of `directory` as `/status`, its other files and the chart library below it. They
 * are read once, here: no request names a file.
 */
export async function servePage(app: FastifyInstance, directory: string): Promise<void> {
  for (const [name, { type, content }] of await readFiles(directory)) {
    const path = name === 'index.html' ? '/status' : `/status/${name}`;
    app.get(path, async (_, reply) => reply.type(type).send(content));
  }
}

async function readFiles(directory: string): Promise<ReadonlyMap<string, PageFile>> {
  // Whoever leaves the page out of an installation still has all else.
  const names = await readdir(directory).catch((): readonly string[] => []);
  const own = names.map((name) => [name, join(directory, name)] as const);
  const { resolve } = createRequire(import.meta.url);
  // Beside a bundle lies the library, too: no packages are installed there.
  const library = Object.entries(LIBRARY)
    .filter(([name]) => !names.includes(name))
    .map(([name, module]) => [name, resolve(module)] as const);
  const files = new Map<string, PageFile>();
  for (const [name, path] of [...own, ...library]) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(name, { type, content: await readFile(path) });
  }
  return files;
}
