import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Address, publicAddress, readAddress, writeAddress } from './address.ts';
import { chartDescription } from './chart/description.ts';
import { buildDashboard, type Page } from './dashboard.ts';
import { DIRECTORIES } from './directorypage.ts';
import { OVERVIEW } from './overview.ts';
import { rulesFile, ruleTestsFile } from './rules.ts';
import { RUNTIME } from './runtimepage.ts';

/** All dashboards there are. */
export const PAGES: readonly Page[] = [OVERVIEW, DIRECTORIES, RUNTIME];

const CHART = 'helm/idpmap/files';

/** In the chart's dashboards, what its template replaces, or leaves out with the links that begin with it. */
const PLACEHOLDER = '{files}';

const dashboards = (folder: string, files?: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    PAGES.map((page) => [
      `${folder}/${page.title.toLowerCase()}.json`,
      `${JSON.stringify(buildDashboard(page, files), null, 2)}\n`,
    ]),
  );

/**
 * What is committed: text by its place in the repository, with links that begin with the project's address. The chart has copies,
 * for helm packs its own folder only, and is told the address by a value, or by its `Chart.yaml`.
 */
export const listGenerated = (address = publicAddress()): Readonly<Record<string, string>> => ({
  ...dashboards('deploy/grafana', address?.files),
  ...dashboards(`${CHART}/dashboards`, PLACEHOLDER),
  'deploy/prometheus/rules.yaml': rulesFile(address?.files),
  [`${CHART}/rules.yaml`]: rulesFile(),
  'deploy/prometheus/rules_test.yaml': ruleTestsFile('1m', address?.files),
  'deploy/prometheus/rules_test_days.yaml': ruleTestsFile('15m', address?.files),
  'helm/idpmap/Chart.yaml': chartDescription(address),
});

const ROOT = join(import.meta.dirname, '../..');

/** Writes the project's address where it is kept. */
async function keepAddress(address: Address): Promise<void> {
  const file = join(ROOT, 'package.json');
  await writeFile(file, writeAddress(await readFile(file, 'utf8'), address));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { address: { type: 'string' } } });
  if (values.address !== undefined) await keepAddress(readAddress(values.address));
  for (const [path, text] of Object.entries(listGenerated())) {
    const file = join(ROOT, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
