import { presetStatements } from '../../../../src/directory/sql/presets/presets.ts';
import { until } from '../../until.ts';
import type { Product, ProductCase } from './product.ts';

const PATIENCE_MS = 20_000;

/** The built-in maps. */
const MAPS = {
  mailboxes: 'user-exists',
  aliases: 'virtual-aliases',
  senders: 'sender-logins',
} as const;
const KINDS = ['mailboxes', 'aliases', 'senders'] as const;

type Ask = (map: string, key: string) => Promise<string>;

/** What each case is answered that is not answered as it has to be, by its title, and what it should be. */
export async function misanswered(product: Product, ask: Ask): Promise<readonly string[]> {
  const told = await askAll(product, ask);
  return Object.entries(expected(product)).flatMap(([title, answer]) =>
    told[title] === answer ? [] : [`${title}: ${told[title]}, should be: ${answer}`],
  );
}

async function askAll(product: Product, ask: Ask): Promise<Readonly<Record<string, string>>> {
  const [domain = ''] = product.domains;
  // It lists its domains in the background.
  await until(async () => (await ask('virtual-domains', domain)).startsWith('OK'), PATIENCE_MS);
  const told: Record<string, string> = {};
  for (const { title, key } of product.cases) {
    const answers = [];
    for (const kind of KINDS) answers.push(`${kind} ${inOrder(await ask(MAPS[kind], key))}`);
    told[`${title} (${key})`] = answers.join(' | ');
  }
  for (const name of [...product.domains, ...product.foreign])
    told[`the domain ${name}`] = await ask('virtual-domains', name);
  return told;
}

function expected({ cases, domains, foreign }: Product): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...cases.map((each) => [`${each.title} (${each.key})`, tell(each)]),
    ...domains.map((name) => [`the domain ${name}`, `OK ${name}`]),
    ...foreign.map((name) => [`the domain ${name}`, 'NOTFOUND']),
  ]);
}

const tell = (own: ProductCase): string =>
  KINDS.map((kind) => {
    const data = own[kind];
    return `${kind} ${data === undefined ? 'NOTFOUND' : inOrder(`OK ${data}`)}`;
  }).join(' | ');

/** Databases give rows in any order. */
const inOrder = (answer: string): string =>
  answer.replace(/(?<=^OK ).*$/, (data) => data.split(',').toSorted().join(','));

/** The domains that `init` has to be told: the product lists none itself. */
export const domainsTold = ({ preset, domains }: Product): readonly string[] =>
  presetStatements(preset, 'postgresql').listDomains === undefined ? domains : [];
