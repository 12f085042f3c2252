import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makePlace } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { toolPath } from '../support/tools/tools.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const WORKFLOWS = join(REPOSITORY, '.github/workflows');
const NAMES = readdirSync(WORKFLOWS);

interface Job {
  /** Another workflow, in place of steps. */
  readonly uses?: string;
  readonly needs?: string;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (name: string): string => readFileSync(join(WORKFLOWS, name), 'utf8');
const load = (name: string): Workflow => parse(read(name));
const jobsOf = (name: string): readonly Job[] =>
  Object.values(load(name).jobs).filter(({ uses }) => uses === undefined);
const stepsOf = (name: string): readonly Step[] => jobsOf(name).flatMap(({ steps = [] }) => steps);

describeWith(['actionlint'], 'the workflows', () => {
  test.each(NAMES)('%s is clean', async (name) => {
    const lint = promisify(execFile)(toolPath('actionlint'), ['-oneline', join(WORKFLOWS, name)]);
    await expect(lint).resolves.toEqual({ stdout: '', stderr: '' });
  });
});

describe('each workflow', () => {
  test.each(NAMES)('%s gives no right that a job does not name', (name) => {
    expect([{}, { contents: 'read' }]).toContainEqual(load(name).permissions);
  });

  test.each(NAMES)('%s ends jobs that hang', (name) => {
    expect(jobsOf(name).filter((job) => job['timeout-minutes'] === undefined)).toEqual([]);
  });

  test.each(NAMES)('%s keeps no credential in the checkout', (name) => {
    const checkouts = stepsOf(name).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(
      checkouts.filter((step) => String(step.with?.['persist-credentials']) !== 'false'),
    ).toEqual([]);
  });

  test.each(NAMES)('%s names each action by its commit, and tells the version', (name) => {
    const actions = [...read(name).matchAll(/^ *(?:- )?uses: (?!\.\/)(.*)$/gm)].map(
      ([, action]) => action,
    );
    expect(actions.length).toBeGreaterThan(0);
    expect(
      actions.filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? '')),
    ).toEqual([]);
  });
});

describe('a release', () => {
  test('gives the Dockerfile every argument that it takes', () => {
    const taken = [
      ...readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8').matchAll(/^ARG (\w+)=/gm),
    ].map(([, name]) => name);
    const given = read('release.yaml').matchAll(/^ {12}([A-Z_]+)=\$/gm);
    expect([...given].map(([, name]) => name)).toEqual(taken);
  });

  test('begins with the tests of each commit, on which all that is published waits', () => {
    const { jobs } = load('release.yaml');
    expect(jobs['test']?.uses).toBe('./.github/workflows/ci.yaml');
    const needs = Object.entries(jobs).map(([name, job]) => [name, job.needs]);
    expect(Object.fromEntries(needs)).toEqual({
      version: undefined,
      test: 'version',
      image: 'test',
      package: 'test',
      linux: 'test',
      chart: 'image',
    });
  });

  test.each([
    ['v1.2.3', 'ghcr.io/me/idpmap:1.2.3,ghcr.io/me/idpmap:latest'],
    ['v1.2.3-rc1', 'ghcr.io/me/idpmap:1.2.3-rc1'],
  ])('of %s tags the image %s', async (tag, tags) => {
    const step = stepsOf('release.yaml').find(({ id }) => id === 'names');
    const output = join(await makePlace(), 'output');
    const env = {
      REGISTRY: 'ghcr.io',
      GITHUB_REPOSITORY: 'Me/idpmap',
      GITHUB_REF_NAME: tag,
      GITHUB_OUTPUT: output,
    };
    await promisify(execFile)('bash', ['-e', '-c', step?.run ?? 'false'], { env });
    expect(readFileSync(output, 'utf8')).toContain(`\ntags=${tags}\n`);
  });
});
