import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isMap, parseDocument } from 'yaml';
import type { Address } from '../address.ts';

const CHART = join(import.meta.dirname, '../../../helm/idpmap/Chart.yaml');

/** Pages that whoever finds the chart is led to. */
const PAGES = {
  'Running it on Kubernetes': 'docs/kubernetes.md',
  'Every setting of idpmap': 'docs/configuration.md',
  'What to do about each alert': 'docs/operations.md',
};

/** Where templates find what precedes the pages of alerts and dashboards, unless a value says it. */
const FILES = 'idpmap/files';

/** `Chart.yaml` with the project's address in all its places; without one, they are left out. All else stays. */
export function chartDescription(address: Address | undefined, text = readFileSync(CHART, 'utf8')) {
  const chart = parseDocument(text);
  const { home, files } = address ?? {};
  set(chart, ['home'], home);
  set(chart, ['sources'], home === undefined ? undefined : [home]);
  set(chart, ['maintainers', 0, 'url'], home);
  set(chart, ['annotations', FILES], files);
  const links = Object.entries(PAGES).map(
    ([name, page]) => `- name: ${name}\n  url: ${files}${page}\n`,
  );
  set(
    chart,
    ['annotations', 'artifacthub.io/links'],
    files === undefined ? undefined : links.join(''),
  );
  return chart.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function set(chart: Document, path: readonly (string | number)[], value: unknown): void {
  if (value !== undefined) chart.setIn(path, value);
  else if (isMap(chart.getIn(path.slice(0, -1), true) ?? chart.contents)) chart.deleteIn(path);
}
