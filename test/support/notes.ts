import type { Log } from '../../src/log.ts';

/** One line of a log. */
export interface Note {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** A log that keeps what it is told. */
export interface Notes {
  readonly log: Log;
  readonly all: readonly Note[];
  /** What was told at a level. */
  readonly messages: (level: Note['level']) => readonly string[];
  /** The next note, from the first one on, that holds `text` and was not given yet; it is waited for. */
  next(text: string): Promise<Note>;
}

/** Creates one. */
export function createNotes(): Notes {
  const all: Note[] = [];
  const given = new Set<Note>();
  let wake = Promise.withResolvers<void>();
  const write =
    (level: Note['level']): Log['info'] =>
    (fields, message) => {
      all.push({ level, message, fields });
      wake.resolve();
      wake = Promise.withResolvers();
    };
  return {
    log: {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      isLevelEnabled: () => true,
    },
    all,
    messages: (level) => all.filter((each) => each.level === level).map(({ message }) => message),
    next: async (text) => {
      for (;;) {
        const note = all.find((each) => !given.has(each) && each.message.includes(text));
        if (note !== undefined) {
          given.add(note);
          return note;
        }
        await wake.promise;
      }
    },
  };
}
