import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Field, fieldsOf, type Leaf, type Shape } from '../../src/config/schema/shape.ts';
import { getIn, isTree, type Path, setIn } from '../../src/config/sources/tree.ts';
import { variableOf } from '../../src/config/sources/variables.ts';
import { SCHEMA } from '../../src/settings.ts';
import { createScratch, load } from './fixture.ts';

/** A configuration with one entry of every kind, so that each setting has a place. */
const BASE = {
  domains: {
    'example.org': { directory: 'people', roles: { abuse: 'ann@example.org' } },
  },
  listedDomains: { roles: { abuse: 'ann@example.org' } },
  directories: { people: { type: 'file', path: '/people.yaml' }, others: { type: 'demo' } },
  fleet: { url: 'unix:/engine', key: 'hush', tls: { cert: '/cert.pem', key: '/key.pem' } },
  maps: {
    mailboxes: { kind: 'mailboxes' },
    aliases: { kind: 'aliases' },
    senders: { kind: 'senders' },
    recipients: { kind: 'recipients' },
    domains: { kind: 'domains' },
    table: { kind: 'table', directory: 'people', table: 'x' },
  },
};

/** The same with a domain that others may be an alias of; walked, it would be its own. */
const WRITTEN = setIn(BASE, ['domains', 'example.edu'], { directory: 'people' });

/** What stands in place of an engine's URL. */
const PLACES: Readonly<Record<string, object>> = {
  sentinel: {
    primary: 'first',
    urls: ['valkey://127.0.0.1:1'],
    tls: { cert: '/cert.pem', key: '/key.pem' },
  },
  cluster: { urls: ['valkey://127.0.0.1:1'] },
};

/** A configuration that has a place for the setting of that path. */
function writtenFor([section, place = '']: Path): unknown {
  const instead = section === 'fleet' ? PLACES[String(place)] : undefined;
  if (instead === undefined) return WRITTEN;
  const { url: _, ...fleet } = BASE.fleet;
  return setIn(WRITTEN, ['fleet'], { ...fleet, insecure: true, [String(place)]: instead });
}

/** Other values than the defaults, by how a setting is written. */
const VALUES: Readonly<Record<string, string>> = {
  duration: '7s',
  'duration or `off`': '7h',
  'endpoint or `off`': 'off',
  host: 'seven.example.org',
  percentage: '7%',
  'whole number': '7',
  path: '/seven',
  'path or `off`': '/seven',
  template: '%s7',
  name: 'others',
  user: 'vmail',
  domain: 'example.edu',
  address: 'seven@example.org',
  text: '-',
  URL: 'valkey://127.0.0.1:7',
  secret: 'seven',
};

interface Setting {
  readonly path: Path;
  readonly field: Field;
}

/** All settings that hold one value, or a list of such, where `BASE` has a place for them. */
function* settingsOf(shape: Shape, path: Path): Generator<Setting> {
  const value = getIn(BASE, path);
  if (shape.kind === 'leaf' || shape.kind === 'list') return;
  const fields =
    shape.kind === 'named'
      ? Object.keys(isTree(value) ? value : {}).map((name) => [name, shape.value] as const)
      : Object.entries(fieldsOf(shape, value));
  for (const [name, field] of fields) {
    const below = [...path, name];
    if (field.shape.kind === 'leaf' || isListOfLeaves(field.shape)) yield { path: below, field };
    yield* settingsOf(field.shape, below);
  }
}

const isListOfLeaves = (shape: Shape): boolean =>
  shape.kind === 'list' && shape.item.shape.kind === 'leaf';

function textFor({ shape, preset }: Field): string {
  if (shape.kind === 'list') return textFor({ ...shape.item, required: true });
  return shape.kind === 'leaf' ? textForLeaf(shape, preset) : '';
}

function textForLeaf({ type, values }: Leaf, preset: unknown): string {
  if (type === 'true or false') return String(preset !== true);
  return values === undefined ? (VALUES[type] ?? '') : (values.at(-1) ?? '');
}

const settings = [...settingsOf(SCHEMA.root, [])]
  .filter(({ field: { shape } }) => !(shape.kind === 'leaf' && shape.place === 'secret'))
  .map(({ path, field }) => [variableOf(path), path, textFor(field)] as const);

test.each(settings)('%s does what the setting in the file does', async (variable, path, text) => {
  using scratch = createScratch();
  const written = writtenFor(path);
  const file = scratch.write('base.yaml', stringify(written));
  const value = text === 'true' || text === 'false' ? text === 'true' : text;
  const number = /^\d+$/.test(text) ? Number(text) : value;
  const given = scratch.write('given.yaml', stringify(setIn(written, path, number)));
  const fromFile = await load({ file: given });
  const fromEnvironment = await load({ file, environment: { [variable]: text } });
  expect(fromEnvironment.settings).toEqual(fromFile.settings);
});

/** What `BASE` gives already, or what can't be anything else without its entry being another. */
const FIXED = /__(?:TYPE|KIND)$/;

test.each(settings.filter(([variable]) => !FIXED.test(variable)))(
  '%s changes something',
  async (variable, path, text) => {
    using scratch = createScratch();
    const file = scratch.write('base.yaml', stringify(writtenFor(path)));
    const base = await load({ file });
    const changed = await load({ file, environment: { [variable]: text } });
    expect(changed.settings).not.toEqual(base.settings);
  },
);

test.each(settings)('%s may be kept in a file', async (variable, path, text) => {
  using scratch = createScratch();
  const file = scratch.write('base.yaml', stringify(writtenFor(path)));
  const isLeaf = getShape(path)?.kind === 'leaf';
  const environment = { [`${variable}_FILE`]: scratch.write('value', `${text}\n`) };
  const loading = load({ file, environment }).then(
    (kept) => kept.settings,
    () => 'refused',
  );
  const expected = isLeaf
    ? (await load({ file, environment: { [variable]: text } })).settings
    : 'refused';
  expect(await loading).toEqual(expected);
});

const getShape = (path: Path): Shape | undefined =>
  [...settingsOf(SCHEMA.root, [])].find((setting) => setting.path.join() === path.join())?.field
    .shape;

test('no two settings have one variable, and none is the file of another', () => {
  const names = settings.flatMap(([variable, path]) =>
    getShape(path)?.kind === 'leaf' ? [variable, `${variable}_FILE`] : [variable],
  );
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('every setting is described', () => {
  const bare = [...settingsOf(SCHEMA.root, [])].filter(
    ({ field, path }) => field.description === undefined && path.at(-2) !== 'roles',
  );
  expect(bare.map(({ path }) => path.join('.'))).toEqual([]);
});
