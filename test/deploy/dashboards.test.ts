import { expect, test } from 'vitest';
import { runbookOf } from '../../deploy/generate/alert.ts';
import { ALERTS } from '../../deploy/generate/rules.ts';
import { dashboards, exposed, expressions, namesIn, panels, panelsOf, rules } from './fixture.ts';

/** As the chart has them: with links, wherever the project is. */
const linked = panelsOf('helm/idpmap/files/dashboards');
const runbooks = new Set(ALERTS.map(({ name }) => `{files}${runbookOf(name)}`));
const series = new Set([...exposed, ...rules.map(({ record }) => record)]);

test.each(dashboards)(
  '$name has an address that lasts and the variables to choose by',
  ({ name, dashboard }) => {
    expect(dashboard.uid).toBe(`idpmap-${name}`);
    const variables = dashboard.templating.list.map((variable) => variable.name);
    expect(variables).toEqual(['datasource', 'job', 'namespace', 'pod']);
  },
);

test.each(panels)('$name says what it shows, and in which unit', ({ panel }) => {
  expect(panel.title).not.toBe('');
  expect(panel.description).toMatch(/\.$/);
  expect(panel.fieldConfig?.defaults.unit).toMatch(/./);
});

test.each(panels)('$name asks the chosen data source for the chosen instances', ({ panel }) => {
  const uids = [panel.datasource, ...(panel.targets ?? []).map(({ datasource }) => datasource)];
  expect(new Set(uids.map((source) => source?.uid))).toEqual(new Set(['${datasource}']));
  for (const { expr } of panel.targets ?? []) {
    const selectors = expr.match(/\b(?:idpmap|nodejs|process)[\w:]*\{/g) ?? [];
    const chosen = expr.match(/\{job=~"\$job", namespace=~"\$namespace"(?:, pod=~"\$pod")?/g) ?? [];
    expect(selectors.length).toBeGreaterThan(0);
    expect(chosen.length).toBe(selectors.length);
  }
});

test.each(panels)('$name rates over what the scrapes allow', ({ panel }) => {
  for (const { expr } of panel.targets ?? [])
    for (const [, window] of expr.matchAll(/rate\([^[]*\[([^\]]*)\]/g))
      expect(window).toBe('$__rate_interval');
});

test.each(linked)('$name links to runbooks that there are', ({ panel }) => {
  for (const { url } of panel.links ?? []) expect(runbooks).toContain(url);
});

test.each(expressions)('$name asks for series that idpmap or a rule makes', ({ expr }) => {
  const names = namesIn(expr);
  expect(names.filter((name) => !series.has(name))).toEqual([]);
});

test('every metric is shown or watched, but for what only tells', () => {
  const used = new Set(expressions.flatMap(({ expr }) => namesIn(expr)));
  const parts = /_sum$|_count$/;
  const left = exposed.filter((name) => !parts.test(name) && !used.has(name));
  expect(left).toEqual(['idpmap_directory_info']);
});

test('every alert has a panel that links to it, or tells of itself', () => {
  const urls = new Set(linked.flatMap(({ panel }) => (panel.links ?? []).map(({ url }) => url)));
  expect([...runbooks].filter((url) => !urls.has(url))).toEqual([]);
});

test('a bucket is asked for as /metrics spells it', () => {
  const bounds = expressions.flatMap(({ expr }) =>
    [...expr.matchAll(/le="([^"]*)"/g)].map(([, le]) => le),
  );
  expect(new Set(bounds)).toEqual(new Set(['0.2']));
});
