const BUCKETS_PER_MS = 100;
const MAX_MS = 2000;

/** What a histogram says of the times that it was told. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** How many took longer than a request's deadline, and than that and what a busy machine is granted. */
  readonly over200: number;
  readonly over250: number;
}

/** Counts times of up to 2 s to 10 µs; longer ones count as 2 s, but for the maximum. */
export class Histogram {
  readonly #counts = new Uint32Array(MAX_MS * BUCKETS_PER_MS + 1);
  #count = 0;
  #max = 0;

  record(ms: number): void {
    const bucket = Math.min(MAX_MS * BUCKETS_PER_MS, Math.trunc(ms * BUCKETS_PER_MS));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    if (ms > this.#max) this.#max = ms;
  }

  read(): Latency {
    return {
      count: this.#count,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      p999: this.#quantile(0.999),
      max: this.#max,
      over200: this.#above(200),
      over250: this.#above(250),
    };
  }

  #quantile(share: number): number {
    const rank = Math.ceil(this.#count * share);
    let seen = 0;
    const bucket = this.#counts.findIndex((count) => {
      seen += count;
      return seen >= rank;
    });
    return bucket / BUCKETS_PER_MS;
  }

  #above(ms: number): number {
    return this.#counts.subarray(ms * BUCKETS_PER_MS).reduce((sum, count) => sum + count, 0);
  }
}
