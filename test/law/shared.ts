import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SharedDaemons } from './shareddaemons.ts';
import { DAEMONS, FOUND, STEP, type Step } from './sharedsteps.ts';
import { IN_STEP_MS, NAMES } from './sharedworld.ts';

/** How often each thing was seen. */
export type Seen = Map<string, number>;

/** Checks the law for mirrors that share a feed, through `runs` plans; rejects with the first one that breaks it. */
export async function checkShared(runs: number, shrinks: 'yes' | 'no' = 'yes'): Promise<Seen> {
  const seen: Seen = new Map();
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 40, size: 'max' }), async (plan) => {
      const run = new SharedRun(seen);
      try {
        await run.begin();
        for (const step of plan) await run.take(step);
        await run.end();
      } finally {
        await run.close();
      }
    }),
    { numRuns: runs, endOnFailure: shrinks === 'no', examples: FOUND.map((plan) => [plan]) },
  );
  return seen;
}

/** One plan under way: three daemons, and all that may happen to them. */
class SharedRun {
  readonly #daemons = new SharedDaemons();
  readonly #time = this.#daemons.time;
  readonly #directory = this.#daemons.directory;
  readonly #stream = this.#daemons.stream;
  readonly #seen: Seen;

  constructor(seen: Seen) {
    this.#seen = seen;
  }

  async begin(): Promise<void> {
    for (let i = 0; i < DAEMONS; i++) await this.#daemons.start(i);
    await this.#pass(3000);
  }

  async take(step: Step): Promise<void> {
    if ('who' in step) {
      const login = step.do === 'put' ? String(step.login) : undefined;
      this.#directory.change(NAMES[step.who] ?? '', login);
    } else if ('ms' in step) await this.#pass(step.ms);
    else if ('daemon' in step) await this.#happenTo(step.daemon, step.do);
    else if ('back' in step) this.#stream.happen(step.do, step.back);
    else if (step.do === 'forget') this.#directory.forget();
    else this.#directory.isUp = step.do === 'directory up';
    await this.#time.pass(1);
    await this.#ask();
  }

  /** In short steps, so that whatever is said between is looked at. */
  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 700) {
      await this.#time.pass(Math.min(700, left));
      await this.#ask();
    }
  }

  async #happenTo(i: number, what: Extract<Step, { daemon: number }>['do']): Promise<void> {
    const one = this.#daemons.all[i];
    if (one === undefined) return;
    const happen: Readonly<Record<typeof what, () => unknown>> = {
      freeze: () => this.#time.frozen.add(i),
      thaw: () => this.#time.frozen.delete(i),
      cut: () => this.#stream.down.add(i),
      heal: () => this.#stream.down.delete(i),
      // It ends with a mark, which comes later: nobody waits for it.
      sync: () => void one.mirror.sync().catch(() => {}),
      restart: () => this.#daemons.restart(i),
      kill: () => this.#daemons.restart(i, 'killed'),
      empty: () => this.#daemons.restart(i, 'emptied'),
    };
    await happen[what]();
  }

  async #ask(): Promise<void> {
    for (const [i, { mirror }] of this.#daemons.all.entries()) {
      if (this.#time.frozen.has(i)) continue;
      await mirror.tick();
      for (const name of NAMES) this.#judge(i, name);
    }
  }

  #judge(i: number, name: string): void {
    const directory = this.#directory;
    const one = this.#daemons.all[i];
    const said = one?.mirror.say(name, this.#time.now);
    if (said === undefined) return;
    const by = one?.takenFrom() === undefined ? '' : ' of another';
    this.#count(`${said.is}${by}`);
    const what = `daemon ${i}${by} of ${name} at ${this.#time.now}: ${JSON.stringify(said)}, ${JSON.stringify(one?.mirror.status())}`;
    if (said.is === 'found') {
      const login = said.value[0]?.logins[0];
      const was = directory.was(IN_STEP_MS, (people) => people.get(name) === login);
      assert(was, `found, and was not so: ${what}`);
    }
    if (said.is === 'absent' && said.denied !== undefined) {
      this.#count('denied');
      const was = directory.was(IN_STEP_MS, (people) => !people.has(name));
      assert(was, `denied, and was there: ${what}`);
    }
  }

  #count(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1);
  }

  /** All is well again: they come together, one follows, and all say what the directory says. */
  async end(): Promise<void> {
    this.#directory.isUp = true;
    this.#stream.down.clear();
    this.#time.frozen.clear();
    await this.#pass(150_000);
    assert.equal(this.#directory.active, 1, 'one follows for all');
    for (const [i, { mirror }] of this.#daemons.all.entries()) {
      const about = `daemon ${i}: ${JSON.stringify(mirror.status())}`;
      assert(mirror.status().isInStep, `in step: ${about}`);
      for (const name of NAMES) {
        const said = mirror.say(name, this.#time.now);
        const login = said.is === 'found' ? said.value[0]?.logins[0] : undefined;
        assert.equal(login, this.#directory.people.get(name), `${name}: ${about}`);
      }
    }
  }

  close(): Promise<void> {
    return this.#daemons.close();
  }
}
