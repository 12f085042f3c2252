/** Thousandths of a second in one. */
export const MILLI = 1000;

/** The value of a metric without labels. Not a number where there is none. */
export const meterOf = (scraped: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(scraped)?.[1]);
