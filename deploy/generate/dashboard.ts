import {
  type Dashboard,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { RUNBOOKS } from './alert.ts';
import { buildPanel, DATASOURCE, linkTo, type Row } from './panel.ts';

/** A page of Grafana. */
export interface Page {
  readonly title: string;
  /** Fixed, so that links to it last. */
  readonly uid: `idpmap-${string}`;
  readonly description: string;
  readonly rows: readonly Row[];
}

/** Each offers what those before it leave. */
const VARIABLES = [
  { name: 'job', query: 'label_values(idpmap_build_info, job)' },
  { name: 'namespace', query: 'label_values(idpmap_build_info{job=~"$job"}, namespace)' },
  {
    name: 'pod',
    query: 'label_values(idpmap_build_info{job=~"$job", namespace=~"$namespace"}, pod)',
  },
] as const;

const variableOf = ({ name, query }: (typeof VARIABLES)[number]) =>
  new QueryVariableBuilder(name)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' });

/** Makes the dashboard. The same page gives the same bytes. Without `files`, which precedes pages, there is no link to any. */
export function buildDashboard({ title, uid, description, rows }: Page, files?: string): Dashboard {
  const siblings = new DashboardLinkBuilder('idpmap')
    .type(DashboardLinkType.Dashboards)
    .tags(['idpmap'])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);
  const builder = new DashboardBuilder(`idpmap / ${title}`)
    .uid(uid)
    .description(description)
    .tags(['idpmap'])
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .link(siblings)
    .withVariable(new DatasourceVariableBuilder('datasource').type('prometheus'));
  if (files !== undefined) builder.link(linkTo('Runbooks', `${files}${RUNBOOKS}`));
  for (const variable of VARIABLES) builder.withVariable(variableOf(variable));
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(buildPanel(panel, files));
  }
  return builder.build();
}
