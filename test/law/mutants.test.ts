import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type * as Law from './law.ts';

/** Bugs that the law must find: what stands in the source, and what a careless hand would have written. */
const BUGS: readonly {
  readonly bug: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}[] = [
  {
    bug: 'an error is taken for none',
    file: 'lookup/consult.ts',
    from: "return unknown(error instanceof Fault ? error.kind : 'directory', name, reasonOf(error));",
    to: "return reasonOf(error) === name ? unknown((error as Fault).kind, name, name) : { status: 'none', proof: { by: 'connection', how: '' } };",
  },
  {
    bug: 'an expired negative is answered in an outage',
    file: 'lookup/stale.ts',
    from: 'if (kept === undefined) return outcome;',
    to: "if (kept === undefined) return memory.none.has(key) ? { status: 'none', proof: { by: 'content', how: '' } } : outcome;",
  },
  {
    bug: 'a stale answer is served beyond its bound',
    file: 'lookup/memory.ts',
    from: 'context.arrivedAt < kept.askedAt + staleMs',
    to: 'context.arrivedAt < kept.askedAt + 10 * staleMs',
  },
  {
    bug: 'a negative is remembered from an open circuit',
    file: 'lookup/remember.ts',
    from: 'if (flights.get(key) === own) {',
    to: "if (outcome.status === 'unknown' && outcome.cause === 'breaker-open') keep(key, { status: 'none', proof: { by: 'content', how: '' } });\n      if (flights.get(key) === own) {",
  },
  {
    bug: 'there is no deadline',
    file: 'lookup/deadline.ts',
    from: 'context.deadline - clock.now()',
    to: 'context.deadline - clock.now() + 5000',
  },
  {
    bug: 'unknown falls through to the next directory',
    file: 'maps/search.ts',
    from: "if (settled.status === 'unknown')",
    to: "if (settled.status === 'unknown' && index + 1 === questions.length)",
  },
  {
    bug: 'the extension-less form is answered from memory without being marked stale',
    file: 'maps/search.ts',
    from: "return { outcome: { status: 'found', value: known.value, stale: doubt }, candidate };",
    to: "return { outcome: { status: 'found', value: known.value }, candidate: candidate ?? doubt };",
  },
  {
    bug: 'a bug thrown in a prefetch stays with its key',
    file: 'lookup/remember.ts',
    from: 'return await flight(key, lifetime);',
    to: 'return await flight(key, lifetime).catch(() => new Promise<never>(() => {}));',
  },
  {
    bug: 'a none is believed without proof',
    file: 'lookup/proof.ts',
    from: 'await prover.prove(since);',
    to: 'void since;',
  },
  {
    bug: 'a flip is believed at once',
    file: 'lookup/flip.ts',
    from: "if (outcome.status !== 'none' || !canFlip(outcome) || !memory.found.has(key)) return outcome;",
    to: "if (outcome.status !== 'none' || canFlip(outcome) || memory.found.has(key)) return outcome;",
  },
];

const HERE = join(import.meta.dirname, '..', '.mutants');
afterAll(() => rmSync(HERE, { recursive: true, force: true }));

test.each(BUGS)(
  'the law finds it when $bug',
  { timeout: 120_000 },
  async ({ bug, file, from, to }) => {
    const root = join(HERE, bug.replaceAll(/\W+/g, '-'));
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    for (const folder of ['src', 'test/support', 'test/law'])
      cpSync(join(import.meta.dirname, '../..', folder), join(root, folder), { recursive: true });
    symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
    const source = readFileSync(join(root, 'src', file), 'utf8');
    expect(source, 'what the bug replaces').toContain(from);
    writeFileSync(join(root, 'src', file), source.replace(from, to));
    const { checkLaw }: typeof Law = await import(join(root, 'test/law/law.ts'));
    await expect(checkLaw(3000)).rejects.toThrow('Property failed');
  },
);
