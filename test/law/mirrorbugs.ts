import type { Bug } from './bugs.ts';

/** Bugs of mirrors. */
export const MIRROR_BUGS: readonly Bug[] = [
  {
    bug: 'a partial listing is believed',
    file: 'mirror/store/storewriter.ts',
    from: 'listings.begin(change.part);',
    to: "listings.begin(change.part);\n        meta.mark({ kind: 'mark', cursor: '', agoMs: 0, nextMs: 1000 }, now, stamp);",
  },
  {
    bug: 'an age is ignored',
    file: 'mirror/answers.ts',
    from: 'settings.denyFor > 0 && ageMs <= settings.denyFor;',
    to: 'settings.denyFor > 0;',
  },
  {
    bug: 'a held loss is denied',
    file: 'mirror/answers.ts',
    from: 'if (whole.standing.isHeld && !isElsewhere) return sayHeld(address, look, whole, time);',
    to: 'if (whole.standing.isHeld && !isElsewhere) return sayHeld === undefined ? LOST : UNKNOWN;',
  },
  {
    bug: 'a lost address is denied within grace',
    file: 'mirror/answers.ts',
    from: 'if (isInStep) return isElsewhere ? ELSEWHERE : LOST;',
    to: 'if (isInStep) return isElsewhere ? ELSEWHERE : UNKNOWN;',
  },
  {
    bug: 'a gap is read on',
    file: 'mirror/feed/feed.ts',
    from: '      if (error instanceof Gap) cursor = undefined;\n      await failed(options, error, { cursor, tries });',
    to: '      await failed(options, error instanceof Gap ? new Error(error.message) : error, { cursor, tries });',
  },
  {
    bug: 'a cursor is saved before its content',
    file: 'mirror/feed/feed.ts',
    from: '    const done = await give({',
    to: "    const marks = changes.filter(({ kind }) => kind === 'mark');\n    if (marks.length > 0 && marks.length < changes.length)\n      await give({ do: 'apply', changes: marks, now: timeline.at(), stamp: timeline.stamp() });\n    const done = await give({",
  },
  {
    bug: 'a disabled person is accepted from a stale copy',
    file: 'mirror/answers.ts',
    from: "if (!isInStep) return { is: 'stale', value };",
    to: "if (!isInStep) return { is: 'stale', value: value.map((entry) => ({ ...entry, enabled: true })) };",
  },
  {
    bug: 'a removal is believed unconfirmed',
    file: 'mirror/feed/confirm.ts',
    from: "if (said === 'gone') gone.push(one.ref);",
    to: 'if (one.ref !== "") gone.push(one.ref);',
  },
  {
    bug: 'whoever was made anew is never told from the one who was removed',
    file: 'mirror/store/rivals.ts',
    from: 'noted.add(ref);',
    to: '',
  },
];

/** Bugs of mirrors in which addresses go from one to the other. */
export const MOVED_BUGS: readonly Bug[] = [
  {
    bug: 'what somebody has no more is let go unasked',
    file: 'mirror/store/entries.ts',
    from: "how: 'told',\n    });\n    return old;",
    to: "how: 'gone',\n    });\n    return old;",
  },
  {
    bug: 'what a rival had is let go although another has it',
    file: 'mirror/feed/askrivals.ts',
    from: "if (said === 'another') elsewhere.push(address);\n    else if (said !== 'gone') return said;",
    to: "if (said !== 'gone' && said !== 'another') return said;",
  },
  {
    bug: 'what somebody had whom a listing left out is let go although another has it',
    file: 'mirror/feed/confirm.ts',
    from: 'elsewhere.push(...others);',
    to: '',
  },
  {
    bug: 'whom the directory shows under an address is forgotten',
    file: 'mirror/feed/askdue.ts',
    from: "is: isServed(said) ? 'elsewhere' : 'gone'",
    to: "is: 'gone'",
  },
];
