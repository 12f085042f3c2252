import { describe, expect, test } from 'vitest';
import { cuttable } from '../../src/daemon/drill.ts';
import type { Ask, Change, Directory } from '../../src/directory/directory.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const signal = new AbortController().signal;

/** A directory with all that one may have. */
function open(how: 'refuse' | 'hang' = 'refuse') {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  staff.listed = ['example.org'];
  const closed: string[] = [];
  const whole = {
    ...staff,
    inspect: async (_signal: AbortSignal) => [],
    table:
      (_definition: { readonly table: string }): Ask<string> =>
      async () => ({ status: 'found', value: ['v'] }),
    accept: () => 'taken',
    retry: () => {},
    figures: { held: 1 },
    close: async () => void closed.push('closed'),
    follow: async function* (_cursor: string | undefined, _signal: AbortSignal) {
      yield [{ kind: 'listing', part: 'people' } satisfies Change];
    },
  } satisfies Directory & Record<string, unknown>;
  const cut = { is: false };
  return { directory: cuttable(whole, () => cut.is, how), cut, closed };
}

type Whole = ReturnType<typeof open>['directory'];

const QUESTIONS: readonly (readonly [
  string,
  (directory: Whole, signal: AbortSignal) => unknown,
])[] = [
  ['find', (directory, s) => directory.find('ann@example.org', { signal: s })],
  ['probe', (directory, s) => directory.probe(s)],
  ['inspect', (directory, s) => directory.inspect(s)],
  ['domains', (directory, s) => directory.domains?.(s)],
  ['a table', (directory, s) => directory.table({ table: 't' })('k', { signal: s })],
  ['its changes', (directory, s) => directory.follow(undefined, s).next()],
];

describe.each(QUESTIONS)('%s', (_what, ask) => {
  const put = async (directory: Whole, s = signal) => ask(directory, s);

  test('answers until it is cut', async () => {
    const { directory } = open();
    await expect(put(directory)).resolves.not.toThrow();
  });

  test('fails once it is cut, and answers again after it', async () => {
    const { directory, cut } = open();
    cut.is = true;
    await expect(put(directory)).rejects.toThrow('cut by the drill');
    cut.is = false;
    await expect(put(directory)).resolves.not.toThrow();
  });
});

test('what hangs ends with its signal', async () => {
  const { directory, cut } = open('hang');
  cut.is = true;
  const call = new AbortController();
  const asked = directory.find('ann@example.org', { signal: call.signal });
  call.abort();
  await expect(asked).rejects.toThrow('cut by the drill');
});

test('what asks nobody is as ever, cut or not', async () => {
  const { directory, cut, closed } = open();
  cut.is = true;
  expect([directory.accept(), directory.figures]).toEqual(['taken', { held: 1 }]);
  directory.retry();
  await directory.close();
  expect(closed).toEqual(['closed']);
});
