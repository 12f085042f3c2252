import type { Command } from 'commander';

/** Adds a command below `parent`, with the options that all have. */
export type AddCommand = (parent: Command, usage: string, description: string) => Command;

/** Ends the program with a command's exit code, once there is one. */
export type ExitWith = (code: Promise<number>) => Promise<void>;
