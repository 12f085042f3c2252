import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { RUNBOOKS, runbookOf } from './alert.ts';

/** One curve, or one per series that the expression yields. */
export interface Query {
  readonly expr: string;
  /** `{{map}} {{status}}`: labels of the series. */
  readonly legend: string;
}

/** What a panel shows, and how it is to be read. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  /** One of Grafana's: `reqps`, `percentunit`, `s`, `bytes`, `short`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** A number instead of curves. */
  readonly kind?: 'number';
  /** The alerts whose pages say what to do. */
  readonly alerts?: readonly string[];
}

/** Panels beneath one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** The data source that whoever looks at the dashboard chose. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** What the variables leave; a label that is missing, as outside Kubernetes, is left by `.*`. */
const CHOSEN = 'job=~"$job", namespace=~"$namespace", pod=~"$pod"';

/** Selects the chosen instances' series of a metric; `more` are further matchers. */
export const pick = (name: string, more = ''): string =>
  `${name}{${more === '' ? CHOSEN : `${CHOSEN}, ${more}`}}`;

/** Increase a second. */
export const rate = (name: string, more = ''): string =>
  `rate(${pick(name, more)}[$__rate_interval])`;

/** A quantile of a histogram, for each set of values of the labels `by`. */
export const quantile = (q: number, by: string, name: string, more = ''): string =>
  `histogram_quantile(${q}, sum by (${by}, le) (${rate(`${name}_bucket`, more)}))`;

const HEIGHT = 8;
const NUMBER_HEIGHT = 4;

/** Makes the panel: two in a row, or six where they are numbers. `files` precedes the pages that it links to. */
export function buildPanel(panel: Panel, files?: string): StatBuilder | TimeSeriesBuilder {
  return panel.kind === 'number'
    ? describe(new StatBuilder(), panel, files).span(4).height(NUMBER_HEIGHT)
    : describe(new TimeSeriesBuilder(), panel, files)
        .span(12)
        .height(HEIGHT)
        .min(0)
        .fillOpacity(10);
}

function describe<B extends StatBuilder | TimeSeriesBuilder>(
  builder: B,
  panel: Panel,
  files?: string,
): B {
  const { title, description, unit, queries, alerts = [] } = panel;
  const remedy = alerts.length === 0 ? '' : ` What to do: ${alerts.join(', ')} in ${RUNBOOKS}.`;
  builder.title(title).description(`${description}${remedy}`).unit(unit).datasource(DATASOURCE);
  queries.forEach(({ expr, legend }, i) => {
    const query = new DataqueryBuilder().expr(expr).legendFormat(legend).datasource(DATASOURCE);
    builder.withTarget(query.refId(String.fromCodePoint('A'.charCodeAt(0) + i)));
  });
  if (files !== undefined)
    builder.links(
      alerts.map((alert) => linkTo(`What to do: ${alert}`, `${files}${runbookOf(alert)}`)),
    );
  return builder;
}

/** A link that opens beside the dashboard. */
export const linkTo = (title: string, url: string): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);
