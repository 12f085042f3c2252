import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildDashboard, type Page } from './dashboard.ts';
import { DIRECTORIES } from './directorypage.ts';
import { OVERVIEW } from './overview.ts';
import { rulesFile, ruleTestsFile } from './rules.ts';
import { RUNTIME } from './runtimepage.ts';

/** All dashboards there are. */
export const PAGES: readonly Page[] = [OVERVIEW, DIRECTORIES, RUNTIME];

const CHART = 'helm/idpmap/files';

const dashboards = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    PAGES.map((page) => [
      `${folder}/${page.title.toLowerCase()}.json`,
      `${JSON.stringify(buildDashboard(page), null, 2)}\n`,
    ]),
  );

/** What is committed: text by its place in the repository. The chart has copies, for helm packs its own folder only. */
export const listGenerated = (): Readonly<Record<string, string>> => ({
  ...dashboards('deploy/grafana'),
  ...dashboards(`${CHART}/dashboards`),
  'deploy/prometheus/rules.yaml': rulesFile(),
  [`${CHART}/rules.yaml`]: rulesFile(),
  'deploy/prometheus/rules_test.yaml': ruleTestsFile('1m'),
  'deploy/prometheus/rules_test_days.yaml': ruleTestsFile('15m'),
});

if (import.meta.main)
  for (const [path, text] of Object.entries(listGenerated())) {
    const file = join(import.meta.dirname, '../..', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
