import { type Command, Option } from 'commander';
import type { CommonOptions } from '../common.ts';
import type { AclOptions } from '../fleet.ts';
import type { AddCommand, ExitWith } from './add.ts';

/** Adds the commands about daemons that know together. */
export function addFleet(add: AddCommand, program: Command, exitWith: ExitWith): void {
  const fleet = program.command('fleet').description('daemons that know together');
  add(
    fleet,
    'status',
    'tell how the fleet of the running daemon fares: exits 0 while it is up',
  ).action((options: CommonOptions) =>
    exitWith(import('../fleet.ts').then(({ fleetStatus }) => fleetStatus(options))),
  );
  add(fleet, 'acl', "print the engine's user with the rights that idpmap needs")
    .option('--user <user>', 'its name', 'idpmap')
    .addOption(
      new Option('--for <kind>', 'for one engine, for each node of a cluster, or for sentinels')
        .choices(['engine', 'cluster', 'sentinel'])
        .default('engine'),
    )
    .action((options: AclOptions) =>
      exitWith(import('../fleet.ts').then(({ fleetAcl }) => fleetAcl(options))),
    );
}
