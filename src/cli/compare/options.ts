import type { MapSettings } from '../../config/schema.ts';
import type { KeyMode } from '../../maps/keys.ts';
import type { CommonOptions } from '../common.ts';

/** What a map means by its keys, as the configuration names it. */
export const MAP_KINDS: readonly MapKind[] = [
  'mailboxes',
  'aliases',
  'senders',
  'recipients',
  'domains',
  'table',
];
export type MapKind = MapSettings['kind'];

export interface CompareOptions extends CommonOptions {
  /** A file of keys, one a line; `-` is standard input. */
  readonly from?: string;
  /** A mail.log, also one that is compressed. */
  readonly log?: string;
  /** All keys of the old table itself. */
  readonly table?: boolean;
  readonly direct?: boolean;
  readonly endpoint?: string;
  readonly as?: MapKind;
  readonly keys?: KeyMode;
  /** Where main.cf lies, for postmap. */
  readonly postfixConfig?: string;
  /** Prints those that are alike, too. */
  readonly all?: boolean;
}
