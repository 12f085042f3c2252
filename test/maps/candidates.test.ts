import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/address/address.ts';
import { CANDIDATE_KINDS, listCandidates, listTargets } from '../../src/maps/candidates.ts';
import { buildDomains, type Domain, type DomainDefinition } from '../../src/maps/domains.ts';

const OUTSIDE = 'ops@elsewhere.example';
const DOMAINS: ReadonlyMap<string, DomainDefinition> = new Map([
  ['x.org', { directories: [], roles: { postmaster: OUTSIDE }, catchAll: OUTSIDE }],
  ['y.org', { directories: [], roles: {}, aliasOf: 'x.org' }],
  ['z.org', { directories: [], roles: {}, aliasOf: 'y.org' }],
  ['alone.org', { directories: [], roles: {} }],
]);
const built = buildDomains(DOMAINS, () => undefined);
const chainOf = (domain: Domain): readonly string[] =>
  domain.aliasOf === undefined ? [domain.name] : [domain.name, ...chainOf(domain.aliasOf)];

const asked = fc
  .tuple(
    fc.oneof(
      fc.stringMatching(/^[a-z]{1,4}([+\-=@][a-z+\-@]{0,4})?$/),
      fc.emailAddress(),
      fc.string(),
    ),
    fc.constantFrom(...DOMAINS.keys()),
  )
  .map(([local, domain]) => parseAddress(`${local}@${domain}`))
  .filter((address) => address !== undefined);
const kinds = fc.subarray([...CANDIDATE_KINDS]).map((each) => new Set(each));
const delimiters = fc.constantFrom('', '+', '-', '+-', '-+', '=', '@');

test('candidates stay in their domain, save in the twins that aliasOf names', () => {
  fc.assert(
    fc.property(asked, kinds, delimiters, (address, allowed, characters) => {
      const domain = built.get(address.domain);
      if (domain === undefined) throw new Error('unreachable');
      for (const candidate of listCandidates(address, domain, allowed, characters)) {
        expect(candidate.address.endsWith(`@${candidate.domain.name}`)).toBe(true);
        expect(allowed).toContain(candidate.kind);
        if (candidate.kind === 'aliasOf')
          expect(chainOf(domain).slice(1)).toContain(candidate.domain.name);
        else expect(candidate.domain).toBe(domain);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a candidate and what was cut off make the local part again', () => {
  fc.assert(
    fc.property(asked, kinds, delimiters, (address, allowed, characters) => {
      const domain = built.get(address.domain);
      if (domain === undefined) throw new Error('unreachable');
      for (const candidate of listCandidates(address, domain, allowed, characters)) {
        const local = candidate.address.slice(0, -candidate.domain.name.length - 1);
        expect(`${local}${candidate.extension}`).toBe(address.local);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['+', 'ann+a-b', 'ann'],
  ['-', 'ann+a-b', 'ann+a'],
  ['+-', 'ann+a-b', 'ann'],
  ['+-', 'ann-a+b', 'ann'],
  ['-+', 'ann+a-b', 'ann'],
])('splits at the first of %j found in %s', (characters, local, base) => {
  const address = parseAddress(`${local}@alone.org`);
  const domain = built.get('alone.org');
  if (address === undefined || domain === undefined) throw new Error('unreachable');
  const listed = listCandidates(address, domain, new Set(['extension'] as const), characters);
  expect(listed.map((candidate) => candidate.address)).toEqual([`${base}@alone.org`]);
});

test.each([
  ['postmaster@x.org', [OUTSIDE, OUTSIDE]],
  ['postmaster+x@x.org', [OUTSIDE, OUTSIDE]],
  ['ann@x.org', [OUTSIDE]],
  ['postmaster@z.org', [OUTSIDE, OUTSIDE]],
  ['postmaster@alone.org', []],
])('%s may mean the targets %j', (text, targets) => {
  const address = parseAddress(text);
  const domain = address && built.get(address.domain);
  if (address === undefined || domain === undefined) throw new Error('unreachable');
  expect(listTargets(address, domain, new Set(CANDIDATE_KINDS), '+')).toEqual(targets);
});
