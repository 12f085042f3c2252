import { domainToUnicode } from 'node:url';
import { foldDomain } from '../../address/address.ts';
import type { Configured } from '../schema.ts';
import { MIN_TOKEN_LENGTH } from '../settings/http.ts';
import { getIn, type Path } from '../sources/tree.ts';
import type { Mistake } from './mistake.ts';

/** Postfix keeps a connection for the life of its process; few of them are silent for longer. */
const SHORT_IDLE_MS = 3_600_000;

/** Beyond it a fault of a directory keeps Postfix's processes waiting rather than deferring. */
const LONG_DEADLINE_MS = 1000;

/** A path of several steps: random bytes in base64 have no such names. */
const FILE = /^(?:file:(?:\/\/)?\/?|@?\.{0,2}\/)[a-z][\w.-]*(?:\/[a-z][\w.-]*)+$/;

/** A variable as shells and other programs' files write it. */
const VARIABLE =
  /^(?:\$[A-Z][A-Z\d_]+|(?:env|ENV):\/{0,2}[A-Z][A-Z\d_]+|%env\([A-Z][A-Z\d_]+\)%|\$\{env[.:][A-Z][A-Z\d_]+\})$/;

function describeLiteral(text: string): string {
  const counts = 'and counts as the secret itself: write';
  if (FILE.test(text)) return `looks like the name of a file, ${counts} { file: … } around it`;
  if (VARIABLE.test(text)) return `looks like the name of a variable, ${counts} { env: NAME }`;
  return 'the secret is written out here, keep it in a file instead: { file: /run/secrets/NAME }';
}

/** Finds what works but should be looked at. `literals` are the secrets that are written out. */
export function findWarnings(
  { connections: { idleTimeout }, deadline, domains, fleet }: Configured,
  literals: readonly Path[],
  tree: unknown,
): readonly Mistake[] {
  const warnings: Mistake[] = literals.map((path) => ({
    path,
    part: 'value',
    message: describeLiteral(String(getIn(tree, path))),
  }));
  if (idleTimeout !== 'off' && idleTimeout < SHORT_IDLE_MS) {
    warnings.push({
      path: ['connections', 'idleTimeout'],
      part: 'value',
      message: 'is below 1h, mail may be deferred when a connection that Postfix keeps is closed',
    });
  }
  if (deadline > LONG_DEADLINE_MS) {
    warnings.push({
      path: ['deadline'],
      part: 'value',
      message: 'is above 1s, a slow directory will keep processes of Postfix waiting that long',
    });
  }
  if (fleet !== undefined && fleet.timeout > deadline / 4) {
    warnings.push({
      path: ['fleet', 'timeout'],
      part: 'value',
      message: 'is above a quarter of the deadline, and counts as that',
    });
  }
  return [...warnings, ...checkAlike(Object.keys(domains))];
}

/** Finds a token that lets nobody in, for it is too short: mail needs none, so that it keeps no daemon from its start. */
export async function findShortToken({ http: { token } }: Configured): Promise<readonly Mistake[]> {
  const length = (await token?.read().catch(() => undefined))?.length ?? MIN_TOKEN_LENGTH;
  if (length >= MIN_TOKEN_LENGTH) return [];
  const message = `has ${length} characters and lets nobody in, it needs ${MIN_TOKEN_LENGTH}: make one with openssl rand -hex 16`;
  return [{ path: ['http', 'token'], part: 'value', message }];
}

/** Domains that Postfix asks for by the name of another one that is configured as well. */
const checkAlike = (names: readonly string[]): readonly Mistake[] =>
  names
    .filter((name) => foldDomain(name) !== name && names.includes(foldDomain(name)))
    .map((name) => ({
      path: ['domains'],
      part: 'key',
      message: `Postfix asks for ${domainToUnicode(name)}, where it is written so, by the name ${foldDomain(name)}: let both have the same people, or expect mail for one at the other`,
    }));
