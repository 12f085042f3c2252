import { preciseClock } from '../../../clock.ts';
import type { DirectoryHooks } from '../../hooks.ts';
import type { AccountBranch, GroupBranch } from '../people/branch.ts';
import { commonBase } from '../people/branch.ts';
import type { FindOptions } from '../people/find.ts';
import { createLostLedger } from '../people/lost.ts';
import type { LdapSettings } from '../settings.ts';
import type { Tables } from '../tables/tables.ts';
import { createCanaryCheck } from './canary.ts';
import { createNamedCheck } from './named.ts';
import { createOddities, type Oddities } from './oddities.ts';
import { createPeopleTrust } from './peopletrust.ts';
import { createProof, type Proof } from './proof.ts';
import { createRecall } from './recall.ts';
import { createRootCheck } from './root.ts';
import { createSchemas, type Schemas } from './schema.ts';
import { createSelf, type Self } from './self.ts';
import { type Asked, createTableTrust, type TableTrust } from './tabletrust.ts';
import { createTrust, type Trust } from './trust.ts';
import { createWitnesses } from './witness.ts';

/** How each kind of question of one directory is believed, and what finding people needs of that. */
export interface Trusts {
  readonly people: Trust;
  /** That of a table, or of the list of domains; made once. */
  readonly of: (asked: Asked) => Trust & Pick<TableTrust, 'unseen'>;
  readonly find: FindOptions;
  readonly schemas: Schemas;
  readonly self: Self;
  readonly oddities: Oddities;
  /** Takes what is missed as removed on purpose; says what that was. */
  readonly accept: () => string | undefined;
}

export interface TrustsOptions {
  readonly settings: LdapSettings;
  readonly accounts: AccountBranch;
  readonly groups?: GroupBranch;
  readonly tables: Pick<Tables, 'bases'>;
  readonly hooks: Pick<DirectoryHooks, 'name' | 'log' | 'kept'>;
  /** Where what is held and left out is counted. */
  readonly figures: Record<string, number>;
}

/** Creates them. */
export function createTrusts(options: TrustsOptions): Trusts {
  const { settings, accounts, groups, tables, hooks, figures } = options;
  const { referrals, canary, bind, base } = settings;
  const branches = groups === undefined ? [accounts] : [accounts, groups];
  const now = (): number => preciseClock.now();
  const self = createSelf(bind, commonBase(base));
  const schemas = createSchemas(preciseClock);
  const oddities = createOddities(branches, now);
  const witnesses = createWitnesses({
    self,
    recall: createRecall(hooks.kept),
    now,
    missing: (count) => {
      figures['held'] = Math.min(count, 1);
    },
  });
  const people = createPeopleTrust({
    accounts,
    ...(groups === undefined ? {} : { groups }),
    witnesses,
    self,
    isAccountNeeded: settings.proof === 'account' && canary === undefined,
    schemas,
    referrals,
  });
  const find: FindOptions = {
    accounts,
    ...(groups === undefined ? {} : { groups }),
    seen: people.learn,
    emptiness: people.emptiness,
    oddities: oddities.conditionsFor,
    ledger: createLostLedger(
      (group, leftOut) =>
        hooks.log.warn(
          { directory: hooks.name, group, leftOut },
          'members of a group get none of its mail',
        ),
      (count) => {
        figures['membersLeftOut'] = count;
      },
    ),
  };

  const asksForPeople = settings.proof === 'account' || canary !== undefined;
  const bases = [
    ...(asksForPeople ? branches.map((branch) => branch.commonBase) : []),
    ...tables.bases,
    commonBase(base),
  ];
  const root = createRootCheck(self);
  const checks: readonly Proof[] = [
    people.proof,
    createNamedCheck(settings, schemas),
    oddities.proof,
    ...(bases.includes('') ? [root] : []),
    ...(canary === undefined
      ? []
      : [createCanaryCheck({ canary, find, self, schemas, referrals })]),
  ];

  const made = new Map<string, Trust & Pick<TableTrust, 'unseen'>>();
  const trustOf: Trusts['of'] = (asked) => {
    const known = made.get(asked.name);
    if (known !== undefined) return known;
    const own = commonBase(asked.base);
    const { proof: table, unseen } = createTableTrust(asked, { witnesses, schemas, referrals });
    const proof = createProof({
      bases: [own],
      referrals,
      checks: [
        table,
        ...(asked.within === undefined ? [] : [trustOf(asked.within).proof]),
        ...(own === '' ? [root] : []),
      ],
    });
    const trust = { ...createTrust(proof), unseen };
    made.set(asked.name, trust);
    return trust;
  };

  return {
    people: createTrust(createProof({ bases, referrals, checks })),
    of: trustOf,
    find,
    schemas,
    self,
    oddities,
    accept: () => witnesses.forgetMissed(),
  };
}
