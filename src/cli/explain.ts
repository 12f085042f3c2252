import {
  type Explanation,
  explain as explainAddress,
  explainSender,
  type SenderExplanation,
} from '../maps/explain.ts';
import { type CommonOptions, command, load } from './common.ts';
import { withDirect } from './direct.ts';
import { CliError, EXIT } from './exit.ts';
import { formatExplanation, formatSender, formatTrace } from './explanation.ts';
import { print } from './print.ts';

export interface ExplainOptions extends CommonOptions {
  readonly direct?: boolean;
  readonly login?: string;
  readonly id?: string;
}

/** Tells why an address is answered as it is, whether a login may send as it, or what an id in mail.log stands for. */
export async function explain(
  address: string | undefined,
  options: ExplainOptions,
): Promise<number> {
  const { login, id } = options;
  if (id !== undefined) {
    checkAlone(address, options);
    const told = await command(options, 'explainTrace', { id });
    print(options, told, formatTrace(told));
  } else if (address === undefined) {
    throw new CliError(EXIT.usage, 'say an address, or the id of a TEMP: --id ID');
  } else if (login !== undefined) {
    const told = await explainLogin(address, login, options);
    print(options, told, formatSender(told));
  } else {
    const told = await explainOne(address, options);
    print(options, told, formatExplanation(told));
  }
  return EXIT.ok;
}

/** The daemon that answered so knows the id, and what was asked. */
function checkAlone(address: string | undefined, { login, direct }: ExplainOptions): void {
  if (address === undefined && login === undefined && direct !== true) return;
  throw new CliError(EXIT.usage, '--id stands alone, without an address, --login and --direct');
}

async function explainOne(address: string, options: ExplainOptions): Promise<Explanation> {
  if (options.direct !== true) return command(options, 'explain', { address });
  const { settings } = await load(options);
  return withDirect(settings, async ({ state: { routes }, contextNow }) =>
    explainAddress(address, routes.maps, routes.world.domains, contextNow),
  );
}

async function explainLogin(
  address: string,
  login: string,
  options: ExplainOptions,
): Promise<SenderExplanation> {
  if (options.direct !== true) return command(options, 'explainSender', { address, login });
  const { settings } = await load(options);
  return withDirect(settings, async ({ state: { routes }, contextNow }) =>
    explainSender(address, login, routes.maps, contextNow),
  );
}
