import { EqualityFilter, ExtendedRequest, OrFilter } from 'ldapts';
import type { LdapBind } from '../settings.ts';
import type { Connection } from '../wire/connection.ts';

/** Who idpmap itself is in the directory: a witness is somebody else. */
export interface Self {
  /** Learns it over a connection that is logged in, where it is not known yet. */
  learn(connection: Connection, signal: AbortSignal): Promise<void>;
  readonly is: (dn: string) => boolean;
  /** Whether anybody can be told from it: without a login, everybody can. */
  readonly isKnown: () => boolean;
}

/** RFC 4532: "Who am I?" */
const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';

/** Creates it for one login, whose entry, if it has one, lies below `base`. */
export function createSelf({ dn, anonymous }: LdapBind, base: string): Self {
  const names = new Set<string>();
  if (dn?.includes('=') === true) names.add(comparable(dn));

  async function whoAmI(connection: Connection, signal: AbortSignal): Promise<string> {
    const create = (messageId: number) => new ExtendedRequest({ messageId, oid: WHO_AM_I });
    const { code, value } = await connection.request(create, signal);
    return code === 0 && value !== undefined ? value.toString('utf8') : '';
  }

  /** The entry of `idpmap@ad.example.org` or `EXAMPLE\idpmap`. */
  async function findLogin(login: string, connection: Connection, signal: AbortSignal) {
    const short = login.replace(/^.*\\/, '');
    const filters = [
      new EqualityFilter({ attribute: 'userPrincipalName', value: login }),
      new EqualityFilter({ attribute: 'sAMAccountName', value: short }),
      new EqualityFilter({ attribute: 'uid', value: short }),
    ];
    const { entries } = await connection.search(
      { base, scope: 'sub', filter: new OrFilter({ filters }), attributes: [], sizeLimit: 5 },
      signal,
    );
    for (const entry of entries) names.add(comparable(entry.dn));
  }

  return {
    async learn(connection, signal) {
      if (names.size > 0 || anonymous === true) return;
      const identity = await whoAmI(connection, signal);
      if (/^dn:.*=/i.test(identity)) return void names.add(comparable(identity.slice(3)));
      const logins = [dn ?? '', identity.replace(/^u:/i, '')].filter((login) => login !== '');
      for (const login of logins) await findLogin(login, connection, signal);
    },
    is: (name) => names.has(comparable(name)),
    isKnown: () => anonymous === true || names.size > 0,
  };
}

/** A DN as it is compared: without case, spaces round its parts, and ways to escape (RFC 4514). */
export const comparable = (dn: string): string =>
  PLAIN.test(dn) ? dn.toLowerCase() : inOneForm(dn);

/** Most are in one form but for case; listings compare many. */
const PLAIN = /^[^\\\s]*$/;

const inOneForm = (dn: string): string =>
  dn
    .trim()
    .replaceAll(/(?:\\[\da-f]{2})+/gi, (bytes) =>
      Buffer.from(bytes.replaceAll('\\', ''), 'hex')
        .toString('utf8')
        .replaceAll(/[\\"+,;<>=#]/g, (mark) => `\\${mark}`),
    )
    .replaceAll(/\s*(?<!\\)([,=+])\s*/g, '$1')
    .toLowerCase();
