import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/config/sources/secret.ts';
import type { Directory } from '../../../src/directory/directory.ts';
import { createLdapDirectory } from '../../../src/directory/ldap/ldap.ts';
import type { LdapSettings } from '../../../src/directory/ldap/settings.ts';
import { createFrames } from '../../../src/directory/ldap/wire/frames.ts';
import { quietHooks } from '../hooks.ts';
import type { FaultProxy, Heard } from '../proxy.ts';
import { until } from '../until.ts';
import type { LdapServer } from './server.ts';

/** The settings that reach a server by `url`, as its preset and `more` say. Times are short, so that tests are. */
export function settingsOf(
  server: LdapServer,
  urls: LdapSettings['urls'],
  more: Partial<LdapSettings> = {},
): LdapSettings {
  return {
    urls,
    startTls: false,
    tls: { ca: server.ca },
    bind: { dn: server.bindDn, password: new Secret(server.password) },
    preset: server.name,
    base: server.base,
    accounts: { base: server.accountsBase },
    groups: { base: server.groupsBase, depth: 10, members: 2000 },
    proof: 'account',
    // Active Directory's root points to its other partitions.
    referrals: 'refuse',
    tables: {},
    connections: 2,
    connectTimeout: 1000,
    searchTimeout: 500,
    maxAge: 900_000,
    returnAfter: 1000,
    bindRetry: 1000,
    ...more,
  };
}

/** A proxy's place as a server's URL. */
export const urlOf = ({ port }: Pick<FaultProxy, 'port'>, secure = false) =>
  ({ kind: 'tcp', host: '127.0.0.1', port, secure }) as const;

/** Opens a directory until the test ends. */
export function openFor(settings: LdapSettings): Directory {
  const directory = createLdapDirectory(settings, quietHooks());
  onTestFinished(() => directory.close());
  return directory;
}

/** What a directory says of an address: `found`, `none`, or why it does not know. */
export async function verdict(
  directory: Directory,
  address: string,
  flightMs = PATIENT_FLIGHT_MS,
): Promise<string> {
  const signal = AbortSignal.timeout(flightMs);
  try {
    return (await directory.find(address, { signal })).status;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A question must have ended by then; the daemon gives it up. */
const FLIGHT_MS = 2000;

/** For questions whose answer matters, and not when it comes. */
const PATIENT_FLIGHT_MS = 40_000;

/** People that are there, by address and by alias. */
export const PRESENT = [
  'ann@example.test',
  'a.smith@example.test',
  'bob@example.test',
  'desk@example.test',
  'u0001@example.test',
] as const;

/** Whether it answers as it should, within the time that healing may take. */
export const healed = (directory: Directory): Promise<boolean> =>
  until(async () => {
    const verdicts = await Promise.all(
      [...PRESENT, 'nobody@example.test'].map((address) => verdict(directory, address, FLIGHT_MS)),
    );
    return verdicts.join() === [...PRESENT.map(() => 'found'), 'none'].join();
  }, HEALED_MS);

const HEALED_MS = 30_000;

/** What a directory said under load. */
export interface Load {
  /** Who was denied although they are there, and who was found although nobody is. Has to stay empty. */
  readonly wrong: readonly string[];
  /** How often each verdict was given. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** Resolves when so many questions that every worker has met it were answered neither `found` nor `none`. */
  readonly doubted: Promise<void>;
  /** Asks no more; resolves when all questions have ended, rejects where one does not. */
  stop(): Promise<void>;
}

const WORKERS = 20;
/** A worker's rest between two questions, so that a directory which fails at once does not fill the processor. */
const REST_MS = 5;

/** For what no silence of a server is about: a busy machine is waited for. */
export const PATIENT = { connectTimeout: 20_000, searchTimeout: 20_000 };

/** A load whose questions have the time that `PATIENT` gives them. */
export const patientLoad = (directory: Directory): Load =>
  load(directory, PRESENT, PATIENT_FLIGHT_MS);

/** Asks a directory in turn for those who are there and those who are not, twenty questions at a time, until it stops. */
export function load(
  directory: Directory,
  present: readonly string[] = PRESENT,
  flightMs = FLIGHT_MS,
): Load {
  const wrong: string[] = [];
  const verdicts = new Map<string, number>();
  const doubted = Promise.withResolvers<void>();
  let doubts = 0;
  const state = { isOver: false };

  const askFor = async (address: string, right: string): Promise<void> => {
    const said = await verdict(directory, address, flightMs);
    verdicts.set(said, (verdicts.get(said) ?? 0) + 1);
    if (said !== 'found' && said !== 'none') doubts += 1;
    else if (said !== right) wrong.push(`${address}: ${said}`);
    if (doubts > WORKERS) doubted.resolve();
  };
  const work = async (worker: number): Promise<void> => {
    for (let i = worker; !state.isOver; i++) {
      await askFor(present[i % present.length] ?? '', 'found');
      await askFor(`nobody${i}@example.test`, 'none');
      await wait(REST_MS);
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, i) => work(i));
  return {
    wrong,
    verdicts,
    doubted: doubted.promise,
    stop: async () => {
      state.isOver = true;
      const late = wait(HUNG_FLIGHTS * flightMs, 'late', { ref: false });
      if ((await Promise.race([Promise.all(workers), late])) === 'late') {
        throw new Error('a question never ended');
      }
    },
  };
}

const HUNG_FLIGHTS = 3;

/** The LDAP operations that a client sent in the clear, by their tags (RFC 4511, 4.2 ff.); `TLS` where it began. */
export function operationsOf({ chunks }: Heard): readonly (keyof typeof OPERATIONS | 'TLS')[] {
  const operations: (keyof typeof OPERATIONS | 'TLS')[] = [];
  const frames = createFrames();
  try {
    for (const chunk of chunks) {
      for (const message of frames.push(chunk)) operations.push(operationOf(message));
    }
  } catch {
    operations.push('TLS');
  }
  return operations;
}

const OPERATIONS = {
  bind: 0x60,
  unbind: 0x42,
  search: 0x63,
  compare: 0x6e,
  abandon: 0x50,
  extended: 0x77,
};

function operationOf(message: Buffer): keyof typeof OPERATIONS {
  const head = message.readUInt8(1) < 0x80 ? 2 : 2 + (message.readUInt8(1) & 0x7f);
  const tag = message.readUInt8(head + 2 + message.readUInt8(head + 1));
  for (const name of ['bind', 'unbind', 'search', 'compare', 'abandon', 'extended'] as const)
    if (OPERATIONS[name] === tag) return name;
  throw new Error(`a client sent an operation with tag ${tag}`);
}
