import { type Address, splitExtension } from '../address/address.ts';
import type { Domain } from './domains.ts';

/** What an address may stand for, in order of precedence. */
export const CANDIDATE_KINDS = ['exact', 'extension', 'aliasOf', 'roles', 'catchAll'] as const;
export type CandidateKind = (typeof CANDIDATE_KINDS)[number];

/** An address to ask the directories for. */
export interface Candidate {
  readonly kind: 'exact' | 'extension' | 'aliasOf';
  readonly address: string;
  /** What was cut off to get it, delimiter included; empty for the whole address. */
  readonly extension: string;
  /** Whose directories are asked. */
  readonly domain: Domain;
}

/** The address itself, which nearly every search ends with. */
export const exactly = (asked: Address, domain: Domain): Candidate => ({
  kind: 'exact',
  address: asked.text,
  extension: '',
  domain,
});

/**
 * Lists what is asked for `asked`: itself, without its extension, and both in the twin domains. It never leaves the
 * domain but for `aliasOf`.
 */
export function listCandidates(
  asked: Address,
  domain: Domain,
  kinds: ReadonlySet<CandidateKind>,
  delimiters: string,
): readonly Candidate[] {
  const split = kinds.has('extension') ? splitExtension(asked.local, delimiters) : undefined;
  const own: Candidate[] = [];
  if (kinds.has('exact')) own.push(exactly(asked, domain));
  if (split !== undefined) {
    const [base, extension] = split;
    own.push({ kind: 'extension', address: `${base}@${domain.name}`, extension, domain });
  }
  if (!kinds.has('aliasOf')) return own;
  const all = [...own];
  for (let twin = domain.aliasOf; twin !== undefined; twin = twin.aliasOf) {
    const there = twin;
    all.push(
      ...own.map(
        ({ address, extension }): Candidate => ({
          kind: 'aliasOf',
          address: `${address.slice(0, address.lastIndexOf('@'))}@${there.name}`,
          extension,
          domain: there,
        }),
      ),
    );
  }
  return all;
}

/** The configured targets for an address that is nobody's: its role's, then the catch-all. */
export function listTargets(
  asked: Address,
  domain: Domain,
  kinds: ReadonlySet<CandidateKind>,
  delimiters: string,
): readonly string[] {
  const [base] = splitExtension(asked.local, delimiters) ?? [asked.local];
  const role = kinds.has('roles')
    ? (domain.roles.get(asked.local) ?? domain.roles.get(base))
    : undefined;
  const catchAll = kinds.has('catchAll') ? domain.catchAll : undefined;
  return [role, catchAll].filter((target) => target !== undefined);
}
