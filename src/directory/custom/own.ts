import { describeIssues } from '../../config/mistakes/issues.ts';
import { readGroup } from '../../config/schema/shape.ts';
import type { Misfit } from '../../config/settings/directories.ts';
import { prepare } from '../../config/sources/paths.ts';
import { bindSecrets, checkSecrets } from '../../config/sources/secrets.ts';
import { reasonOf } from '../../reason.ts';
import type { OwnType } from '../define.ts';
import { baseOf, loadModule, ModuleError } from './module.ts';
import type { Sealed } from './parts.ts';

/** What the configuration says of a directory that a module makes. */
export interface CustomSettings {
  readonly module: string;
  readonly settings: Sealed;
}

/** A module's settings, read by its own schema. */
interface Read {
  readonly type: OwnType;
  readonly own: Readonly<Record<string, unknown>>;
}

/**
 * Loads the module, and reads its settings as the configuration reads all others: paths are relative to the module's file,
 * secrets are bound, what is wrong is told of its place.
 */
async function read({ module, settings }: CustomSettings): Promise<Read | readonly Misfit[]> {
  const type = await loadModule(module);
  const root = readGroup(type.own);
  const { tree, secrets } = bindSecrets(
    prepare(settings.open(), root, baseOf(module)),
    root,
    process.env,
  );
  const parsed = type.own.safeParse(tree);
  const mistakes = [
    ...(parsed.success ? [] : describeIssues(parsed.error.issues, tree, root)),
    ...(await checkSecrets(secrets)),
  ];
  if (!parsed.success || mistakes.length > 0)
    return mistakes.map(({ path, ...rest }) => ({ path: ['settings', ...path], ...rest }));
  settings.show(type.own.encode(parsed.data));
  return { type, own: parsed.data };
}

/** Finds what keeps the module, or its settings, from being used. */
export async function findFaults(settings: CustomSettings): Promise<readonly Misfit[]> {
  try {
    const found = await read(settings);
    if (!('own' in found)) return found;
    const { type, own } = found;
    const misfits = (await type.check?.({ ...settings, ...own, type: type.type })) ?? [];
    return misfits.map(({ path, ...rest }) => ({ ...rest, path: ['settings', ...path] }));
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return [{ path: ['module'], message: error.message, part: 'value' }];
  }
}

/**
 * Reads them once more, to open the directory by.
 * @throws {Error} where they can't be used any more
 */
export async function readOwn(settings: CustomSettings): Promise<Read> {
  const found = await read(settings);
  if ('own' in found) return found;
  throw new ModuleError(
    found.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    {
      cause: reasonOf(found),
    },
  );
}
