import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publicAddress } from '../../deploy/generate/address.ts';
import { ALERTS, RULE_TESTS } from '../../deploy/generate/rules.ts';
import { runCommand } from '../support/daemon.ts';
import { describeWith } from '../support/requirement.ts';
import { ROOT, read, rules } from './fixture.ts';

const alerts = rules.flatMap(({ alert, ...rest }) =>
  alert === undefined ? [] : [{ alert, ...rest }],
);
const operations = read('docs/operations.md');
/** GitHub's anchors: headings of one word become themselves in lower case. */
const headings = [...operations.matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name);

/** The page's section beneath a heading. */
const sectionOf = (name: string): string =>
  operations.split(`\n### ${name}\n`)[1]?.split(/^#/m)[0] ?? '';

describe.each(alerts)('$alert', ({ alert, labels, annotations }) => {
  test('says how bad it is, and what it means', () => {
    expect(['critical', 'warning', 'info']).toContain(labels?.['severity']);
    expect(annotations?.['summary']).toMatch(/idpmap|\$labels\.directory/);
    expect(annotations?.['description']).toMatch(/\.$/);
  });

  test('has a runbook at the address it gives', () => {
    const place = `${publicAddress()?.files ?? ''}docs/operations.md#${alert.toLowerCase()}`;
    expect(annotations?.['runbook_url'] ?? annotations?.['runbook']).toBe(place);
    expect(headings).toContain(alert);
    expect(sectionOf(alert)).toMatch(/\*Means:\* .*\*See:\* .*\*Do:\* /s);
  });
});

test('no runbook is left of an alert that is gone', () => {
  const known = new Set(alerts.map(({ alert }) => alert));
  expect(headings.filter((name) => name.startsWith('Idpmap') && !known.has(name))).toEqual([]);
});

test('a command named by a runbook or an alert is one that idpmap has', async () => {
  const texts = [
    operations,
    ...alerts.map(({ annotations }) => annotations?.['description'] ?? ''),
  ];
  const named = texts.flatMap((text) =>
    [...text.matchAll(/`idpmap (\w+)/g)].map(([, name]) => name),
  );
  const { stdout } = await runCommand(['--help']);
  const commands = new Set([...stdout.matchAll(/^  (\w+)/gm)].map(([, name]) => name));
  expect(named.filter((name) => !commands.has(name))).toEqual([]);
}, 20_000);

describeWith(['prometheus'], 'promtool', () => {
  const promtool = (...parameters: readonly string[]) => {
    const cwd = join(ROOT, 'deploy/prometheus');
    const { status, stdout, stderr } = spawnSync('promtool', parameters, { cwd, encoding: 'utf8' });
    return { status, text: stdout + stderr };
  };

  test('reads the rules', () => {
    const { status, text } = promtool('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml');
    expect(text).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(status).toBe(0);
  });

  test('sees every alert fire where it should, and only there', () => {
    const { status, text } = promtool('test', 'rules', ...RULE_TESTS);
    expect(text.replaceAll(/\s+/g, ' ').trim()).toBe(
      RULE_TESTS.map((file) => `Unit Testing: ${file} SUCCESS`).join(' '),
    );
    expect(status).toBe(0);
  }, 180_000);
});

test('an alert is tried where it fires and where it does not', () => {
  const tried = RULE_TESTS.map((file) => read(`deploy/prometheus/${file}`)).join('\n');
  for (const { name } of ALERTS)
    for (const what of ['fires', 'is quiet']) expect(tried).toContain(`- name: ${name} ${what}\n`);
});
