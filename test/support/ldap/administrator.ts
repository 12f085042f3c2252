import { SERVICE } from './inet-entries.ts';
import { run } from './run.ts';
import type { Administration } from './server.ts';

/** Somebody who may change everything in OpenLDAP or 389-DS. */
export interface Administrator {
  readonly dn: string;
  readonly password: string;
}

/** Changes a server at `url` with ldapmodify. */
export function administerAs({ dn, password }: Administrator, url: string): Administration {
  const modify = async (ldif: string) => {
    await run('ldapmodify', ['-x', '-H', url, '-D', dn, '-w', password], ldif);
  };
  return {
    modify,
    setPassword: (changed) =>
      modify(
        `dn: ${SERVICE.dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: ${changed}\n`,
      ),
  };
}
