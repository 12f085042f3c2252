import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { deferModules } from './defer.ts';
import { groupOf } from './groups.ts';
import { writeLicences } from './licences.ts';
import { escapeText } from './plain.ts';
import { narrowMap } from './positions.ts';

const ROOT = join(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');

/** What is started by its name, and what modules of one's own import. */
const ENTRIES = {
  idpmap: 'main.ts',
  child: 'directory/file/child.ts',
  reader: 'directory/sqlite/reader.ts',
  writer: 'mirror/store/writer.ts',
  index: 'index.ts',
  directory: 'directory.ts',
  testing: 'testing.ts',
};

/** Two sources load the same package, one of them on demand. */
const SHARED = 'INEFFECTIVE_DYNAMIC_IMPORT';

/** Files of the program are loaded by the code that V8 has made of them, where there is any. */
const LOAD = "require = require('./load.cjs')(require);";

const EMPTY_MAP = '{"version":3,"sources":[],"mappings":""}';

/** The chart library's, as the page names them. */
const PAGE_LIBRARY = { 'uplot.js': 'uPlot.esm.js', 'uplot.css': 'uPlot.min.css' };

/**
 * Bundles the program with all packages that it uses into a folder: a file that every command reads, one for the daemon, and
 * others for what only some need. Each has its map beside it. As CommonJS: to import one of Node's modules reads all of its
 * exports, and so loads a second HTTP client and all of its cryptography, 9 MB of a sidecar that has neither.
 * @throws {Error} where a source can't be bundled, or a package is bundled without its licence
 */
export async function buildProgram(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const bundle = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, file]) => [name, join(SRC, file)]),
    ),
    platform: 'node',
    tsconfig: false,
    // pg asks for it and does without.
    external: ['pg-native'],
    preserveEntrySignatures: 'allow-extension',
    transform: { define: { 'import.meta.main': 'false' } },
    onLog: (level, log) => {
      if (level === 'warn' && log.code !== SHARED)
        throw new Error(`the bundler warns: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({
    format: 'cjs',
    sourcemap: 'hidden',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    // Whoever reads a stack, or a line that Node prints, reads words.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: false } },
    comments: false,
    banner: ({ isEntry }) => (isEntry ? LOAD : ''),
    codeSplitting: {
      groups: [{ debugName: 'groups.ts', name: (id, context) => groupOf(id, context, SRC) }],
      includeDependenciesRecursively: false,
    },
  });
  await bundle.close();
  const chunks = output.filter((each): each is OutputChunk => each.type === 'chunk');
  for (const { fileName, code, map } of chunks) {
    const { text, grown } = escapeText(deferModules(code));
    await writeFile(join(folder, fileName), `${text}//# sourceMappingURL=${fileName}.map\n`);
    // What the bundler has written itself comes from no source.
    const narrow = narrowMap(JSON.parse(map?.toString() ?? EMPTY_MAP), grown);
    await writeFile(join(folder, `${fileName}.map`), JSON.stringify(narrow));
  }
  await cp(join(import.meta.dirname, 'load.cjs'), join(folder, 'load.cjs'));
  await writeLicences(
    chunks.flatMap(({ moduleIds }) => moduleIds),
    join(folder, 'LICENSES.txt'),
  );
  await layPage(join(folder, 'page'));
}

async function layPage(folder: string): Promise<void> {
  await cp(join(SRC, 'http/page'), folder, { recursive: true });
  for (const [name, file] of Object.entries(PAGE_LIBRARY))
    await writeFile(
      join(folder, name),
      await readFile(join(ROOT, 'node_modules/uplot/dist', file)),
    );
}

if (import.meta.main) await buildProgram(join(ROOT, process.argv[2] ?? 'program'));
