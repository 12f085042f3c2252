import { parseDomain } from '../../address/address.ts';
import { CliError, EXIT } from '../exit.ts';

/** Reads the value of `--domain`. */
export function readDomain(given: string): string {
  const domain = parseDomain(given);
  if (domain !== undefined) return domain;
  throw new CliError(EXIT.usage, `--domain ${given} is no domain, write it like example.org`);
}
