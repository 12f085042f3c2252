import { Fault } from '../../directory.ts';
import type { AccountBranch, GroupBranch } from '../people/branch.ts';
import type { LdapEntry } from '../search.ts';
import type { Connection } from '../wire/connection.ts';
import { createAccessCheck } from './access.ts';
import { addressSights, type MemberSights, memberSights } from './peoplesights.ts';
import { counted, type Proof } from './proof.ts';
import type { Schemas } from './schema.ts';
import type { Schema } from './schematext.ts';
import type { Self } from './self.ts';
import type { Sight } from './sight.ts';
import { nobody, onlyItself, type Witnesses } from './witness.ts';

export interface PeopleOptions {
  readonly accounts: AccountBranch;
  /** Absent: groups are not looked for. */
  readonly groups?: GroupBranch;
  readonly witnesses: Witnesses;
  readonly self: Self;
  /** Whether some account has to be visible from the start. */
  readonly isAccountNeeded: boolean;
  readonly schemas: Pick<Schemas, 'of'>;
  readonly referrals: 'refuse' | 'ignore';
}

/** How a *none* of an address, and a group that shows no member, are believed. */
export interface PeopleTrust {
  readonly learn: (branch: AccountBranch | GroupBranch, entry: LdapEntry) => void;
  /** Every attribute that holds addresses has a witness, if anybody ever had one. */
  readonly proof: Proof;
  /** For a group that names nobody: the attributes by which it could are shown of other groups. */
  readonly emptiness: (group: LdapEntry, schema: Schema) => Proof;
}

/** Creates it for one directory. */
export function createPeopleTrust(options: PeopleOptions): PeopleTrust {
  const { accounts, groups, witnesses, self, isAccountNeeded, schemas, referrals } = options;
  const ofAccounts = addressSights(accounts);
  const ofGroups = groups === undefined ? [] : addressSights(groups);
  const all = [...ofAccounts, ...ofGroups];
  const access = createAccessCheck(witnesses, schemas);
  const own = ofAccounts.slice(0, accounts.address.length);
  const ofMembers = groups === undefined ? undefined : memberSights(groups, accounts);

  async function checkAccounts(connection: Connection, signal: AbortSignal): Promise<void> {
    const [first] = own;
    if (!isAccountNeeded || first === undefined) return;
    // Where nothing tells who idpmap itself is, one of two is somebody else.
    const isEnough = (): boolean => self.isKnown() || witnesses.count() > 1;
    if (witnesses.isSeen(own) && isEnough()) return;
    const seen = await witnesses.find(own, connection, signal);
    if (seen === 'somebody' && isEnough()) return;
    throw seen === 'nobody'
      ? nobody('directory', first.owner, own, connection.server)
      : onlyItself(first.owner, own, connection.server);
  }

  return {
    learn: (branch, { dn, attributes }) =>
      witnesses.learn(branch.kind === 'account' ? ofAccounts : ofGroups, { dn, attributes }),
    async proof(connection, signal) {
      const count = await witnesses.check(all, referrals, connection, signal);
      await checkAccounts(connection, signal);
      await Promise.all(
        [ofAccounts, ofGroups].map((sights) => access.check(sights, connection, signal)),
      );
      return count === 0 ? [] : [counted(count, 'witness', 'witnesses')];
    },
    emptiness: (group, schema) => async (connection, signal) => {
      const classes = group.attributes.get('objectclass')?.map(String) ?? [];
      const needed =
        ofMembers === undefined ? [] : neededOf(ofMembers, schema.attributesOf(classes));
      const open = needed.filter((sight) => !witnesses.isAccepted(sight));
      const count = await witnesses.check(open, referrals, connection, signal);
      for (const sight of open) {
        if (witnesses.isSeen([sight])) continue;
        if ((await witnesses.find([sight], connection, signal)) === 'somebody') continue;
        throw unshown(group, sight, witnesses.miss(sight, connection.server));
      }
      return [counted(count, 'group with members', 'groups with members')];
    },
  };
}

/**
 * By which attributes a group could name its members: the names that its object classes allow, else addresses that they
 * allow; where the classes do not tell, all that hold names.
 */
function neededOf(
  { names, addresses, back }: MemberSights,
  allowed: ReadonlySet<string> | undefined,
): readonly Sight[] {
  const allows = ({ attribute }: Sight): boolean => allowed?.has(attribute.toLowerCase()) === true;
  const lists = [names.filter(allows), addresses.filter(allows), names, addresses];
  return [...(lists.find((list) => list.length > 0) ?? []), ...back];
}

const unshown = ({ dn }: LdapEntry, { attribute }: Sight, { message }: Fault): Fault =>
  new Fault(
    'entry',
    `${dn} shows no member, and nothing shows that bind.dn may read ${attribute}: ${message}`,
  );
