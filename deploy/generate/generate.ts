import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDashboard, type Page } from './dashboard.ts';
import { DIRECTORIES } from './directorypage.ts';
import { OVERVIEW } from './overview.ts';
import { rulesFile, ruleTestsFile } from './rules.ts';
import { RUNTIME } from './runtimepage.ts';

/** All dashboards there are. */
export const PAGES: readonly Page[] = [OVERVIEW, DIRECTORIES, RUNTIME];

/** What is committed below `deploy/`: text by path. */
export const listGenerated = (): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    PAGES.map((page) => [
      `grafana/${page.title.toLowerCase()}.json`,
      `${JSON.stringify(buildDashboard(page), null, 2)}\n`,
    ]),
  ),
  'prometheus/rules.yaml': rulesFile(),
  'prometheus/rules_test.yaml': ruleTestsFile('1m'),
  'prometheus/rules_test_days.yaml': ruleTestsFile('15m'),
});

if (import.meta.main)
  for (const [path, text] of Object.entries(listGenerated()))
    await writeFile(join(import.meta.dirname, '..', path), text);
