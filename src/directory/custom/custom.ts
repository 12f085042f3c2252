import type { Directory } from '../directory.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { type CustomSettings, readOwn } from './own.ts';

/** Opens what the module makes; without `listDomains` it lists none, whatever it could. */
export async function openCustom(
  settings: CustomSettings & { readonly listDomains: boolean },
  hooks: DirectoryHooks,
): Promise<Directory> {
  const { type, own } = await readOwn(settings);
  const made = await type.open({ ...settings, ...own, type: type.type }, hooks);
  if (settings.listDomains) return made;
  // Its methods may be a class's.
  return new Proxy(made, {
    get: (target, name) => {
      if (name === 'domains') return undefined;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
