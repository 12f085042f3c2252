import type { FleetStatus } from '../fleet/contract.ts';
import { aclOf, type Kind } from '../fleet/rights.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, command } from './common.ts';
import { EXIT } from './exit.ts';
import { print } from './print.ts';

/** What `fleet acl` takes. */
export type AclOptions = CommonOptions & { user: string; for: Kind };

/** Prints the engine's user, or the sentinels': what idpmap needs, and nothing more. */
export async function fleetAcl(options: AclOptions): Promise<number> {
  const acl = aclOf(options.user, options.for);
  print(options, { acl }, `user ${acl}`);
  return EXIT.ok;
}

/** Tells how the fleet of the running daemon fares. */
export async function fleetStatus(options: CommonOptions): Promise<number> {
  const { fleet } = await command(options, 'fleet', {});
  if (fleet === undefined) {
    print(options, { fleet: null }, 'this daemon is alone: no fleet is configured');
    return EXIT.ok;
  }
  print(options, { fleet }, format(fleet));
  return fleet.isUp ? EXIT.ok : EXIT.temporary;
}

function format(fleet: FleetStatus): string {
  const { name, isUp, reason, size, members, heardMs, differenceMs, waiting, refused } = fleet;
  const state = isUp ? 'up' : 'down, this daemon goes on alone';
  const heard = heardMs === undefined ? 'never' : `${Math.round(heardMs)} ms ago`;
  return [
    `fleet ${name}: ${state}; ${size} daemons, the engine was heard ${heard}`,
    ...(isUp || reason === undefined ? [] : [`  ${reason}`]),
    ...(differenceMs === undefined
      ? []
      : [`its clock differs by ${differenceMs} ms from this host's`]),
    ...(waiting === 0 ? [] : [`${waiting} news wait to be told`]),
    ...(refused.seal === 0
      ? []
      : [
          `${refused.seal} of what lay there did not open: another key is used under this name, or somebody writes there`,
        ]),
    ...members.map((member) => `  ${member.name} (${member.version})`),
  ]
    .map(printable)
    .join('\n');
}
