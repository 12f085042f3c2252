import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Directory } from '../../../src/directory/directory.ts';
import { findingOf, none } from '../../../src/directory/finding.ts';
import { openDirectory } from '../../../src/directory/types.ts';
import {
  type Instance,
  type InstanceOptions,
  listingNone,
  makePlace,
  startInstance,
} from '../instance.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../scripted.ts';
import { until } from '../until.ts';
import { type Scrape, scrape, type Target } from './scrape.ts';

/** What a scene changes of a daemon with tables, several directories and a shadow: settings, in YAML's flow style. */
export interface Props {
  /** Top-level settings, a line each. */
  readonly top?: string;
  readonly cache?: string;
  /** Settings of the directory that is scripted. */
  readonly staff?: string;
  /** The content of a file of people in place of the directory that has a table. */
  readonly guests?: string;
  /** What the scripted directory counts and knows besides. */
  readonly figures?: Readonly<Record<string, number>>;
  /** Absent: the scripted directory lists its domains. */
  readonly lists?: 'no';
  readonly target?: Target;
  readonly logged?: InstanceOptions['logged'] & {};
}

/** A running daemon, what a scene does to it, and what a scrape shows then. */
export interface Stage extends Pick<Instance, 'ask' | 'command' | 'daemon' | 'place'> {
  readonly staff: ScriptedDirectory;
  /** It is asked for each, at once; addresses are of example.org. */
  readonly askAll: (names: readonly string[], map?: string) => Promise<void>;
  /** Puts other people into the file. */
  readonly write: (guests: string) => Promise<void>;
  readonly see: () => Promise<Scrape>;
}

/** Names that count on from `from`. */
export const names = (stem: string, count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${stem}${from + i}`);

const LIMIT_MS = 20_000;

/** Knows nobody, and has a table. */
const tableBeside = (): Directory => ({
  ...listingNone(createScripted()),
  table: () => async (key) =>
    findingOf(key === 'example.net' ? ['smtp:[mx.example.net]'] : [], () =>
      none('probe', 'scripted'),
    ),
});

const configOf = ({ top = '', cache = '', staff = '' }: Props): string => `
http: tcp://127.0.0.1:0
cache: { fresh: 0ms, freshNone: 0ms, unknown: 0ms${cache} }
domains: { example.org: { directory: [guests, staff], shadow: next } }
directories:
  guests: { type: file, path: guests.yaml }
  staff: { type: file, path: scripted.yaml${staff} }
  next: { type: file, path: scripted.yaml }
maps:
  user-exists: { kind: mailboxes }
  aliases: { kind: aliases }
  virtual-domains: { kind: domains }
  transport: { kind: table, directory: guests, table: transport }
${top}`;

const DOMAINS = names('d', 20).map((name) => `${name}.example`);

/** Starts it: `staff` knows ann and the hundred, and lists its domains; the shadow beside it never lists any. */
export async function setStage(props: Props = {}): Promise<Stage> {
  const place = await makePlace();
  const write = (text: string) => writeFile(join(place, 'guests.yaml'), text);
  const staff = createScripted();
  employ(
    staff,
    [...names('p', 100), 'ann'].map((name) => account(`${name}@example.org`)),
  );
  if (props.lists !== 'no') staff.listed = DOMAINS;
  const figures = props.figures ?? {};
  const scripted = new Map<string, Directory>([
    ['staff', { ...staff, figures }],
    ['next', createScripted()],
  ]);
  if (props.guests === undefined) scripted.set('guests', tableBeside());
  else await write(props.guests);
  const { daemon, ask, command } = await startInstance({
    place,
    config: configOf(props),
    ...(props.logged && { logged: props.logged }),
    open: async (settings, hooks) => scripted.get(hooks.name) ?? openDirectory(settings, hooks),
  });
  const isReady = async () =>
    (await ask('user-exists', 'ann@example.org')).startsWith('OK') &&
    (props.lists === 'no' || (await ask('virtual-domains', 'd1.example')).startsWith('OK'));
  if (!(await until(isReady, LIMIT_MS))) throw new Error('the daemon knows nobody');
  return {
    ask,
    command,
    daemon,
    place,
    staff,
    write,
    askAll: async (all, map = 'user-exists') => {
      await Promise.all(all.map((name) => ask(map, `${name}@example.org`)));
    },
    see: () => scrape(daemon.http, props.target),
  };
}
