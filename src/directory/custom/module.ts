import { createRequire, registerHooks } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { codeFile, ROOT } from '../../home.ts';
import { reasonOf } from '../../reason.ts';
import type { OwnType } from '../define.ts';
import { findWriter } from './trust.ts';

/** Why a module can't be used, in words for the administrator. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError';
}

/** This program's own entries: a module that says `idpmap/directory` gets what runs, wherever it lies itself. */
const ENTRIES: Readonly<Record<string, string>> = {
  idpmap: codeFile('index'),
  'idpmap/directory': codeFile('directory'),
  'idpmap/testing': codeFile('testing'),
};

let isHooked = false;

/** Another copy of idpmap would have other classes: its faults would be nobody's here. */
function leadHome(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      const entry = ENTRIES[specifier];
      if (entry === undefined) return next(specifier, context);
      return { url: pathToFileURL(entry).href, shortCircuit: true };
    },
  });
}

/** By the file that they were loaded from: code is loaded once a process. */
const loaded = new Map<string, Promise<OwnType>>();
/** How often each could not be. */
const failed = new Map<string, number>();

/**
 * Loads a type of directory: the default export of `module`, which is an absolute path or the name of a package that is
 * installed beside the configuration or idpmap itself.
 * @throws {ModuleError} where it can't be found, may be changed by others, can't be loaded, or is no type of directory
 */
export async function loadModule(module: string): Promise<OwnType> {
  const file = isAbsolute(module) ? module : findPackage(module);
  const writer = await findWriter(file).catch((error: unknown) => {
    throw new ModuleError(`can't be looked at: ${reasonOf(error)}`, { cause: error });
  });
  if (writer !== undefined) throw new ModuleError(writer);
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const loading = importType(file);
  loaded.set(file, loading);
  // Who mends the file tries again.
  loading.catch(() => {
    loaded.delete(file);
    failed.set(file, (failed.get(file) ?? 0) + 1);
  });
  return loading;
}

function findPackage(name: string): string {
  for (const base of [join(process.cwd(), 'package.json'), join(ROOT, 'package.json')]) {
    try {
      return createRequire(base).resolve(name);
    } catch {
      // Perhaps at the next place.
    }
  }
  throw new ModuleError(
    `there is no package ${name} in ${process.cwd()} or beside idpmap: write the path of its file, as /etc/idpmap/${name}.mjs`,
  );
}

async function importType(file: string): Promise<OwnType> {
  leadHome();
  const failures = failed.get(file);
  // To Node a file that failed stays so under its name.
  const url = `${pathToFileURL(file).href}${failures === undefined ? '' : `?${failures}`}`;
  const all: { readonly default?: unknown } = await import(url).catch((error: unknown) => {
    throw new ModuleError(`${file} can't be loaded: ${reasonOf(error)}`, { cause: error });
  });
  if (isOwnType(all.default)) return all.default;
  throw new ModuleError(
    `${file} gives no type of directory: export default defineDirectory({ … }) of idpmap/directory`,
  );
}

const isOwnType = (given: unknown): given is OwnType =>
  typeof given === 'object' &&
  given !== null &&
  'own' in given &&
  given.own instanceof z.ZodObject &&
  'open' in given &&
  typeof given.open === 'function';

/** What paths in its settings are relative to. */
export const baseOf = (module: string): string =>
  isAbsolute(module) ? dirname(module) : process.cwd();
