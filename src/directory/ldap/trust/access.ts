import { CompareRequest } from 'ldapts';
import { Fault } from '../../directory.ts';
import { type Software, softwareOf } from '../servers/software.ts';
import type { Connection } from '../wire/connection.ts';
import type { Schemas } from './schema.ts';
import type { Sight } from './sight.ts';
import type { Witnesses } from './witness.ts';

/**
 * Looks for attributes that hold addresses, that nobody shows, and that the login may not see: a right that was withdrawn
 * before anybody was seen by it leaves no witness. A comparison (RFC 4511, 4.10) tells "it has none" from "not for you"
 * even of an attribute that an entry lacks.
 */
export interface AccessCheck {
  /**
   * @param sights all of one branch
   * @throws {Fault} `doubt` where the login may see others of them, and not this one
   */
  check(sights: readonly Sight[], connection: Connection, signal: AbortSignal): Promise<void>;
}

const COMPARED_TRUE = 6;
const NO_RIGHT = 50;

/** Servers that tell the two apart; Active Directory does not, and others may not know the question. */
const TELLING: ReadonlySet<Software> = new Set(['openldap', '389ds']);

/** Creates it. It asks one question for each attribute that nobody shows, of somebody who shows another. */
export function createAccessCheck(
  witnesses: Pick<Witnesses, 'isSeen' | 'isAccepted' | 'someone' | 'miss' | 'found'>,
  schemas: Pick<Schemas, 'of'>,
): AccessCheck {
  const known = new WeakMap<Connection, Promise<Software>>();

  const software = (connection: Connection, signal: AbortSignal): Promise<Software> => {
    const asked = known.get(connection) ?? softwareOf(connection, signal);
    known.set(connection, asked);
    asked.catch(() => known.delete(connection));
    return asked;
  };

  return {
    async check(sights, connection, signal) {
      const open = sights.filter(
        (sight) => !witnesses.isSeen([sight]) && !witnesses.isAccepted(sight),
      );
      const witness = witnesses.someone(sights);
      if (open.length === 0 || witness === undefined) return;
      if (!TELLING.has(await software(connection, signal))) return;
      // Of what its schema lacks 389-DS says the same; a preset may name such.
      const schema = await schemas.of(connection, signal);
      const unseen = open.filter(({ attribute }) => schema.has(attribute));

      const compare = async (attribute: string, value: string): Promise<number> => {
        const entry = witness.dn;
        const { code } = await connection.request(
          (messageId) => new CompareRequest({ messageId, dn: entry, attribute, value }),
          signal,
        );
        return code;
      };
      const codes = await Promise.all(
        unseen.map(async (sight) => ({ sight, code: await compare(sight.attribute, 'idpmap') })),
      );
      const [first] = codes.filter(({ code }) => code === NO_RIGHT);
      // Where nothing may be compared, it tells nothing.
      const isTold =
        first !== undefined &&
        (await compare(witness.sight.attribute, witness.value)) === COMPARED_TRUE;
      for (const { sight } of codes) if (!isTold || sight !== first.sight) witnesses.found(sight);
      if (!isTold) return;
      witnesses.miss(first.sight, connection.server);
      throw hidden(first.sight, connection.server);
    },
  };
}

const hidden = ({ attribute, owner: { name } }: Sight, server: string): Fault =>
  new Fault(
    'doubt',
    `${server} lets bind.dn see no ${attribute} of any ${name}, so whoever has an address in it is not found: give it the right to search and read it, or take it out of ${name}s.aliases; if nobody has one: idpmap accept`,
  );
