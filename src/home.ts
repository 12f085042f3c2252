import { basename, dirname, extname, join } from 'node:path';

/** Where the code lies that runs: `src` in a clone, `dist` in npm's package, `program` where all is bundled into few files. */
export const HOME = import.meta.dirname;

/** What lies around it: package.json, the pages. */
export const ROOT = dirname(HOME);

/** The compiler and the bundler rewrite the endings of imports only. */
const ENDING = extname(import.meta.filename);

/** The file of `path` below `HOME`, without its ending: for what is started or loaded by its name. In a bundle all lie side by side. */
export const codeFile = (path: string): string =>
  join(HOME, `${ENDING === '.cjs' ? basename(path) : path}${ENDING}`);
