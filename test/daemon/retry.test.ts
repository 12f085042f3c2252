import { expect, test } from 'vitest';
import { listingNone, STAFF, startInstance } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;

/** A daemon whose directory has just failed, and would not do so again. */
async function startMended() {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  staff.mode = 'fails';
  let retries = 0;
  const directory = {
    ...listingNone(staff),
    retry: () => {
      retries += 1;
    },
  };
  const instance = await startInstance({ directories: { staff: directory } });
  expect(await instance.ask(...ANN)).toMatch(/^TEMP idpmap directory staff /);
  staff.mode = 'well';
  return { ...instance, retries: () => retries };
}

test('what failed is asked again at once after a reload, which a changed secret causes', async () => {
  const { ask, reload } = await startMended();
  expect(await ask(...ANN)).toMatch(/^TEMP /);
  expect(await reload(STAFF)).toBe(true);
  expect(await ask(...ANN)).toBe('OK ann@example.org');
});

test('a directory that serves on is told to try what it put off', async () => {
  const { reload, retries, opened } = await startMended();
  expect(retries()).toBe(0);
  expect(await reload(STAFF)).toBe(true);
  expect([retries(), opened]).toEqual([1, ['staff']]);
});
