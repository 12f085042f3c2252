import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bug } from '../law/bugs.ts';
import { plant } from '../law/plant.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import type * as Proofs from '../support/fleet/proofs.ts';
import { type PROOFS, prove } from '../support/fleet/proofs.ts';
import { describeWith } from '../support/requirement.ts';

const HERE = join(import.meta.dirname, '../.mutants/fleet');

/** What a fleet must not do without, each of which a careless hand could have left out. */
const BREAKS: readonly (Bug & { readonly proof: keyof typeof PROOFS })[] = [
  {
    proof: 'seal',
    bug: 'what a stranger touched, or put under another name, is believed',
    file: 'fleet/seal.ts',
    from: "return text + decipher.final('utf8');",
    to: 'return text;',
  },
  {
    proof: 'mark',
    bug: 'a slow question brings back what was forgotten meanwhile',
    file: 'fleet/shelf.ts',
    from: "[askedAt, mark.at, 'found'",
    to: "[askedAt, askedAt, 'found'",
  },
  {
    proof: 'own news',
    bug: 'own news count once they come back from the engine',
    file: 'fleet/outbox.ts',
    from: 'if (at !== undefined) options.note(news, at);',
    to: 'void at;',
  },
  {
    proof: 'outbox',
    bug: 'what the engine did not take is not told again',
    file: 'fleet/outbox.ts',
    from: '// It waits for the next beat.',
    to: 'waiting.shift();',
  },
  {
    proof: 'flips',
    bug: 'each daemon may lose as many as all together',
    file: 'lookup/flip.ts',
    from: 'flips.confirm(flip, await countFlip?.(key))',
    to: 'flips.confirm(flip, undefined)',
  },
];

describeWith(['redis'], 'what a fleet is made of, over a real Redis', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(async () => {
    await engine?.stop();
    rmSync(HERE, { recursive: true, force: true });
  });

  test.each(BREAKS)('it holds, and is seen where $bug', async (broken) => {
    await prove(broken.proof, engine);
    const copy: typeof Proofs = await import(
      join(plant(broken, HERE), 'test/support/fleet/proofs.ts')
    );
    await expect(copy.prove(broken.proof, engine)).rejects.toThrow(/^expected /);
  });
});
