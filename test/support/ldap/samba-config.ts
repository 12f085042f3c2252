import { join } from 'node:path';
import { AD_REALM } from './active-directory-entries.ts';
import { certificateFiles } from './certificates.ts';

/** The address that is Samba's own among the loopback ones: its ports are fixed. */
export const SAMBA_HOST = '127.0.0.9';

/** The domain's short name, and the controller's. */
export const SAMBA_DOMAIN = 'IDPMAP';
export const SAMBA_NETBIOS_NAME = 'DC1';

/** What a test may want otherwise than a domain controller's defaults. */
export interface SambaOptions {
  /** `no`: a password is taken without TLS. As Active Directory, it refuses by default. */
  readonly requireStrongAuth?: 'yes' | 'no';
}

/**
 * The configuration (smb.conf) of a domain controller that lies wholly in `directory` and does nothing but LDAP. By default
 * an old password counts for another hour, which would hide that it was changed.
 */
export function sambaConfig(directory: string, options: SambaOptions = {}): string {
  const place = (name: string) => join(directory, name);
  const { ca, cert, key } = certificateFiles(directory);
  const lines = {
    realm: AD_REALM.toUpperCase(),
    workgroup: SAMBA_DOMAIN,
    'netbios name': SAMBA_NETBIOS_NAME,
    'server role': 'active directory domain controller',
    'server services': 'ldap',
    interfaces: `${SAMBA_HOST}/8`,
    'bind interfaces only': 'yes',
    'disable netbios': 'yes',
    'private dir': place('private'),
    'lock directory': directory,
    'state directory': place('state'),
    'cache directory': place('cache'),
    'binddns dir': place('bind-dns'),
    'pid directory': place('run'),
    'ncalrpc dir': place('run/ncalrpc'),
    'winbindd socket directory': place('run/winbind'),
    'nmbd:socket dir': place('run/nmbd'),
    'log file': place('log'),
    'ldap server require strong auth': options.requireStrongAuth ?? 'yes',
    'old password allowed period': '0',
    'tls cafile': ca,
    'tls certfile': cert,
    'tls keyfile': key,
    'idmap_ldb:use rfc2307': 'yes',
  };
  const settings = Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`);
  return `[global]\n${settings.join('')}`;
}
