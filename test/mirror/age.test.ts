import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { listed, listing, MINUTE, mark, openTestMirror } from './world.ts';

const ANN = 'ann@example.org';

test.each([
  { what: 'on', ms: 60 * MINUTE, status: 'none' },
  { what: 'back', ms: -60 * MINUTE, status: 'unknown' },
])(
  'nobody is denied for denyFor whose age can not be told: a machine that started anew, its calendar $what',
  async ({ ms, status }) => {
    const time = { now: 100_000_000 };
    const folder = await makeTemporaryDirectory('mirror');
    onTestFinished(() => folder.remove());
    const path = join(folder.path, 'd.db');
    const settings = { denyFor: 600 * MINUTE };
    const { tell, mirror } = await openTestMirror({ settings: { ...settings, path } }, time);
    await tell(listing(listed(ANN)));
    await mirror.stop();
    time.now += ms;
    const again = await openTestMirror({ settings: { ...settings, path } }, time);
    const { ask, pass, tell: tellAgain } = again;
    onTestFinished(() => again.stop());
    await tellAgain(new Error('not reached'));
    await pass(1000);
    expect(await ask(ANN)).toMatchObject({ status: 'found', stale: {} });
    expect(await ask('who@example.org')).toMatchObject({ status });
    // What is told from now on has an age.
    await tellAgain([mark()]);
    await pass(300 * MINUTE);
    expect(await ask('who@example.org')).toMatchObject({ status: 'none' });
  },
);
