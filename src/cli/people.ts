import { isUtf8 } from 'node:buffer';
import { chmod, chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkBytes } from '../directory/file/check.ts';
import { sealText } from '../directory/file/sealtext.ts';
import { gatherPeople } from '../directory/people/people.ts';
import { reasonOf } from '../reason.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface PeopleOptions {
  readonly json?: boolean;
}

/** Group limits are the configuration's: here nothing is too large. */
const RULES = { sharedAliases: false, groups: { depth: 100, members: 1_000_000 } };

/** Checks a people file as the daemon does, and says what it holds. For whoever writes one, before it is put in place. */
export async function peopleCheck(file: string, options: PeopleOptions): Promise<number> {
  const checked = checkBytes(await read(file), file);
  if ('problems' in checked) {
    print(options, { problems: checked.problems }, checked.problems.join('\n'));
    return EXIT.data;
  }
  const { content, isSealed } = checked;
  const people = await gatherPeople({ ...content, pieces: [content] }, RULES, file);
  const doubts = [...people.doubts()];
  const { accounts, groups } = people;
  const lines = [
    ...doubts.map((doubt) => `warning: ${doubt}`),
    `${file}: no mistakes, ${accounts} accounts, ${groups} groups, ${isSealed ? 'sealed' : 'not sealed'}`,
  ];
  print(options, { accounts, groups, isSealed, doubts }, lines.join('\n'));
  return EXIT.ok;
}

/** Seals a people file: whoever reads it sees whether it is whole. It is replaced at once, never half-written. */
export async function peopleSeal(file: string, options: PeopleOptions): Promise<number> {
  const bytes = await read(file);
  const before = bytes.toString();
  const sealed = isUtf8(bytes)
    ? sealText(before, file)
    : { problems: [`${file}: is not UTF-8, save it in that encoding`] };
  if ('problems' in sealed) {
    print(options, { problems: sealed.problems }, sealed.problems.join('\n'));
    return EXIT.data;
  }
  const { text, counts } = sealed;
  if (text !== before) await replace(file, text);
  print(options, counts, `${file}: sealed, ${counts.accounts} accounts, ${counts.groups} groups`);
  return EXIT.ok;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CliError(EXIT.data, `${file} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** Writes it aside, with the rights and the owner that it has, and puts it in place when it is on the disk. */
async function replace(file: string, text: string): Promise<void> {
  const path = await realpath(file);
  const { mode, uid, gid } = await stat(path);
  const aside = join(dirname(path), `.idpmap-seal-${process.pid}`);
  try {
    const written = await open(aside, 'wx', 0o600);
    try {
      await written.writeFile(text);
      await written.sync();
    } finally {
      await written.close();
    }
    if (process.getuid?.() === 0) await chown(aside, uid, gid);
    await chmod(aside, mode & 0o7777);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw new CliError(EXIT.data, `${file} can't be written: ${reasonOf(error)}`, { cause: error });
  }
}
