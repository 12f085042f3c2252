import { parseAddress } from '../../../address/address.ts';
import { Fault } from '../../directory.ts';
import { type FindOptions, findHolders } from '../people/find.ts';
import { readOn, searchOn } from '../servers/results.ts';
import type { Proof } from './proof.ts';
import type { Schemas } from './schema.ts';
import type { Self } from './self.ts';

export interface CanaryOptions {
  readonly canary: string;
  readonly find: FindOptions;
  readonly self: Pick<Self, 'is'>;
  readonly schemas: Pick<Schemas, 'of'>;
  readonly referrals: 'refuse' | 'ignore';
}

/** The canary, a witness that the configuration names, has to be found on each connection that is to be believed. */
export function createCanaryCheck(options: CanaryOptions): Proof {
  const { canary, find, self, schemas, referrals } = options;
  const address = parseAddress(canary);
  if (address === undefined) throw new SyntaxError(`the canary ${canary} is no address`);
  return async (connection, signal) => {
    const others: string[] = [];
    const seen: FindOptions['seen'] = (branch, entry) => {
      if (!self.is(entry.dn)) others.push(entry.dn);
      find.seen(branch, entry);
    };
    const found = await findHolders(
      { ...find, seen },
      address,
    )?.({
      search: searchOn(connection, referrals, signal),
      read: readOn(connection, signal),
      missed: () => {},
      schema: () => schemas.of(connection, signal),
      prove: async (proof) => {
        await proof(connection, signal);
      },
    });
    if (others.length > 0) return ['the canary'];
    const why =
      found === undefined || found.length === 0
        ? `does not find the canary ${canary}`
        : `has the canary ${canary} as the entry of bind.dn itself, which it sees without seeing others`;
    throw new Fault('doubt', `${connection.server} ${why}, so nobody is believed to be absent`);
  };
}
