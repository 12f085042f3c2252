import type { Purge } from '../control/protocol.ts';
import { type CommonOptions, command } from './common.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface PurgeOptions extends CommonOptions {
  readonly address?: string;
  readonly domain?: string;
  readonly directory?: string;
  readonly all?: boolean;
}

/** Lets the running daemon forget what it remembers. */
export async function purge(options: PurgeOptions): Promise<number> {
  const { forgotten } = await command(options, 'purge', { what: readWhat(options) });
  print(options, { forgotten }, `${forgotten} forgotten`);
  return EXIT.ok;
}

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
