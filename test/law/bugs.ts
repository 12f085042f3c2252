/** What stands in the source, and what a careless hand would have written. */
export interface Bug {
  readonly bug: string;
  /** Below `src/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Bugs that the law must find. */
export const BUGS: readonly Bug[] = [
  {
    bug: 'an error is taken for none',
    file: 'lookup/consult.ts',
    from: "return unknown(error instanceof Fault ? error.kind : 'directory', name, reasonOf(error));",
    to: "return reasonOf(error) === name ? unknown((error as Fault).kind, name, name) : { status: 'none', proof: { by: 'connection', how: '' } };",
  },
  {
    bug: 'an expired negative is answered in an outage',
    file: 'lookup/memory.ts',
    from: 'const failed = unknown.get(key);',
    to: 'const failed = unknown.get(key);\n        const old = none.get(key);\n        if (failed !== undefined && at < failed.freshUntil && old?.epoch === epoch) return { ...old, goodUntil: at };',
  },
  {
    bug: 'a stale answer is served beyond its bound',
    file: 'lookup/memory.ts',
    from: 'at < known.askedAt + staleMs',
    to: 'at < known.askedAt + 10 * staleMs',
  },
  {
    bug: 'a negative is remembered from an open circuit',
    file: 'lookup/memory.ts',
    from: 'const life = lifeOf(outcome);',
    to: "const life = lifeOf(outcome);\n          if (outcome.status === 'unknown' && outcome.cause === 'breaker-open') {\n            const none_ = { status: 'none', proof: { by: 'content', how: '' } } as const;\n            const until = performance.now() + 10_000;\n            keep(key, none_, { askedAt: 0, goodUntil: until, freshUntil: until });\n          }",
  },
  {
    bug: 'there is no deadline',
    file: 'lookup/deadline.ts',
    from: 'at: context.deadline,',
    to: 'at: context.deadline + 5000,',
  },
  {
    bug: 'unknown falls through to the next directory',
    file: 'maps/search.ts',
    from: "    const { candidate } = question;\n    if (settled.status === 'unknown')",
    to: "    const { candidate } = question;\n    const later = questions[index + 1];\n    if (settled.status === 'unknown' && later !== undefined)\n      return follow(questions, index + 1, later, ask(later, context), context, before);\n    if (settled.status === 'unknown')",
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
    from: 'orElse(() => flight(key, lifetime), excuse);',
    to: '(async () => flight(key, lifetime))().catch(() => (excuse === undefined ? excuse : new Promise<never>(() => {})));',
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
    from: 'if (at === undefined) return outcome;',
    to: 'if (at === undefined || canFlip(outcome)) return outcome;',
  },
  {
    bug: 'who is held is believed when asked again',
    file: 'lookup/flip.ts',
    from: 'if (flip !== undefined && flips.confirm(flip, await countFlip?.(key))',
    to: 'if (flip === undefined || flips.confirm(flip, await countFlip?.(key))',
  },
  {
    bug: 'a reload leaves the nones of the former adapter',
    file: 'lookup/memory.ts',
    from: 'reigning = tenure;\n        expire();',
    to: 'reigning = tenure;',
  },
  {
    bug: 'what a former adapter brings is kept',
    file: 'lookup/memory.ts',
    from: 'if (reigning !== tenure) return flight(key);',
    to: 'void reigning;',
  },
  {
    bug: 'a doubting probe proves',
    file: 'lookup/proof.ts',
    from: "const cause = isDoubt(error) ? 'doubt' : 'unproved';",
    to: "if (isDoubt(error)) return outcome;\n      const cause = 'unproved';",
  },
  {
    bug: 'a doubt of the directory is taken for none',
    file: 'lookup/consult.ts',
    from: "return unknown(error instanceof Fault ? error.kind : 'directory', name, reasonOf(error));",
    to: "if (error instanceof Fault && error.kind === 'doubt') return { status: 'none', proof: { by: 'content', how: '' } };\n      return unknown(error instanceof Fault ? error.kind : 'directory', name, reasonOf(error));",
  },
  {
    bug: 'an old copy is remembered as fresh',
    file: 'lookup/remember.ts',
    from: 'if (outcome.stale !== undefined) return undefined;',
    to: '',
  },
  {
    bug: 'an old copy is not marked as old',
    file: 'lookup/consult.ts',
    from: 'return old === undefined',
    to: 'return old === undefined || value.length > 0',
  },
  {
    bug: 'a directory that comes and goes may lose as many anew each time',
    file: 'lookup/fliphold.ts',
    from: 'held = undefined;\n    save();',
    to: 'held = undefined;\n    flips = [];\n    save();',
  },
  {
    bug: 'a restart forgets who was let go',
    file: 'lookup/fliphold.ts',
    from: 'before.lostMs.map(',
    to: 'before.lostMs.slice(0, 0).map(',
  },
  {
    bug: 'names are made small, and not folded',
    file: 'address/fold.ts',
    from: '.replaceAll(FURTHER_LETTERS, (letter) => FURTHER.get(letter) ?? letter)',
    to: '.replaceAll(FURTHER_LETTERS, (letter) => letter)',
  },
  {
    bug: 'a doubt of a table goes on to the next',
    file: 'maps/table.ts',
    from: "if (settled.status === 'unknown') return answerDoubt(settled);",
    to: "if (settled.status === 'unknown') return index + 1 < keys.length * sources.length ? askFrom(keys, index + 1, context) : answerDoubt(settled);",
  },
  {
    bug: 'a restart believes a list of domains that lost too much',
    file: 'directory/trust/hold.ts',
    from: 'measured === undefined ? {} : { measured };',
    to: 'measured === undefined ? {} : {};',
  },
  {
    bug: 'a restart forgets the domains that were listed',
    file: 'maps/domainlist.ts',
    from: 'if (before !== undefined) take(new Set(before));',
    to: '',
  },
  {
    bug: 'a list of domains that lost too much is believed',
    file: 'maps/domainlist.ts',
    from: 'lost > size * guard',
    to: 'lost > size',
  },
  {
    bug: 'a list of domains that can not be read opens the circuit',
    file: 'lookup/path.ts',
    from: 'whileClosed(breaker, name),',
    to: 'withBreaker(breaker, name),',
  },
  {
    bug: 'a recent reply outlives what memory would say without asking',
    file: 'lookup/tally.ts',
    from: 'Math.min(goodUntil, until)',
    to: 'Math.max(goodUntil, until)',
  },
  {
    bug: 'a recent reply outlives a reload',
    file: 'maps/recent.ts',
    from: 'records[at + MADE_AT] === countChanges() &&',
    to: '',
  },
  {
    bug: 'a recent reply outlives the domain it is in',
    file: 'maps/domainlist.ts',
    from: '    noteChange();',
    to: '',
  },
];

/** Bugs that the law of what is seen must find (`sight.ts`). */
export const SIGHT_BUGS: readonly Bug[] = [
  {
    bug: 'an address is absent though nobody shows that addresses are seen',
    file: 'directory/ldap/trust/peopletrust.ts',
    from: 'await witnesses.check(all, referrals, connection, signal);',
    to: 'await witnesses.check([], referrals, connection, signal);',
  },
  {
    bug: 'a login that sees itself alone is its own witness',
    file: 'directory/ldap/trust/self.ts',
    from: 'is: (name) => names.has(comparable(name)),',
    to: 'is: (name) => names.has(comparable(`${name},o=else`)),',
  },
  {
    bug: 'a group that shows no member has none',
    file: 'directory/ldap/trust/peopletrust.ts',
    from: 'const open = needed.filter((sight) => !witnesses.isAccepted(sight));',
    to: 'const open = needed.filter((sight) => witnesses.isAccepted(sight));',
  },
  {
    bug: 'a row is absent though whoever showed that rows are seen is gone',
    file: 'directory/ldap/trust/tabletrust.ts',
    from: 'const count = await witnesses.check(',
    to: 'if (isSeen()) return [];\n      const count = await witnesses.check(',
  },
  {
    bug: 'a server is asked for letters as they are folded alone',
    file: 'address/spellings.ts',
    from: 'texts: [...texts].slice(0, most),',
    to: 'texts: [...texts].slice(0, most).slice(0, 1),',
  },
  {
    bug: 'rare letters are neither asked nor looked for',
    file: 'address/rare.ts',
    from: "export const RARE_LETTERS: readonly string[] = Array.from(\n  '",
    to: "export const RARE_LETTERS: readonly string[] = Array.from(\n  '' && '",
  },
];
