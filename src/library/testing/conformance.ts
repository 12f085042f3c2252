import { foldAddress } from '../../address/address.ts';
import type { Directory, Entry } from '../../directory/directory.ts';
import { valuesOf } from '../../directory/finding.ts';
import { askEntries } from '../../directory/people/ask.ts';
import { reasonOf } from '../../reason.ts';
import { examineFollow, examineSilence } from './follow.ts';
import { startFaultProxy } from './proxy.ts';
import type { KnownEntry, Misdeed, Subject } from './subject.ts';

/** Local parts that mean something to somebody's query language. */
const HOSTILE = [
  '*',
  '%',
  '_nn',
  "' or '1'='1",
  'a&page=9',
  'a/../b',
  '{"$ne":1}',
  '*)(mail=*',
  'a#b',
  'a?b',
  'a+b%40',
];

/** Whoever waits longer than this for a question that was given up does not end it. */
const PATIENCE_MS = 3000;
const BEFORE_ABORT_MS = 30;

/**
 * Examines what every type of directory has to do: it finds whoever is there, by each of their addresses and however they
 * are written, denies whoever is not, with a proof, takes keys for keys, and ends with its signal. Gives what it did wrong.
 */
export async function checkConformance(subject: Subject): Promise<readonly Misdeed[]> {
  const misdeeds: Misdeed[] = missingOf(subject);
  const proxy = await startFaultProxy(subject.store);
  const directory = await subject.open({ host: '127.0.0.1', port: proxy.port });
  const examine = async (check: string, run: () => Promise<string | undefined>): Promise<void> => {
    const told = await run().catch((error: unknown) => `it threw: ${reasonOf(error)}`);
    if (told !== undefined) misdeeds.push({ check, told });
  };
  try {
    await examine('proves itself', async () => {
      await directory.probe(never());
      return undefined;
    });
    for (const known of subject.people) {
      const addresses = [known.address, ...(known.aliases ?? [])].map(foldAddress);
      for (const address of addresses)
        await examine(`finds ${address} with all that it is`, async () =>
          compare(await ask(directory, address), known),
        );
      await examine(`gives ${known.address} one id`, async () => {
        const found = await Promise.all(addresses.map((each) => ask(directory, each)));
        const ids = new Set(found.flat().map(({ id }) => id));
        return ids.size === 1 ? undefined : `there are ${ids.size}`;
      });
    }
    for (const address of subject.nobody)
      await examine(`knows that ${address} is nobody's, and by what`, async () => {
        const finding = await directory.find(foldAddress(address), { signal: never() });
        return finding.status === 'none' ? undefined : 'it found somebody';
      });
    const [first] = subject.people;
    const domain =
      foldAddress(first?.address ?? '')
        .split('@')
        .at(-1) ?? '';
    for (const local of HOSTILE)
      await examine(`takes ${local} for a key`, async () => {
        const found = await ask(directory, `${local}@${domain}`).catch(onlyDoubt);
        return found.length === 0 ? undefined : 'it found somebody';
      });
    await examine('answers many questions at once, each as it is meant', () =>
      askAll(directory, subject),
    );
    await examine('refuses whoever gave up before', () =>
      refusal(directory, subject, AbortSignal.abort()),
    );
    if (subject.domains !== undefined)
      await examine('lists its domains', () => listed(directory, subject.domains ?? []));
    await examineFollow(directory, subject, (address) => ask(directory, address), examine);
    await proxy.set('blackhole');
    await examine('ends with its signal', () => endsWithSignal(directory, subject));
    await examineSilence(directory, examine);
  } finally {
    await proxy.set('reset');
    await directory.close();
    await proxy.stop();
  }
  return misdeeds;
}

