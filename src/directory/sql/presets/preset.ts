import type { Dialect } from '../text/tokens.ts';
import type { Words } from './words.ts';

/** The statements of a preset; each can be set otherwise in the configuration. */
export interface PresetStatements {
  readonly account?: string;
  readonly aliases?: string;
  readonly groups?: string;
  readonly logins?: string;
  readonly catchAll?: string;
  /** For a mirror: everybody. None gives `changed`, for no product's own times are touched by each change, in one time zone. */
  readonly listAccounts?: string;
  readonly listAliases?: string;
  readonly listGroups?: string;
  /** Lists the domains whose mail is delivered here; absent: the product knows none. `idpmap init` writes it where it is told no domain. */
  readonly listDomains?: string;
}

/** How a product keeps its people in a database. */
export interface SqlPreset {
  /** Its name and versions, for the documentation. */
  readonly product: string;
  /** The databases that the product works with. */
  readonly engines: readonly Dialect[];
  /** The columns that its statements read, by table. Whoever asks needs to see no more. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Its statements, in the words of one database. */
  readonly statements: (words: Words) => PresetStatements;
}
