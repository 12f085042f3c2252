import { onTestFinished } from 'vitest';
import type { Change, Listed, Mark } from '../../../../src/directory/directory.ts';
import { createKeycloakDirectory } from '../../../../src/directory/keycloak/keycloak.ts';
import type { KeycloakSettings } from '../../../../src/directory/keycloak/settings.ts';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import type { ScriptedKeycloak } from '../../../support/keycloak/script.ts';
import { createNotes } from '../../../support/notes.ts';
import { settingsFor } from '../fixture.ts';

/** Settings of a mirror. The file is nobody's here. */
export const MIRROR: NonNullable<KeycloakSettings['mirror']> = {
  path: '/nowhere/staff.db',
  refresh: 3_600_000,
  whenAbsent: 'ask',
  acceptFor: 604_800_000,
  denyFor: 0,
  guard: 0.1,
  grace: 900_000,
};

/** A feed that is read batch by batch. */
export interface Followed {
  /** Reads until a mark; gives what was told, the mark last. Rejects with what the feed threw. */
  toMark(): Promise<readonly Change[]>;
  /** Reads until the feed throws; gives what was told. */
  toEnd(): Promise<{ readonly told: readonly Change[]; readonly error: unknown }>;
}

/** Follows a scripted realm until the test ends. */
export function follow(
  keycloak: ScriptedKeycloak,
  more: Partial<KeycloakSettings> = {},
  cursor?: string,
): Followed {
  const settings = settingsFor(keycloak.url, { events: 1, mirror: MIRROR, ...more });
  const nobody = (): void => {};
  const directory = createKeycloakDirectory(settings, {
    name: 'people',
    log: createNotes().log,
    kept: createKept(),
    changed: nobody,
    delimiters: '+',
    domainsChanged: nobody,
  });
  const life = new AbortController();
  onTestFinished(async () => {
    life.abort();
    await directory.close();
  });
  const batches = directory.follow?.(cursor, life.signal)[Symbol.asyncIterator]();
  const read = async (told: Change[]): Promise<void> => {
    const step = await batches?.next();
    if (step === undefined || step.done === true) throw new Error('the feed ended');
    told.push(...step.value);
  };
  return {
    async toMark() {
      const told: Change[] = [];
      while (told.at(-1)?.kind !== 'mark') await read(told);
      return told;
    },
    async toEnd() {
      const told: Change[] = [];
      try {
        for (;;) await read(told);
      } catch (error) {
        return { told, error };
      }
    },
  };
}

/** The mark that ends what was told. */
export function markIn(told: readonly Change[]): Mark {
  const last = told.at(-1);
  if (last?.kind !== 'mark') throw new Error('nothing was marked');
  return last;
}

/** Everybody who was put, by name in the feed, as they were put last. */
export const putIn = (told: readonly Change[]): ReadonlyMap<string, Listed> =>
  new Map(told.flatMap((change) => (change.kind === 'put' ? change.entries : [])));

/** Who was told to be gone. */
export const goneIn = (told: readonly Change[]): readonly string[] =>
  told.flatMap((change) => (change.kind === 'gone' ? change.refs : []));

/** The kinds of what was told. */
export const kindsOf = (told: readonly Change[]): readonly string[] => told.map(({ kind }) => kind);
