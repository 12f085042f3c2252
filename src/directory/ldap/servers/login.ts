import { createHash } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import type { LdapBind } from '../settings.ts';
import { type Login, Refused } from '../wire/open.ts';

/** Reads the password for each connection, and spares an account that refused it. */
export interface LoginKeeper {
  /**
   * The login for a new connection.
   * @throws {Refused} while the same password was refused a short time ago
   * @throws {Error} where the password can't be read
   */
  next(): Promise<Login>;
  /** Tells that the server refused it. */
  refused(login: Login, refusal: Refused): void;
  /** Tells that it was taken. */
  taken(): void;
}

/**
 * Creates the keeper of a directory's login. A password that was refused is sent again only after `retryMs`, so that no
 * account is locked out by us; another one, in a file that was changed, at once.
 */
export function createLoginKeeper(bind: LdapBind, retryMs: number, clock: Clock): LoginKeeper {
  let refusal:
    | { readonly print: string; readonly reason: string; readonly until: number }
    | undefined;

  return {
    async next() {
      const login = await readLogin(bind);
      if (
        refusal !== undefined &&
        clock.now() < refusal.until &&
        printOf(login) === refusal.print
      ) {
        const seconds = Math.ceil((refusal.until - clock.now()) / 1000);
        throw new Refused(
          `${refusal.reason}; the same one is tried again in ${seconds} s, another one at once`,
        );
      }
      return login;
    },
    refused(login, { message }) {
      refusal = { print: printOf(login), reason: message, until: clock.now() + retryMs };
    },
    taken() {
      refusal = undefined;
    },
  };
}

async function readLogin({ dn, password, sasl, anonymous }: LdapBind): Promise<Login> {
  if (sasl !== undefined) return { sasl };
  if (dn !== undefined && password !== undefined) return { dn, password: await password.read() };
  // An empty password would be no login either (RFC 4513, 5.1.2), and many servers call that a success.
  if (anonymous === true) return 'anonymous';
  throw new Error('bind names no login, write dn and password, sasl: external or anonymous: true');
}

/** Tells one login from another without keeping the password. */
const printOf = (login: Login): string =>
  createHash('sha256').update(JSON.stringify(login)).digest('base64');
