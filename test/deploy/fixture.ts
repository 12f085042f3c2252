import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SECTIONS } from '../../src/http/metrics/sections.ts';

/** The project's root. */
export const ROOT = join(import.meta.dirname, '../..');

/** Reads a file of the project. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What the tests look at of a panel; rows are panels too. */
export interface Panel {
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly links?: readonly { readonly url: string }[];
  readonly targets?: readonly {
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}

/** What the tests look at of a dashboard. */
export interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string }[];
  };
}

const dashboardsIn = (folder: string) =>
  ['overview', 'directories', 'runtime'].map((name) => {
    const dashboard: Dashboard = JSON.parse(read(`${folder}/${name}.json`));
    return { name, dashboard };
  });

/** The dashboards as they are committed, by the name of their page. */
export const dashboards = dashboardsIn('deploy/grafana');

/** The panels of the dashboards in a folder, but for the headings. */
export const panelsOf = (folder: string) =>
  dashboardsIn(folder).flatMap(({ name, dashboard }) =>
    dashboard.panels
      .filter(({ type }) => type !== 'row')
      .map((panel) => ({ name: `${name}: ${panel.title}`, panel })),
  );

/** Those to be imported by hand. */
export const panels = panelsOf('deploy/grafana');

/** A rule of Prometheus: an alert or a recording. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const { groups }: { readonly groups: readonly { readonly rules: readonly Rule[] }[] } = parse(
  read('deploy/prometheus/rules.yaml'),
);

/** The rules as they are committed. */
export const rules = groups.flatMap((group) => group.rules);

/** Every expression of dashboards and rules, by where it stands. */
export const expressions = [
  ...panels.flatMap(({ name, panel }) =>
    (panel.targets ?? []).map(({ expr }) => ({ name: `panel ${name}`, expr })),
  ),
  ...rules.map(({ alert, record, expr }) => ({ name: `rule ${alert ?? record}`, expr })),
];

/** Names of series that an expression asks for: our own, the process', Node's. */
export const namesIn = (expr: string): readonly string[] => [
  ...new Set(
    expr.replaceAll(/"[^"]*"/g, '').match(/\b(?:idpmap|nodejs|process)_\w+|\bidpmap:\w+:\w+/g) ??
      [],
  ),
];

/** Names of all series that idpmap exposes, the parts of histograms among them. */
export const exposed = SECTIONS.flatMap(({ families }) => families).flatMap(({ name, type }) =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
);
