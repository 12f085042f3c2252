import { dirname } from 'node:path';
import type { Place, TextFile } from '../directories.ts';
import { isList } from '../existence.ts';
import { type Parameter, readParameters } from '../parameters.ts';
import type { Note } from '../reader.ts';
import { type Change, findChange, type Piece, type Run } from './change.ts';
import { createExpand } from './expand.ts';
import { importNatives, type Tables } from './tables.ts';
import { joinWords, wordsOf } from './words.ts';

/** A line of main.cf, as it was and as it is to be. */
export interface NewLine {
  readonly where: string;
  readonly before: string;
  readonly after: string;
}

/** What was made of a main.cf. */
export interface ImportedMainCf {
  readonly settings: { readonly directories: object; readonly maps: object };
  readonly lines: readonly NewLine[];
  readonly notes: readonly Note[];
}

/**
 * Makes directories and maps of all tables in a main.cf, or in what `postconf -n` prints of it, that ask a server or a file
 * of SQLite.
 * @param endpoint where Postfix asks the maps: `inet:127.0.0.1:9100`
 */
export async function importMainCf(
  { file, text }: TextFile,
  endpoint: string,
): Promise<ImportedMainCf> {
  const { parameters, unreadable } = readParameters(text);
  const notes: Note[] = unreadable.map((line) => ({
    where: `${file}:${line}`,
    text: 'this line is no "name = value"',
    isEssential: true,
  }));
  const directory = file.includes('/') ? dirname(file) : '/etc/postfix';
  const expand = createExpand(parameters, new Map([['config_directory', directory]]));
  const valueOf = (name: string, otherwise: string): string =>
    expand(parameters.get(name)?.value ?? otherwise);
  const options = {
    file,
    expand,
    referred: new Set(
      [...parameters.values()].flatMap(({ value }) =>
        [...value.matchAll(/\$[({]?(\w+)/g)].flatMap(([, name]) => name ?? []),
      ),
    ),
    classes: new Set(wordsOf(valueOf('smtpd_restriction_classes', '')).map((word) => word.text)),
    isVirtual: /^virtual(?::|$)/.test(valueOf('virtual_transport', 'virtual')),
    notes,
  };
  const changes = [...parameters.values()]
    .map((parameter) => findChange(parameter, options))
    .filter((change) => change !== undefined);
  const natives = changes.flatMap(({ pieces }) =>
    pieces.flatMap((piece) => (piece.kind === 'run' ? piece.run.tables : [])),
  );
  const tables = await importNatives(natives, expandAll(parameters, expand));
  const maps = createMaps(tables);
  const lines = changes.flatMap((change) => rewrite(change, (run) => maps.mapOf(run), endpoint));
  return {
    settings: { directories: tables.directories, maps: maps.all },
    lines,
    notes: [...notes, ...tables.notes],
  };
}

const expandAll = (
  parameters: ReadonlyMap<string, Parameter>,
  expand: ReturnType<typeof createExpand>,
): ReadonlyMap<string, Parameter> =>
  new Map([...parameters].map(([name, each]) => [name, { ...each, value: expand(each.value) }]));

/** Makes a map of each run; runs that ask the same share one. */
function createMaps({ placeOf }: Tables) {
  const all: Record<string, object> = {};
  const known = new Map<string, string>();
  return {
    all,
    /** The map's name; absent: a table of the run can't be read. */
    mapOf({ parameter, keys, tables }: Run): string | undefined {
      const places = [
        ...new Map(tables.map((each) => [JSON.stringify(each), placeOf(each)])).values(),
      ];
      const whole = places.filter((place): place is Place => place !== undefined);
      const [first] = whole;
      if (first === undefined || whole.length < places.length) return undefined;
      const items = whole.map((place) =>
        place.directory === first.directory ? place.table : place,
      );
      const map = {
        kind: 'table',
        directory: first.directory,
        table: items.length === 1 ? items[0] : items,
        ...(keys !== 'exact' && { keys }),
        // What such a parameter's tables answer is read by nobody.
        ...(isList(parameter) && { result: 'OK' }),
      };
      const identity = JSON.stringify(map);
      const again = known.get(identity);
      if (again !== undefined) return again;
      let name = parameter;
      for (let i = 2; Object.hasOwn(all, name); i++) name = `${parameter}-${i}`;
      all[name] = map;
      known.set(identity, name);
      return name;
    },
  };
}

/** Puts the maps into a parameter; nothing where none could be made. */
function rewrite(
  { parameter, where, pieces }: Change,
  mapOf: (run: Run) => string | undefined,
  endpoint: string,
): readonly NewLine[] {
  let isChanged = false;
  const words = pieces.map((piece: Piece) => {
    if (piece.kind === 'word') return [piece.word];
    const map = mapOf(piece.run);
    if (map === undefined)
      return piece.run.tables.map(({ type, file }, i) => ({
        before: i === 0 ? piece.word.before : ', ',
        text: `${type}:${file}`,
      }));
    isChanged = true;
    return [{ ...piece.word, text: `socketmap:${endpoint}:${map}` }];
  });
  if (!isChanged) return [];
  const { name, value } = parameter;
  return [
    {
      where,
      before: `${name} = ${value.trim().replaceAll(/\s+/g, ' ')}`,
      after: `${name} = ${joinWords(words.flat())}`,
    },
  ];
}