function missingOf({ people, nobody }: Subject): Misdeed[] {
  const texts = people.flatMap(({ address, aliases = [] }) => [address, ...aliases]);
  const lacks = [
    people.length < 3 && 'name three who are there, or more',
    nobody.length === 0 && 'name somebody who is not there',
    !texts.some((text) => /\p{Lu}/u.test(text)) &&
      'name somebody whose address has capitals in the store',
  ];
  return lacks.flatMap((told) => (told === false ? [] : [{ check: 'is examined whole', told }]));
}

const never = (): AbortSignal => new AbortController().signal;

/** Asks as idpmap does: what is given is cleaned, and who does not hold the address is left out. */
async function ask(directory: Directory, address: string): Promise<readonly Entry[]> {
  const question = askEntries(directory, { sharedAliases: false }, { dropped: 0 });
  return valuesOf(await question(address, { signal: never() }));
}

/** A doubt about one key is no misdeed. */
function onlyDoubt(error: unknown): readonly Entry[] {
  if (error instanceof Error && 'kind' in error && error.kind === 'entry') return [];
  throw error;
}

function compare(found: readonly Entry[], known: KnownEntry): string | undefined {
  const [entry, ...others] = found;
  if (entry === undefined) return 'it found nobody';
  if (others.length > 0) return `it found ${found.length}`;
  const wanted = {
    kind: known.kind ?? 'account',
    address: foldAddress(known.address),
    aliases: (known.aliases ?? []).map(foldAddress).toSorted().join(),
    enabled: known.enabled ?? true,
    ...(known.logins && { logins: known.logins.toSorted().join() }),
    ...(known.members && { members: known.members.map(foldAddress).toSorted().join() }),
  };
  const shown = {
    ...entry,
    aliases: entry.aliases.toSorted().join(),
    logins: entry.logins.toSorted().join(),
    members: entry.members.map(foldAddress).toSorted().join(),
  };
  const wrong = Object.entries(wanted).find(([name, value]) => Reflect.get(shown, name) !== value);
  return wrong === undefined
    ? undefined
    : `its ${wrong[0]} is ${JSON.stringify(Reflect.get(shown, wrong[0]))}, not ${JSON.stringify(wrong[1])}`;
}

async function askAll(
  directory: Directory,
  { people, nobody }: Subject,
): Promise<string | undefined> {
  const keys = Array.from({ length: 10 }, () => [
    ...people.map(({ address }) => address),
    ...nobody,
  ]).flat();
  const found = await Promise.all(keys.map((key) => ask(directory, foldAddress(key))));
  const wrong = keys.find((key, i) => {
    const wanted = nobody.includes(key) ? undefined : foldAddress(key);
    return found[i]?.[0]?.address !== wanted;
  });
  return wrong === undefined ? undefined : `${wrong} had the answer to another question`;
}

/** Asks for somebody who is not there, so that "nobody" would be a lie that is seen. */
async function refusal(
  directory: Directory,
  { nobody: [address = ''] }: Subject,
  signal: AbortSignal,
) {
  try {
    const finding = await directory.find(foldAddress(address), { signal });
    return `it said ${finding.status}`;
  } catch {
    return undefined;
  }
}

async function endsWithSignal(directory: Directory, subject: Subject): Promise<string | undefined> {
  const gone = new AbortController();
  const abort = setTimeout(() => gone.abort(), BEFORE_ABORT_MS);
  const tooLate = Promise.withResolvers<string>();
  const timer = setTimeout(tooLate.resolve, PATIENCE_MS, `it did not within ${PATIENCE_MS} ms`);
  try {
    return await Promise.race([refusal(directory, subject, gone.signal), tooLate.promise]);
  } finally {
    clearTimeout(abort);
    clearTimeout(timer);
  }
}

async function listed(
  directory: Directory,
  wanted: readonly string[],
): Promise<string | undefined> {
  const finding = await directory.domains?.(never());
  if (finding === undefined) return 'it has no domains';
  const given = valuesOf(finding).toSorted().join();
  return given === wanted.toSorted().join() ? undefined : `it lists ${given}`;
}
