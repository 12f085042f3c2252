import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { ROOT, readSteps, takeSteps } from './worked.ts';

const run = promisify(execFile);

/** What the examples stand on. */
const COPIED = [
  'src',
  'test',
  'bench',
  'deploy',
  'docs',
  'helm',
  '.env.example',
  'package.json',
  'package-lock.json',
  'LICENSE',
  'SECURITY.md',
  'STYLE.md',
  'CONTRIBUTING.md',
  'README.md',
  'CHANGELOG.md',
  'tsconfig.json',
  'vitest.config.ts',
];

/** What writes what is made of other files. */
const GENERATORS = [
  'src/reference.ts',
  'src/http/reference.ts',
  'deploy/generate/generate.ts',
  'deploy/generate/chart/write.ts',
  'src/library/reference.ts',
  'deploy/generate/commands/write.ts',
];

/** Tests that somebody who followed them runs. */
const TESTS = [
  'test/directory/conformance.test.ts',
  'test/directory/types.test.ts',
  'test/architecture.test.ts',
  'test/config/reference.test.ts',
  'test/deploy',
  'test/http/metrics',
];

test('the worked examples of CONTRIBUTING.md compile together, and whatever they touch passes', async () => {
  const place = await makeTemporaryDirectory('idpmap-worked');
  onTestFinished(() => place.remove());
  for (const name of COPIED)
    await cp(join(ROOT, name), join(place.path, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(place.path, 'node_modules'));
  const files = takeSteps(readSteps());
  for (const [path, text] of files) {
    await mkdir(dirname(join(place.path, path)), { recursive: true });
    await writeFile(join(place.path, path), text);
  }
  const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name);
  const tests = [...TESTS, ...[...files.keys()].filter((path) => path.endsWith('.test.ts'))];
  const output = await run(bin('tsc'), [], { cwd: place.path })
    .then(async () => {
      for (const generator of GENERATORS)
        await run(process.execPath, [generator], { cwd: place.path });
    })
    .then(() => run(bin('vitest'), ['run', '--project', 'unit', ...tests], { cwd: place.path }))
    .then(({ stdout }) => stdout)
    .catch(({ stdout }: { stdout: string }) => stdout);
  expect(output).toMatch(/^[1-9]\d+ passed, 0 failed, \d+ skipped$/m);
}, 600_000);
