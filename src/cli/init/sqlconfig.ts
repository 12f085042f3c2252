import { scalar } from './scalar.ts';

/** A directory in a database, as a configuration. */
export interface SqlConfig {
  /** Its name among the directories. */
  readonly directory: string;
  readonly type: 'postgresql' | 'mysql' | 'sqlite';
  /** How it is reached: lines below the directory. */
  readonly access: readonly string[];
  readonly preset: string;
  /** The domains that it knows the people of. */
  readonly domains: readonly string[];
  /** Statements of the preset that are written out. */
  readonly statements: Readonly<Record<string, string>>;
  /** Lists them; absent: `domains` are all. */
  readonly listDomains?: string;
}

/** Writes the configuration of a daemon that asks one database: lines of YAML. */
export const sqlConfig = (config: SqlConfig): readonly string[] => [
  ...(config.domains.length === 0
    ? []
    : [
        'domains:',
        ...config.domains.map(
          (domain) => `  ${scalar(domain)}: { directory: ${config.directory} }`,
        ),
      ]),
  'directories:',
  `  ${config.directory}:`,
  ...describe(config).map((line) => `    ${line}`),
];

const describe = ({
  type,
  access,
  preset,
  statements,
  listDomains,
}: SqlConfig): readonly string[] => [
  `type: ${type}`,
  ...access,
  '# whose tables they are; a statement under people takes the place of its own',
  `preset: ${preset}`,
  ...(Object.keys(statements).length === 0 ? [] : ['people:']),
  ...Object.entries(statements).map(([name, text]) => `  ${name}: ${scalar(text)}`),
  ...(listDomains === undefined
    ? []
    : [
        '# the domains whose mail is yours; whoever may write them there makes them so',
        `listDomains: ${scalar(listDomains)}`,
      ]),
];
