import { expect, test } from 'vitest';
import { namesIn, type Rule, rules } from '../deploy/fixture.ts';
import { ANSWER_SCENES } from '../support/film/answers.ts';
import { DIRECTORY_SCENES } from '../support/film/directories.ts';
import { type Question, review, still } from '../support/film/film.ts';
import { FLEET_SCENES } from '../support/film/fleet.ts';
import { PROGRAM_SCENES } from '../support/film/program.ts';
import { names, setStage } from '../support/film/stage.ts';
import { makePlace } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 60_000;
const SCENES = { ...ANSWER_SCENES, ...DIRECTORY_SCENES, ...FLEET_SCENES, ...PROGRAM_SCENES };
const alerts = rules.filter(({ alert }) => alert !== undefined);
const cases = alerts.flatMap(({ alert = '' }) =>
  (SCENES[alert] ?? []).map((enact, i) => ({ alert, enact, way: i + 1 })),
);

/** The alert, and what is recorded for it, however indirectly. */
function rulesFor(alert: string): readonly Rule[] {
  const needed = new Set<string>();
  const need = (expr: string): void => {
    for (const name of namesIn(expr)) {
      const rule = rules.find(({ record }) => record === name);
      if (rule === undefined || needed.has(name)) continue;
      needed.add(name);
      need(rule.expr);
    }
  };
  need(rules.find((rule) => rule.alert === alert)?.expr ?? '');
  return rules.filter((rule) => rule.alert === alert || needed.has(rule.record ?? ''));
}

/** Labels that the texts of an alert name: each has to be there, or the text has a hole. */
const labelsIn = ({ annotations }: Rule): readonly string[] => [
  ...new Set(
    Object.values(annotations ?? {}).flatMap((text) =>
      [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label),
    ),
  ),
];

const firing = (alert: string, more = ''): string =>
  `count(ALERTS{alertname="${alert}",alertstate="firing"${more}})`;

describeWith(['prometheus', 'redis'], 'an alert, over what a running daemon shows', () => {
  test.each(cases)(
    '$alert is quiet while all is well, and fires in the state that it is for ($way)',
    async ({ alert, enact }) => {
      const { calm, storm, step = '1m' } = await enact();
      const used = rulesFor(alert);
      const lastOf = (shots: typeof calm) => shots.reduce((sum, { steps }) => sum + steps, -1);
      const end = lastOf([...calm, ...storm]);
      const labels = used.flatMap(labelsIn).map((label) => `,${label}!=""`);
      const questions: readonly Question[] = [
        { expr: firing(alert), at: lastOf(calm) },
        { expr: `${firing(alert, labels.join(''))} > bool 0`, at: end, value: 1 },
      ];
      const film = { shots: [...calm, ...storm], step };
      expect(await review(film, used, questions, await makePlace())).toBe('');
    },
    LIMIT_MS,
  );

  test(
    'none fires of a daemon that is well: people, tables, domains, and a shadow that has never listed any',
    async () => {
      const { ask, askAll, see } = await setStage();
      const before = await see();
      await askAll([...names('p', 20), ...names('stranger', 5)]);
      await ask('transport', 'example.net');
      let after = await see();
      await until(async () => {
        after = await see();
        return [...after.series].some(
          ([key, value]) => key.startsWith('idpmap_directory_domains{') && value > 0,
        );
      }, LIMIT_MS);
      const film = {
        step: '1m',
        shots: [still(before, 1), { from: before, to: after, steps: 150, happens: 'each' }],
      } as const;
      const quiet = { expr: 'ALERTS{alertstate="firing"}', at: 150 };
      expect(await review(film, rules, [quiet], await makePlace())).toBe('');
    },
    LIMIT_MS,
  );
});

test('each alert has a scene', () => {
  expect(alerts.map(({ alert }) => alert).filter((name = '') => !(name in SCENES))).toEqual([]);
});
