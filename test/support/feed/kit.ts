import type { Directory } from '../../../src/directory/directory.ts';

/** What not every server can be made to do. */
export type FeedLack =
  /** A filter that somebody may leave. */
  | 'filter'
  /** Places outside of where people are looked for. */
  | 'places'
  /** Folders that are moved with all that lies in them. */
  | 'folders'
  | 'groups'
  /** A way to make it forget what has changed. */
  | 'gaps'
  /** Rights that can be withdrawn. */
  | 'rights'
  /** Somebody new with the id of somebody who left is the same to it. */
  | 'new ids';

/** A server that a test administers, and the directory over it. The address of `ann` is `ann@example.test`. */
export interface FeedKit {
  /** Opens the directory. It asks often, where it has to ask; whoever opens it closes it. */
  open(): Promise<Directory>;
  create(id: string, aliases?: readonly string[]): Promise<void>;
  setAddress(id: string, address: string): Promise<void>;
  setAliases(id: string, aliases: readonly string[]): Promise<void>;
  disable(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  leaveFilter?(id: string): Promise<void>;
  /** Out of where people are looked for, and back. */
  moveOut?(id: string): Promise<void>;
  moveIn?(id: string): Promise<void>;
  /** Creates somebody in a folder of that name, which is made for it. */
  createIn?(folder: string, id: string): Promise<void>;
  moveFolderOut?(folder: string): Promise<void>;
  moveFolderIn?(folder: string): Promise<void>;
  /** A group of people and groups, by id. */
  createTeam?(id: string, members: readonly string[]): Promise<void>;
  setMembers?(id: string, members: readonly string[]): Promise<void>;
  removeTeam?(id: string): Promise<void>;
  /** Makes it impossible to know what changed since a cursor; gives the one to go on from, where that is another. */
  forget?(cursor: string): Promise<string | undefined>;
  /** Withdraws the right to see people; what it gives gives it back. */
  hide?(): Promise<() => Promise<void>>;
}
