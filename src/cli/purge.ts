import type { Purge } from '../control/protocol.ts';
import { type CommonOptions, command } from './common.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface PurgeOptions extends CommonOptions {
  readonly address?: string;
  readonly domain?: string;
  readonly directory?: string;
  readonly all?: boolean;
  readonly here?: boolean;
}

/** Lets the running daemon forget what it remembers. */
export async function purge(options: PurgeOptions): Promise<number> {
  const { forgotten, told } = await command(options, 'purge', {
    what: readWhat(options),
    ...(options.here === true && { here: true }),
  });
  const text = told === undefined ? `${forgotten} forgotten` : tellBoth(forgotten, told);
  print(options, { forgotten, ...(told !== undefined && { told }) }, text);
  return EXIT.ok;
}

const tellBoth = (forgotten: number, told: number): string =>
  `${forgotten} forgotten here; ${told === 1 ? 'one other daemon is told' : `${told} other daemons are told`}`;

function readWhat({ address, domain, directory, all }: PurgeOptions): Purge {
  const given: Purge[] = [
    ...(address === undefined ? [] : [{ address }]),
    ...(domain === undefined ? [] : [{ domain }]),
    ...(directory === undefined ? [] : [{ directory }]),
    ...(all === true ? [{ all } as const] : []),
  ];
  const [what, other] = given;
  if (what === undefined || other !== undefined)
    throw new CliError(EXIT.usage, 'say one of --address, --domain, --directory and --all');
  return what;
}
