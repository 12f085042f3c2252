import { countAll, type Durations } from '../../lookup/durations.ts';
import type { Observed } from './sources.ts';

/** Label values by name. They come from the configuration and from closed sets, never from a query. */
export type Labels = Readonly<Record<string, string>>;

/** One time series as it is now; durations become a histogram in seconds. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number | Durations;
}

/** A metric: what `/metrics` and its page in the docs say of it. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** What it means, in a sentence. */
  readonly help: string;
  /** What to do about it; absent: nothing. */
  readonly advice?: string;
  /** Reads what has been counted; called at each scrape. */
  readonly samples: (observed: Observed) => Iterable<Sample>;
}

/** Families about one thing, in the order in which they are shown. */
export interface Section {
  readonly title: string;
  readonly families: readonly Family[];
}

/** The one sample of a family without labels. */
export const single = (value: number): readonly Sample[] => [{ labels: {}, value }];

/** A sample for each key of `counts`, labelled `label`. */
export const byKey = (
  label: string,
  counts: Readonly<Record<string, number>>,
  labels: Labels = {},
): readonly Sample[] =>
  Object.entries(counts).map(([key, value]) => ({ labels: { ...labels, [label]: key }, value }));

/** A line of the exposition: a sample under its full name. */
export interface Value {
  readonly metricName: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Lays a sample out in lines: one for a number, for durations the cumulative buckets, the sum and the count. */
export function toValues(name: string, { labels, value }: Sample): readonly Value[] {
  if (typeof value === 'number') return [{ metricName: name, labels, value }];
  const { boundsMs, counts, sumMs } = value.figures;
  let count = 0;
  const buckets = boundsMs.map((boundMs, i) => {
    count += counts[i] ?? 0;
    const le = String(boundMs / 1000);
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  const all = countAll(value.figures);
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: all },
    { metricName: `${name}_sum`, labels, value: (sumMs[0] ?? 0) / 1000 },
    { metricName: `${name}_count`, labels, value: all },
  ];
}
