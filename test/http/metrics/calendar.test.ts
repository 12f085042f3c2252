import { expect, onTestFinished, test, vi } from 'vitest';
import { account, createScripted, employ } from '../../support/scripted.ts';
import { startMetered } from './fixture.ts';

const ONE = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: a.yaml } }
`;

test.each([
  ['three hours back', -3 * 3600],
  ['two days on', 48 * 3600],
  ['a year back', -365 * 86_400],
])('what is told on the calendar moves with it when it is set %s', async (_, seconds) => {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const { ask, read: scrape } = await startMetered(ONE, { staff });
  await ask('user-exists', 'ann@example.org');
  const tell = async () => {
    const series = await scrape();
    return [
      'process_start_time_seconds',
      'idpmap_config_last_reload_success_timestamp_seconds',
      'idpmap_directory_last_answer_timestamp_seconds{directory="staff"}',
    ].map((name) => series.get(name) ?? 0);
  };
  const before = await tell();
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + seconds * 1000);
  onTestFinished(() => void vi.restoreAllMocks());
  const moved = (await tell()).map((at, i) => Math.abs(at - (before[i] ?? 0) - seconds));
  expect(moved.filter((off) => off > 60)).toEqual([]);
});
