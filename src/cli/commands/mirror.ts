import type { Command } from 'commander';
import type { CommonOptions } from '../common.ts';
import type { SyncOptions } from '../mirror.ts';
import type { AddCommand, ExitWith } from './add.ts';

/** Adds the commands about the durable copies of directories; `add` gives one its common options. */
export function addMirror(add: AddCommand, program: Command, exitWith: ExitWith): void {
  const mirror = program.command('mirror').description('the durable copies of directories');
  add(
    mirror,
    'status [directory]',
    'tell how they stand: exits 1 while one does not learn what changes, or holds people',
  ).action((directory: string | undefined, options: CommonOptions) =>
    exitWith(import('../mirror.ts').then(({ mirrorStatus }) => mirrorStatus(directory, options))),
  );
  add(mirror, 'sync <directory>', 'list everybody anew')
    .option('--wait', 'until all are listed, or it failed')
    .action((directory: string, options: SyncOptions) =>
      exitWith(import('../mirror.ts').then(({ mirrorSync }) => mirrorSync(directory, options))),
    );
  add(
    mirror,
    'diff <directory>',
    'list everybody into nothing and compare: exits 1 where they differ',
  ).action((directory: string, options: CommonOptions) =>
    exitWith(import('../mirror.ts').then(({ mirrorDiff }) => mirrorDiff(directory, options))),
  );
}
