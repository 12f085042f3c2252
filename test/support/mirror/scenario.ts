import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { FEEDS } from '../../../src/directory/feeds.ts';
import { until } from '../until.ts';
import { type MirroredMail, openMirroredMail, type Provider } from './mail.ts';
import type { Renewing } from './mirrored.ts';

const DAY = 86_400_000;

/** People, an alias, groups, and an extension. */
const KNOWN = [
  'bob@example.test',
  'A.Smith@example.test',
  'team@example.test',
  'nested@example.test',
  'ann+news@example.test',
];
const STRANGER = 'nobody@example.test';
const DISABLED = 'cy@example.test';

const BOB = /bob(?:@|%40)example/;
const NOBODY = /nobody(?:@|%40)example/;

const all = (code: number): readonly number[] => KNOWN.map(() => code);

export interface Scenario<P extends Provider> {
  readonly begin: () => Promise<P>;
  /** How changes come. */
  readonly fed: (typeof FEEDS)[keyof typeof FEEDS];
  /** Mails for somebody who is known. */
  readonly mails: number;
  /** Registers what else is to be seen while the directory is there. */
  readonly meanwhile?: (mail: () => MirroredMail<P>) => void;
  /** Registers what is to be seen once it is back; absent: to start it again takes too long. */
  readonly afterwards?: (mail: () => MirroredMail<P>) => void;
}

/** Registers what mail for the people of a mirrored directory meets, while that is there and while it is not. */
export function describeMirroredMail<P extends Provider>({
  begin,
  fed,
  mails,
  meanwhile,
  afterwards,
}: Scenario<P>): void {
  let mail: MirroredMail<P>;
  beforeAll(async () => {
    mail = await openMirroredMail(begin);
  });
  afterAll(() => mail?.stop());

  /** Chunks that name somebody on their way to the provider. */
  const heard = (who: RegExp): number =>
    mail.proxy.heard
      .flatMap(({ chunks }) => chunks)
      .filter((chunk) => who.test(chunk.toString('latin1'))).length;

  test(`is taken ${mails} times without a question to the directory`, async () => {
    await mail.serve();
    onTestFinished(() => mail.end());
    expect(await mail.isInStep()).toBe(true);
    const { code, stdout } = await mail.command('mirror', 'status', '--json');
    const told: unknown = JSON.parse(stdout);
    expect([code, told]).toMatchObject([0, { mirrors: { staff: { feed: fed, isInStep: true } } }]);
    expect(await mail.ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 550, 550]);
    // Strangers are asked for, so whoever listens does hear it.
    expect(heard(NOBODY)).toBeGreaterThan(0);
    const before = heard(BOB);
    const one = Array.from({ length: 20 }, () => 'bob@example.test');
    for (let i = 0; i < mails; i += one.length)
      expect(await mail.ask(...one)).toEqual(one.map(() => 250));
    expect(heard(BOB)).toBe(before);
  });

  meanwhile?.(() => mail);

  test('is taken for days by a daemon that was started in the outage, and no stranger is refused', async () => {
    await mail.provider.stop();
    if (afterwards !== undefined) onTestFinished(() => mail.provider.start());
    mail.age(3 * DAY);
    await mail.serve();
    expect(await mail.ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 451, 451]);
    await mail.end();
    await mail.serve({ denyFor: '7d' });
    expect(await mail.ask(...KNOWN)).toEqual(all(250));
    // Nobody is denied before the file was looked through.
    expect(await until(async () => (await mail.ask(STRANGER))[0] === 550, PATIENCE_MS)).toBe(true);
    await mail.end();
    mail.age(5 * DAY);
    await mail.serve({ denyFor: '7d' });
    expect(await mail.ask(...KNOWN, STRANGER)).toEqual([...all(451), 451]);
    await mail.end();
    expect(mail.postfix.bounces()).toEqual([]);
  });

  afterwards?.(() => mail);
}

/** Registers that the directory's word counts again once it is back. */
export function describeReturn<P extends Provider>(mail: () => MirroredMail<P>): void {
  test('is answered by the directory again once it is back', async () => {
    await mail().serve({ whenAbsent: 'deny' });
    onTestFinished(() => mail().end());
    expect(await mail().isInStep()).toBe(true);
    expect(await mail().ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 550, 550]);
    expect(mail().postfix.bounces()).toEqual([]);
  });
}

/** Registers what a drill says: it asks anew for all whom it finds in the mirror, so it is tried where an answer takes no time. */
export function describeDrill(mail: () => MirroredMail<Provider>): void {
  test('is not deferred in a drill either, which takes its people from the mirror', async () => {
    await mail().serve();
    onTestFinished(() => mail().end());
    expect(await mail().isInStep()).toBe(true);
    const { code, stdout } = await mail().command('drill', '--for', '1s', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { known: { 451: 0, 550: 0 } }]);
  });
}

/** Registers what becomes of mail for somebody who is removed and made anew, where no deletion is told. */
export function describeRenewal(mail: () => MirroredMail<Renewing>): void {
  test('is taken all the time for somebody who is deleted and made anew', async () => {
    const { provider } = mail();
    const codes: number[] = [];
    await mail().serve({ poll: '1s' });
    onTestFinished(() => mail().end());
    expect(await mail().isInStep()).toBe(true);
    const ask = async (): Promise<number> => {
      const [code = 0] = await mail().ask(provider.newcomer);
      return code;
    };
    /** By which entries of the mirror the address is held. */
    const held = (): string => mail().holders(provider.newcomer).join();
    await provider.create();
    expect(await until(async () => held() !== '', PATIENCE_MS)).toBe(true);
    const former = held();
    expect(await ask()).toBe(250);
    await provider.removeNewcomer();
    await provider.create();
    const isSettled = async (): Promise<boolean> => {
      codes.push(await ask());
      return !held().split(',').includes(former);
    };
    expect(await until(isSettled, PATIENCE_MS)).toBe(true);
    codes.push(await ask());
    expect(new Set(codes)).toEqual(new Set([250]));
  });
}

const PATIENCE_MS = 30_000;
