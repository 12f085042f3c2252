import type { Endpoint } from '../../../src/net/endpoint.ts';
import { askHttp } from '../http.ts';

/** What one scrape of a running daemon showed, as Prometheus stores it: beside its metrics, that it answered. */
export interface Scrape {
  /** Values by name and labels, the instance's labels among them. */
  readonly series: ReadonlyMap<string, number>;
  /** Names of what only grows. */
  readonly counters: ReadonlySet<string>;
  /** When, in seconds since 1970. */
  readonly at: number;
}

/** An instance as Prometheus' discovery labels it. */
export interface Target {
  readonly pod: string;
  readonly instance: string;
}

const FIRST: Target = { pod: 'idpmap-0', instance: '10.0.0.1:9101' };
const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;

/** Scrapes a daemon, as `target`. */
export async function scrape(http: Endpoint | undefined, target = FIRST): Promise<Scrape> {
  if (http === undefined) throw new Error('the daemon serves no HTTP');
  const at = Date.now() / 1000;
  const { status, text } = await askHttp(http, '/metrics');
  if (status !== 200) throw new Error(`the metrics are ${status}: ${text}`);
  const lines = text.split('\n');
  return {
    series: new Map([
      [nameIn('up', '', target), 1],
      ...lines.flatMap((line) => readSample(line, target)),
    ]),
    counters: new Set(lines.flatMap(readCounters)),
    at,
  };
}

function readSample(line: string, target: Target): readonly (readonly [string, number])[] {
  const [, name, labels = '', value] = LINE.exec(line) ?? [];
  return name === undefined ? [] : [[nameIn(name, labels, target), Number(value)]];
}

function readCounters(line: string): readonly string[] {
  const [, name = '', type] = /^# TYPE (\w+) (\w+)$/.exec(line) ?? [];
  if (type === 'histogram') return ['_bucket', '_sum', '_count'].map((part) => name + part);
  return type === 'counter' ? [name] : [];
}

/** A label that is empty is none. */
function nameIn(name: string, labels: string, { pod, instance }: Target): string {
  const own = labels.replaceAll(/(?:^|,)\w+=""/g, '').replace(/^,/, '');
  const outside = `job="idpmap",namespace="mail",pod="${pod}",instance="${instance}"`;
  return `${name}{${own === '' ? outside : `${outside},${own}`}}`;
}

/** The value of the first series whose name and labels hold these. */
export const read = ({ series }: Scrape, ...parts: readonly string[]): number | undefined =>
  [...series].find(([key]) => parts.every((part) => key.includes(part)))?.[1];

/** The same, once it no longer answers. */
export const without = ({ series, ...rest }: Scrape): Scrape => ({
  ...rest,
  series: new Map([...series.keys()].filter((key) => key.startsWith('up{')).map((key) => [key, 0])),
});

/**
 * The same with another value where no test can bring the daemon to it.
 * @throws {Error} where it shows no such series
 */
export function dressed({ series, ...rest }: Scrape, name: string, value: number): Scrape {
  const keys = [...series.keys()].filter((key) => key.startsWith(`${name}{`));
  if (keys.length === 0) throw new Error(`no daemon shows ${name}`);
  return { ...rest, series: new Map([...series, ...keys.map((key) => [key, value] as const)]) };
}

/** What two instances showed at a time. */
export const together = (one: Scrape, other: Scrape): Scrape => ({
  ...one,
  series: new Map([...one.series, ...other.series]),
});
