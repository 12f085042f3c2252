import { employ, group } from '../scripted.ts';
import { again, once, type Scene, type Scenes } from './scenes.ts';
import { dressed } from './scrape.ts';
import { names, setStage } from './stage.ts';

/** Nobody can be told of, and a minute of it is like the other. */
async function failing(minutes: number): Promise<Scene> {
  const { staff, askAll, see } = await setStage();
  await askAll(['ann']);
  const before = await see();
  staff.mode = 'fails';
  await askAll(names('stranger', 30));
  return again(before, await see(), minutes);
}

/** Answers come, and each of them late. */
async function late(minutes: number): Promise<Scene> {
  const { staff, askAll, see } = await setStage({ top: 'deadline: 2s' });
  await askAll(['ann']);
  const before = await see();
  staff.mode = 'slow';
  await askAll(names('p', 30));
  return again(before, await see(), minutes);
}

/** Alerts on what Postfix is answered. */
export const ANSWER_SCENES: Scenes = {
  IdpmapErrorBudgetBurnFast: [() => failing(70)],
  IdpmapErrorBudgetBurnSlow: [() => failing(160)],
  IdpmapLatencyBudgetBurnFast: [() => late(70)],
  IdpmapLatencyBudgetBurnSlow: [() => late(160)],
  IdpmapNotFoundSurge: [
    async () => {
      const { askAll, see } = await setStage();
      const start = await see();
      await askAll([...names('p', 90), ...names('stranger', 10)]);
      const usual = await see();
      await askAll([...names('p', 40), ...names('nobody', 60)]);
      const then = await see();
      return {
        step: '15m',
        calm: [{ from: start, to: usual, steps: 96, happens: 'each' }],
        storm: [{ from: usual, to: then, steps: 8, happens: 'each' }],
      };
    },
  ],
  IdpmapUnknownMap: [
    async () => {
      const { ask, see } = await setStage();
      const before = await see();
      await ask('user-exist', 'ann@example.org');
      return once(before, await see(), 10);
    },
  ],
  IdpmapReplyRefused: [
    async () => {
      const { staff, askAll, see } = await setStage();
      const members = names('p', 6000).map((name) => `${name}.of.a.large.group@example.net`);
      employ(staff, [group('all@example.org', members)]);
      const before = await see();
      await askAll(['all'], 'aliases');
      return once(before, await see(), 10);
    },
  ],
  // Nobody has one to show.
  IdpmapBug: [
    'idpmap_directory_bugs_total',
    'idpmap_bugs_total',
    'idpmap_deadline_exceeded_total',
  ].map((name) => async () => {
    const before = await (await setStage()).see();
    return once(before, dressed(before, name, 9), 10);
  }),
};
