import { RARE_FILES } from './groups.ts';

/** Modules of Node's that most daemons never use: together they take a tenth of a start, and 4 MB. */
const RARE = [
  'child_process',
  'dns/promises',
  'http2',
  'https',
  'readline/promises',
  'sqlite',
  'stream/consumers',
  'tls',
  'zlib',
];

const REQUIRED = new RegExp(
  `^(\\s*(?:let|const) [\\w$]+ =) (require\\("(?:node:(?:${RARE.join('|')})|\\./(?:${RARE_FILES.join('|')})\\.cjs)"\\));$`,
  'gm',
);

/**
 * Lets a bundled file load rare modules of Node's, and rare files of the program, when it first uses them: the bundler asks for
 * all at the top of a file. Lines stay lines, so that its map stays right.
 */
export const deferModules = (text: string): string =>
  text.replaceAll(
    REQUIRED,
    (_, declared: string, required: string) =>
      `${declared} new Proxy({}, { get: (_, name) => ${required}[name] });`,
  );
