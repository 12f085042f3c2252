/** The page about the alerts; the alert's name in lower case is the anchor. */
export const RUNBOOKS = 'docs/operations.md';

/** Time series by name and labels, each with its values, one a step, in the notation of `promtool test rules`. */
export type Series = Readonly<Record<string, string>>;

/** Time between two samples, and between two evaluations; the long one is for examples that last for days. */
export type Step = '1m' | '15m';

/** What Prometheus has seen, and when it is asked for the alert. */
export interface Example {
  readonly series: Series;
  /** Time since the first step: `70m`. */
  readonly at: string;
  /** Absent: a minute. */
  readonly step?: Step;
}

/** An example in which the alert fires, once. */
export interface FiringExample extends Example {
  /** The alert's labels but for its severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the description says in place of `{{ $value | humanizePercentage }}`. */
  readonly value?: string;
}

type OneOrMore<T> = T | readonly T[];

/** An alert, and what shows that it works. */
export interface Alert {
  readonly name: `Idpmap${string}`;
  /** `critical` wakes somebody: mail is refused or delayed. `warning` can wait for the morning, `info` for longer. */
  readonly severity: 'critical' | 'warning' | 'info';
  /** How long `expr` must hold: `5m`. */
  readonly for: string;
  readonly expr: string;
  readonly summary: string;
  readonly description: string;
  /** One for each way in which it can come about. */
  readonly fires: OneOrMore<FiringExample>;
  /** What comes near. */
  readonly quiet: OneOrMore<Example>;
}

/** A rule that keeps the value of `expr` under the name `record`. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

/** The instance that the examples are about, as Prometheus' discovery labels it. */
export const INSTANCE = {
  job: 'idpmap',
  namespace: 'mail',
  pod: 'idpmap-0',
  instance: '10.0.0.1:9101',
} as const;

/** Writes a series of the examples' instance. */
export function seriesOf(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries({ ...INSTANCE, ...labels }).map(([key, text]) => `${key}="${text}"`);
  return `${name}{${all.join(',')}}`;
}

/** A counter that grows by so much a step, for so many steps, one phase after the other. */
export function countUp(...phases: readonly (readonly [perStep: number, steps: number])[]): string {
  let from = 0;
  const parts = phases.map(([perStep, steps]) => {
    const part = `${from}+${perStep}x${steps - 1}`;
    from += perStep * steps;
    return part;
  });
  return parts.join(' ');
}

/** The place of an alert's page, relative to the repository. */
export const runbookOf = (name: string): string => `${RUNBOOKS}#${name.toLowerCase()}`;
