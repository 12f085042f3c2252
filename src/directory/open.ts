import type { Directory } from './directory.ts';
import type { FileDirectorySettings } from './file/file.ts';
import type { StoreHooks } from './file/store.ts';

/** The settings of one directory, told apart by `type`. */
export type DirectorySettings =
  | ({ readonly type: 'file' } & FileDirectorySettings)
  | { readonly type: 'demo' };

/** What a directory tells the daemon: its log, and that what is remembered of it counts no more. */
export type DirectoryHooks = Omit<StoreHooks, 'name'>;

/** Opens the directory called `name`. Loads the code of its type only, and does not wait for its first contact. */
export async function openDirectory(
  name: string,
  settings: DirectorySettings,
  hooks: DirectoryHooks,
): Promise<Directory> {
  switch (settings.type) {
    case 'file': {
      const { createFileDirectory } = await import('./file/file.ts');
      return createFileDirectory(settings, { ...hooks, name });
    }
    case 'demo': {
      const { createDemoDirectory } = await import('./demo.ts');
      return createDemoDirectory();
    }
  }
}
