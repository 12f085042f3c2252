import { expect, test } from 'vitest';
import type { Step } from '../../src/lookup/outcome.ts';
import { createDomainMap } from '../../src/maps/domainmap.ts';
import { createDomainSet } from '../../src/maps/domainset.ts';
import { explain } from '../../src/maps/explain.ts';
import type { Route } from '../../src/maps/router.ts';
import { account } from '../support/scripted.ts';
import { buildMaps, contextNow, openDirectory } from '../support/world.ts';

function openExplained() {
  const staff = openDirectory('staff', [account('ann@x.org', { aliases: ['a.smith@x.org'] })]);
  const maps = buildMaps({ 'x.org': { directories: ['staff'] } }, { staff: staff.source });
  const routes = new Map<string, Route>([
    ['domains', { kind: 'domains', answer: createDomainMap(maps.world.domains) }],
    ['aliases', { kind: 'aliases', answer: maps.aliases }],
    ['mailboxes', { kind: 'mailboxes', answer: maps.mailboxes }],
    ['list', { kind: 'table', answer: () => ({ status: 'OK', data: 'never asked' }) }],
  ]);
  const contextOf = (tell: (step: Step) => void) => ({ ...contextNow(), tell });
  return {
    ...staff,
    ask: (key: string) => explain(key, routes, maps.world.domains, contextOf),
    doubtful: (key: string) => {
      const silent = { list: { name: 'staff', names: () => undefined }, source: staff.source };
      return explain(key, routes, createDomainSet(new Map(), [silent]), contextOf);
    },
  };
}

test('normalises the key', async () => {
  expect(await openExplained().ask('Ann+News@X.Org')).toMatchObject({
    key: 'Ann+News@X.Org',
    normalised: 'ann+news@x.org',
    domain: { name: 'x.org', ours: 'yes' },
  });
});

test('asks every map but tables, domains for the domain', async () => {
  const { maps } = await openExplained().ask('a.smith@x.org');
  expect(maps.map(({ map, key, answer }) => ({ map, key, answer }))).toEqual([
    { map: 'domains', key: 'x.org', answer: { status: 'OK', data: 'x.org' } },
    { map: 'aliases', key: 'a.smith@x.org', answer: { status: 'OK', data: 'ann@x.org' } },
    { map: 'mailboxes', key: 'a.smith@x.org', answer: { status: 'NOTFOUND' } },
  ]);
});

test('tells the steps of each map apart: asked first, remembered then', async () => {
  const { maps } = await openExplained().ask('ann+news@x.org');
  const steps = maps.map((each) =>
    each.steps.map((step) => (step.step === 'memory' ? `${step.step} ${step.state}` : step.step)),
  );
  expect(steps).toEqual([
    [],
    ['candidate', 'asked', 'outcome', 'candidate', 'asked', 'outcome'],
    ['candidate', 'memory none', 'outcome', 'candidate', 'memory fresh', 'outcome'],
  ]);
});

test('tells the candidates with their addresses', async () => {
  const { maps } = await openExplained().ask('ann+news@x.org');
  const candidates = maps[1]?.steps.filter(({ step }) => step === 'candidate');
  expect(candidates).toEqual([
    { step: 'candidate', kind: 'exact', address: 'ann+news@x.org' },
    { step: 'candidate', kind: 'extension', address: 'ann@x.org' },
  ]);
});

test.each([
  { key: 'ann@x.org', code: 250 },
  { key: 'a.smith@x.org', code: 250 },
  { key: 'stranger@x.org', code: 550 },
  { key: 'ann@elsewhere.example', code: 554 },
])('concludes $code for $key', async ({ key, code }) => {
  expect((await openExplained().ask(key)).verdict.code).toBe(code);
});

test('concludes 451 in an outage, and tells the fault', async () => {
  const { ask, directory } = openExplained();
  directory.mode = 'fails';
  const { verdict, maps } = await ask('ann@x.org');
  expect(verdict.code).toBe(451);
  expect(maps[1]?.steps.at(-1)).toMatchObject({
    step: 'outcome',
    directory: 'staff',
    outcome: { status: 'unknown', cause: 'directory', reason: 'refused' },
  });
});

test('a key that is no address has no domain, and nobody is asked', async () => {
  const { ask, directory } = openExplained();
  const explanation = await ask('nonsense');
  expect(explanation).not.toHaveProperty('normalised');
  expect(explanation).not.toHaveProperty('domain');
  expect(directory.asked).toEqual([]);
});

test.each([
  { what: 'foreign', key: 'ann@elsewhere.example', ours: 'no' },
  { what: 'our own', key: 'ann@x.org', ours: 'yes' },
] as const)('says that $key is $what', async ({ key, ours }) => {
  expect((await openExplained().ask(key)).domain?.ours).toBe(ours);
});

test('says where it is not known whether a domain is ours', async () => {
  expect((await openExplained().doubtful('ann@x.org')).domain?.ours).toBe('unknown');
});
