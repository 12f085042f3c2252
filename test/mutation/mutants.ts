/** A bug that a careless hand would write, and the tests that have to find it. */
export interface Mutant {
  readonly bug: string;
  /** Below `src/`. */
  readonly file: string;
  /** What stands there, exactly once … */
  readonly from: string;
  /** … and what the bug replaces it by. */
  readonly to: string;
  /** The unit tests that are run. */
  readonly tests: readonly string[];
}

/** One a decision that a reader could take for a detail. The law has its own (`test/law/mutants.test.ts`). */
export const MUTANTS: readonly Mutant[] = [
  {
    bug: 'a prefetch queues',
    file: 'lookup/remember.ts',
    from: 'if (!options.hasRoom()) return;',
    to: '',
    tests: ['test/lookup'],
  },
  {
    bug: 'a new question passes those who wait',
    file: 'lookup/limit.ts',
    from: 'return free > 0 && tokens >= 1 && waiting() === 0;',
    to: 'return free > 0 && tokens >= 1;',
    tests: ['test/lookup'],
  },
  {
    bug: 'strangers go before known people',
    file: 'lookup/limit.ts',
    from: 'admitFrom(queues.known);\n    admitFrom(queues.stranger);',
    to: 'admitFrom(queues.stranger);\n    admitFrom(queues.known);',
    tests: ['test/lookup'],
  },
  {
    bug: 'an open circuit takes a slot',
    file: 'lookup/limit.ts',
    from: 'if (isOpen()) return next(key, signal);',
    to: '',
    tests: ['test/lookup'],
  },
  {
    bug: 'a doubtful probe does not close the circuit',
    file: 'lookup/breaker.ts',
    from: 'if (!isDoubt(error)) return;',
    to: 'return;',
    tests: ['test/lookup'],
  },
  {
    bug: 'a directory that starts opens its circuit',
    file: 'lookup/breaker.ts',
    from: "new Set<Cause>(['entry', 'doubt', 'starting', 'shutdown'])",
    to: "new Set<Cause>(['entry', 'doubt', 'shutdown'])",
    tests: ['test/lookup'],
  },
  {
    bug: 'a late probe of an earlier outage closes the circuit of the next one',
    file: 'lookup/breaker.ts',
    from: "if (!failing.isShutdown) heal('probe');",
    to: "heal('probe');",
    tests: ['test/lookup/breaker'],
  },
  {
    bug: 'a none that has expired hides a fault',
    file: 'lookup/memory.ts',
    from: 'const failed = unknown.get(key);',
    to: 'const failed = none.get(key) === undefined ? unknown.get(key) : undefined;',
    tests: ['test/lookup/memory'],
  },
  {
    bug: 'a list that is remembered is still another’s to change',
    file: 'lookup/memory.ts',
    from: 'const value = outcome.value.slice();',
    to: 'const value = outcome.value;',
    tests: ['test/lookup/memory'],
  },
  {
    bug: 'the twin domain stands in for a doubt',
    file: 'maps/search.ts',
    from: "if (candidate.kind === 'aliasOf') return undefined;",
    to: '',
    tests: ['test/maps', 'test/law/law.test.ts'],
  },
  {
    bug: 'a stale entry denies',
    file: 'maps/map.ts',
    from: "outcome.stale !== undefined && meaning === 'nothing' ? tempOf(outcome.stale) : NOTFOUND",
    to: 'NOTFOUND',
    tests: ['test/maps', 'test/law/law.test.ts'],
  },
  {
    bug: 'an unread rest of a request is lost',
    file: 'net/connection.ts',
    from: 'decoder.keep();',
    to: '',
    tests: ['test/net', 'test/socketmap'],
  },
  {
    bug: 'a client that asks without reading is not held up',
    file: 'net/connection.ts',
    from: 'this.#out.isBackedUp || this.#replies.waiting >= this.#room',
    to: 'this.#out.isBackedUp',
    tests: ['test/net', 'test/socketmap'],
  },
  {
    bug: 'a reply is given twice',
    file: 'net/replies.ts',
    from: 'if (slot.reply !== undefined) return;',
    to: '',
    tests: ['test/net', 'test/socketmap'],
  },
  {
    bug: 'what is too old is restored',
    file: 'daemon/memoryfile.ts',
    from: 'if (line.ageMs + elapsedMs >= staleMs) return false;',
    to: '',
    tests: ['test/daemon'],
  },
  {
    bug: 'what was listed is forgotten at a reload',
    file: 'daemon/served.ts',
    from: 'list.restore([...(former?.names() ?? [])]);',
    to: '',
    tests: ['test/daemon'],
  },
  {
    bug: 'a reload that fails leaves its directories open',
    file: 'daemon/reloader.ts',
    from: 'await retireState(next, former.state);',
    to: '',
    tests: ['test/daemon'],
  },
  {
    bug: 'one server that fails is enough',
    file: 'directory/connections/pool.ts',
    from: 'if (!isOpening() || failures >= enough) throw failure;',
    to: 'if (!isOpening()) throw failure;',
    tests: ['test/directory/connections'],
  },
  {
    bug: 'a refused password is tried at the next server',
    file: 'directory/connections/servers.ts',
    from: 'if (signal.aborted || isRefusal(error)) throw error;',
    to: 'if (signal.aborted) throw error;',
    tests: ['test/directory/connections'],
  },
  {
    bug: 'a witness that is gone stays one',
    file: 'directory/keycloak/trust/proof.ts',
    from: 'if (witness === known) witness = undefined;',
    to: '',
    tests: ['test/directory/keycloak'],
  },
  {
    bug: 'a self-check that fails is believed',
    file: 'directory/keycloak/trust/selfcheck.ts',
    from: "if (reason !== undefined) throw new Fault('doubt', reason);",
    to: '',
    tests: ['test/directory/keycloak'],
  },
  {
    bug: 'an event is followed twice',
    file: 'directory/keycloak/feed/eventlog.ts',
    from: 'for (const { id, time } of told.events) known.set(id, time);',
    to: '',
    tests: ['test/directory/keycloak'],
  },
  {
    bug: 'Keycloak is pressed after it begged for time',
    file: 'directory/keycloak/http/gate.ts',
    from: 'coldUntil = clock.now() + ms + WARM_MS;',
    to: '',
    tests: ['test/directory/keycloak'],
  },
  {
    bug: 'a new token is dropped for an old one',
    file: 'directory/keycloak/login/token.ts',
    from: 'if (kept?.token !== token || clock.now() < droppedAt + DROP_MS) return;',
    to: 'if (clock.now() < droppedAt + DROP_MS) return;',
    tests: ['test/directory/keycloak'],
  },
  {
    bug: 'everybody may command the daemon',
    file: 'control/server.ts',
    from: 'const OWNER_ONLY = 0o600;',
    to: 'const OWNER_ONLY = 0o666;',
    tests: ['test/control'],
  },
  {
    bug: 'a former daemon that hangs is waited for',
    file: 'daemon/takeover.ts',
    from: 'const timer = setTimeout(() => former.close(), CONFIRM_MS);',
    to: 'const timer = setTimeout(() => {}, CONFIRM_MS);',
    tests: ['test/daemon', 'test/socketmap'],
  },
  {
    bug: 'a restart forgets what is held and who went before',
    file: 'lookup/fliphold.ts',
    from: 'const before = readFlips(kept.read(KEPT));',
    to: 'const before = readFlips(kept.read(`${KEPT} no more`));',
    tests: ['test/lookup/fliphold', 'test/daemon/vanished'],
  },
];
