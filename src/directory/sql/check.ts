import type { Misfit } from '../../config/settings/directories.ts';
import { checkForeign, tryRead } from '../readable.ts';
import { surelyForeignIn } from '../templates/foreign.ts';
import { parseResultFormat } from '../templates/resultformat.ts';
import { presetStatements, type SqlPresetName } from './presets/presets.ts';
import type { QuestionSettings } from './settings.ts';
import { parseListing } from './text/listing.ts';
import { parseStatement } from './text/statement.ts';
import type { Dialect } from './text/tokens.ts';

/** What is looked at. */
interface Checked extends Pick<QuestionSettings, 'people' | 'listDomains' | 'tables' | 'mirror'> {
  readonly preset?: SqlPresetName;
}

/** Finds the statements and formats that can't be read, all of them, without a server; and a mirror that nothing would fill. */
export function checkStatements(settings: Checked, dialect: Dialect): readonly Misfit[] {
  const { people, listDomains, tables } = settings;
  const read = (text: string): unknown => parseStatement(text, dialect);
  const readList = (text: string): unknown => parseListing(text, ['id'], dialect);
  return [
    ...Object.entries(people).flatMap(([name, text]) =>
      name.startsWith('list')
        ? tryRead(['people', name], text, readList)
        : checkQuestion(['people', name], text, dialect, KEYLESS.has(name)),
    ),
    ...checkMirror(settings, dialect),
    ...tryRead(['listDomains'], listDomains, read),
    ...Object.entries(tables).flatMap(([name, { query, resultFormat }]) => [
      ...tryRead(['tables', name, 'query'], query, read),
      ...checkForeign(['tables', name, 'query'], query, surelyForeignIn),
      ...tryRead(['tables', name, 'resultFormat'], resultFormat, parseResultFormat),
    ]),
  ];
}

/** Of catch-alls all may be shown: each row says of which domain it is. */
const KEYLESS: ReadonlySet<string> = new Set(['catchAll']);

/** A question about one address: without a place for it, the answer would be the same for all. */
function checkQuestion(
  path: Misfit['path'],
  text: string,
  dialect: Dialect,
  mayBeKeyless: boolean,
): readonly Misfit[] {
  const unreadable = tryRead(path, text, (each) => parseStatement(each, dialect));
  if (unreadable.length > 0) return unreadable;
  if (mayBeKeyless || parseStatement(text, dialect).hasPlaceholders)
    return checkForeign(path, text, surelyForeignIn);
  const message =
    "asks the same whoever is meant, write '%s' where the address belongs, '%u' for its local part, '%d' for its domain";
  return [{ path, message }];
}

function checkMirror({ mirror, preset, people }: Checked, dialect: Dialect): readonly Misfit[] {
  if (mirror === undefined) return [];
  const all = { ...(preset !== undefined && presetStatements(preset, dialect)), ...people };
  if (all.listAccounts === undefined) {
    const message = 'needs a statement that lists everybody: write people.listAccounts';
    return [{ path: ['mirror'], message }];
  }
  if (mirror.whenAbsent !== 'deny') return [];
  const lists = LISTS.flatMap(({ list, shows }) => {
    const text = all[list];
    if (text === undefined) return all[shows] === undefined ? [] : [`people.${list}`];
    return /\bchanged\b/i.test(text) ? [] : [`a column changed in people.${list}`];
  });
  const lacks = [...lists, ...(all.catchAll === undefined ? [] : ['no people.catchAll'])];
  if (lacks.length === 0) return [];
  const message = `deny needs statements that tell of everybody who is new: ${lacks.join(', ')}; or set whenAbsent: ask`;
  return [{ path: ['mirror', 'whenAbsent'], message }];
}

const LISTS = [
  { list: 'listAccounts', shows: 'account' },
  { list: 'listAliases', shows: 'aliases' },
  { list: 'listGroups', shows: 'groups' },
] as const;
