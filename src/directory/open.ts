import type { Misfit } from '../config/load.ts';
import type { Directory, DirectoryHooks } from './directory.ts';
import type { FileDirectorySettings } from './file/file.ts';
import type { KeycloakSettings } from './keycloak/settings.ts';
import type { LdapSettings } from './ldap/settings.ts';

/** The settings of one directory, told apart by `type`. */
export type DirectorySettings =
  | ({ readonly type: 'file' } & FileDirectorySettings)
  | ({ readonly type: 'ldap' } & LdapSettings)
  | ({ readonly type: 'keycloak' } & KeycloakSettings)
  | { readonly type: 'demo' };

/** Opens a directory. Loads the code of its type only, and does not wait for its first contact. */
export async function openDirectory(
  settings: DirectorySettings,
  hooks: DirectoryHooks,
): Promise<Directory> {
  switch (settings.type) {
    case 'file': {
      const { createFileDirectory } = await import('./file/file.ts');
      return createFileDirectory(settings, hooks);
    }
    case 'ldap': {
      const { createLdapDirectory } = await import('./ldap/ldap.ts');
      return createLdapDirectory(settings, hooks);
    }
    case 'keycloak': {
      const { createKeycloakDirectory } = await import('./keycloak/keycloak.ts');
      return createKeycloakDirectory(settings, hooks);
    }
    case 'demo': {
      const { createDemoDirectory } = await import('./demo/demo.ts');
      return createDemoDirectory();
    }
  }
}

/**
 * Finds the settings that only a directory's own code can read, such as filters, and that it can't. Their paths begin at
 * the configuration's root.
 */
export async function checkDirectories(
  directories: Readonly<Record<string, DirectorySettings>>,
): Promise<readonly Misfit[]> {
  const all: Misfit[] = [];
  for (const [name, settings] of Object.entries(directories)) {
    if (settings.type !== 'ldap') continue;
    const { checkTexts } = await import('./ldap/filters/check.ts');
    const found = checkTexts(settings);
    all.push(
      ...found.map((misfit) => ({ ...misfit, path: ['directories', name, ...misfit.path] })),
    );
  }
  return all;
}
