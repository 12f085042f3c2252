import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** The way of a query, and what stands beside it. A room imports from itself and from rooms further down only. */
const ROOMS = [
  ['main.ts'],
  ['cli.ts'],
  ['cli'],
  ['index.ts', 'directory.ts', 'testing.ts'],
  ['library'],
  ['daemon.ts', 'daemon'],
  ['http'],
  ['control'],
  ['fleet'],
  ['socketmap'],
  ['maps'],
  ['lookup'],
  ['mirror'],
  ['reference.ts'],
  ['settings.ts'],
  ['directory'],
  ['config'],
  ['net'],
  ['watch.ts'],
  ['files.ts'],
  ['log.ts'],
  ['stack.ts'],
  [
    'address',
    'clock.ts',
    'home.ts',
    'journal.ts',
    'loop.ts',
    'logwriter.ts',
    'makedirectory.ts',
    'printable.ts',
    'priority.ts',
    'redaction.ts',
    'settle.ts',
  ],
  ['reason.ts'],
  ['record.ts'],
];

/** Libraries that only these rooms know. What a type of directory imports beside them is its driver, and its own. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli.ts', 'cli/commands', 'cli/commands.ts', 'cli/exits.ts'],
  zod: ['config', 'directory', 'library/settings.ts', 'cli/import/sockmapd.ts'],
  yaml: ['config', 'directory/file', 'cli/import'],
  fastify: ['http'],
  ioredis: ['fleet/engine.ts'],
  'prom-client': ['http'],
  '@opentelemetry/api': ['lookup'],
  'lru-cache': ['lookup'],
  opossum: ['lookup'],
  pino: ['log.ts'],
  'pino-pretty': ['log.ts'],
  leven: ['config/mistakes', 'directory/file'],
  uplot: ['http'],
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const imports = files.flatMap((file) =>
  [
    ...readFileSync(join(SRC, file), 'utf8').matchAll(/(?:from|import\(|^import)\s*'([^']+)'/gm),
  ].map(([, to = '']) => ({ file, to })),
);
const rank = (file: string): number => {
  const [room = ''] = file.split('/');
  return ROOMS.findIndex((names) => names.includes(room));
};

test('every file stands in a room', () => {
  expect(files.filter((file) => rank(file) === -1)).toEqual([]);
});

test('imports point one way', () => {
  const wrong = imports
    .filter(({ to }) => to.startsWith('.'))
    .map(({ file, to }) => ({ file, to: normalize(join(dirname(file), to)) }))
    .filter(({ file, to }) => file.split('/')[0] !== to.split('/')[0] && rank(to) <= rank(file))
    .map(({ file, to }) => `${file} imports ${relative('.', to)}`);
  expect(wrong).toEqual([]);
});

test('no files import each other in a circle, not even types', () => {
  const edges = imports
    .filter(({ to }) => to.startsWith('.'))
    .map(({ file, to }) => ({ file, to: normalize(join(dirname(file), to)) }));
  /** Without those that lead out of what is left, and those that nobody leads to. */
  const narrow = (left: typeof edges): typeof edges => {
    const [from, into] = [left.map(({ file }) => file), left.map(({ to }) => to)].map(
      (names) => new Set(names),
    );
    const inner = left.filter(({ file, to }) => from?.has(to) && into?.has(file));
    return inner.length === left.length ? inner : narrow(inner);
  };
  expect(narrow(edges).map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

/** The folder of a type of directory that a file stands in. */
const typeOf = (file: string): string | undefined => /^directory\/([^/]+)\//.exec(file)?.[1];

const packages = imports.filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'));

/** What types of directories import, and the library has no other room. */
const drivers = packages.filter(({ file, to }) => typeOf(file) !== undefined && !(to in LIBRARIES));

test('every library has its rooms', () => {
  const text = readFileSync(join(SRC, '../package.json'), 'utf8');
  const { dependencies }: { dependencies: object } = JSON.parse(text);
  const known = new Set([...Object.keys(LIBRARIES), ...drivers.map(({ to }) => to)]);
  expect([...known].toSorted()).toEqual(Object.keys(dependencies).toSorted());
});

test('a library is imported in its rooms only', () => {
  const paths = files.flatMap((file) =>
    Object.keys(LIBRARIES)
      .filter((name) => readFileSync(join(SRC, file), 'utf8').includes(`'${name}/`))
      .map((to) => ({ file, to })),
  );
  const wrong = [...imports, ...paths].filter(({ file, to }) => {
    const rooms = LIBRARIES[to];
    return rooms?.every((room) => file !== room && !file.startsWith(`${room}/`)) ?? false;
  });
  expect(wrong).toEqual([]);
});

test('a driver is imported in the folder of its own type only', () => {
  const strays = drivers.flatMap(({ file, to }) =>
    packages.filter((other) => other.to === to && typeOf(other.file) !== typeOf(file)),
  );
  expect(drivers.map(({ to }) => to)).toContain('ldapts');
  expect(strays.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

/** A newcomer is told what is where: by a README there, or by one above that leads into the folder. */
test('a folder of more than eight files is explained', () => {
  const folders = Object.entries(Object.groupBy(files, (file) => dirname(file)));
  const large = folders.filter(([, own = []]) => own.length > 8).map(([folder]) => folder);
  const isExplained = (folder: string): boolean => {
    for (let above = folder; above !== '.'; above = dirname(above)) {
      const readme = join(SRC, above, 'README.md');
      if (!existsSync(readme)) continue;
      return (
        above === folder || readFileSync(readme, 'utf8').includes(`](${relative(above, folder)}/`)
      );
    }
    return false;
  };
  expect(large.filter((folder) => folder !== '.' && !isExplained(folder))).toEqual([]);
});
