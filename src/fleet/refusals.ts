import { explainTls } from '../directory/tls.ts';
import { codeOf, reasonOf } from '../reason.ts';

/** Why the engine can't be used. */
export interface Failure {
  /** With what to do, where somebody has to. */
  readonly reason: string;
  /** Whether it goes on until somebody acts. */
  readonly isLasting: boolean;
}

/** What goes on until somebody acts, and says with its message what to do. */
export class Lasting extends Error {}

/** Says what an error of a connection means, and how to mend it. `by`: who said it. */
export function explainFailure(error: unknown, by: 'engine' | 'sentinel' = 'engine'): Failure {
  const reason = reasonOf(error);
  if (error instanceof Lasting) return { reason, isLasting: true };
  const mend = REMEDIES.find(([pattern]) => pattern.test(reason))?.[1][by];
  if (mend !== undefined) return { reason: `${reason}: ${mend}`, isLasting: true };
  const passing = PASSING.find(([pattern]) => pattern.test(reason))?.[1];
  if (passing !== undefined) return { reason: `${reason}: ${passing}`, isLasting: false };
  const tls = explainTls(codeOf(error), reason);
  return tls === undefined ? { reason, isLasting: false } : { reason: tls, isLasting: true };
}

type Remedy = Readonly<Record<'engine' | 'sentinel', string>>;

/** What engines say first. */
const REMEDIES: readonly (readonly [RegExp, Remedy])[] = [
  [
    /^(?:WRONGPASS|NOAUTH)|without any password|AUTH.*called/,
    {
      engine: 'see fleet.user and fleet.password, and what idpmap fleet acl prints',
      sentinel: "see fleet.sentinel.user and fleet.sentinel.password, which are the sentinels' own",
    },
  ],
  [
    /^NOPERM/,
    {
      engine: 'give the user what idpmap fleet acl prints, for a cluster with --for cluster',
      sentinel: 'give the user what idpmap fleet acl --for sentinel prints',
    },
  ],
  [
    /cluster support disabled/i,
    {
      engine: 'it is no cluster, write its URL in fleet.url',
      sentinel: 'it is no sentinel',
    },
  ],
  [
    /^MOVED|not allowed in cluster/i,
    {
      engine: 'it is a cluster, write its URL in fleet.cluster.urls',
      sentinel: 'it is no sentinel',
    },
  ],
  [
    /unknown command.*(?:SENTINEL)/i,
    {
      engine: 'it is no engine',
      sentinel: 'it is no sentinel but an engine, write it in fleet.url',
    },
  ],
];

/** What may be over by itself, and what to do where it is not. */
const PASSING: readonly (readonly [RegExp, string])[] = [
  [
    /^READONLY/,
    "it is a replica; where no other takes over from it, write the primary's URL in fleet.url, or let sentinels name it",
  ],
  [/^OOM/, 'it is full: raise its maxmemory, and let maxmemory-policy be volatile-lru'],
  [
    /^MISCONF/,
    'it can not write to its disk: mend that, or let it keep nothing (save "", appendonly no)',
  ],
  [/^LOADING/, 'it reads what it has kept: nothing of it is needed, it may keep nothing'],
  [/^BUSY /, "somebody's script holds it up: give the fleet an engine of its own"],
  [/^(?:CLUSTERDOWN|MASTERDOWN|NOREPLICAS)/, 'look after its nodes, see CLUSTER INFO or INFO'],
  [/max number of clients/, 'raise its maxclients'],
  [
    /unknown command|syntax error|Unsupported option/i,
    'it is too old, or was told to hide commands: it takes Valkey 7.2, Redis 6.2, or later',
  ],
  [
    /^the engine answers with what/,
    'nothing that idpmap can use listens there, or what is between them mixes replies up',
  ],
];
