import { open as openFile, stat } from 'node:fs/promises';
import { reasonOf } from '../../reason.ts';
import { type Engine, Lost, type Session } from '../sql/engine.ts';
import { faultOf } from './errors.ts';
import { type Purpose, startReader } from './process.ts';

/** Asks a file of SQLite, which processes of their own read. */
export const createSqliteEngine = (purpose: Purpose): Engine<string> => ({
  dialect: 'sqlite',
  name: nameOf,
  faultOf,
  async open(path, signal) {
    const before = await identify(path);
    await checkHead(path);
    const reader = await startReader(path, nameOf(path), signal, purpose);
    const session: Session = {
      ...reader,
      async believe() {
        if ((await identify(path)) !== before) throw new Lost(`${nameOf(path)}: it was replaced`);
        return [];
      },
    };
    // It may have been replaced in between: then the next one opens the new one.
    if ((await identify(path)) !== before) {
      session.destroy();
      throw new Lost(`${nameOf(path)}: it is being replaced`);
    }
    const timer = setInterval(() => {
      void watch(path, before, session);
    }, LOOK_MS);
    timer.unref();
    void session.ended.then(() => clearInterval(timer));
    return session;
  },
});

const LOOK_MS = 500;

const nameOf = (path: string): string => `sqlite ${path}`;

/** Which file it is. */
async function identify(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev} ${ino}`;
}

/** A process is dear: none is started for a file that is no database. An empty one is, without tables. */
async function checkHead(path: string): Promise<void> {
  const file = await openFile(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD.length), 0, HEAD.length, 0);
    if (bytesRead > 0 && buffer.toString('latin1', 0, bytesRead) !== HEAD)
      throw new Lost(`${nameOf(path)}: it is no database of SQLite 3`);
  } finally {
    await file.close();
  }
}

/** @see https://www.sqlite.org/fileformat.html#the_database_header */
const HEAD = 'SQLite format 3\0';

/** Ends a session whose file is another one now, or gone. */
async function watch(path: string, before: string, session: Session): Promise<void> {
  const now = await identify(path).catch(reasonOf);
  if (now !== before) session.destroy();
}
