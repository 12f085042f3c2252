import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace } from '../support/instance.ts';
import {
  API_SERVER_START_MS,
  type ApiServer,
  startApiServer,
} from '../support/kubernetes/apiserver.ts';
import { objectsIn, runTool, template, VALUES, withValues } from '../support/kubernetes/chart.ts';
import { installMonitoring } from '../support/kubernetes/crds.ts';
import { writeSchemas } from '../support/kubernetes/schemas.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

describeWith(['helm', 'kubeApiserver', 'kubeconform'], 'the schemas of Kubernetes', () => {
  let server: ApiServer;
  let place: TemporaryDirectory;
  let location: string;
  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-schemas');
    server = await startApiServer();
    await installMonitoring(server);
    location = await writeSchemas(server, place.path);
  }, API_SERVER_START_MS);
  afterAll(async () => {
    await server.stop();
    await place.remove();
  });

  /** Gives kubeconform's summary; rejects with all that it found wrong. */
  const check = async (manifest: string): Promise<unknown> => {
    const file = join(await makePlace(), 'manifest.yaml');
    await writeFile(file, manifest);
    const options = ['-strict', '-summary', '-output=json', '-schema-location', location];
    return JSON.parse(await runTool('kubeconform', [...options, file])).summary;
  };

  test.each(VALUES)('know every field of the values %s', async (name) => {
    const manifest = await template(withValues(name));
    expect(await check(manifest)).toEqual({
      valid: objectsIn(manifest).length,
      invalid: 0,
      errors: 0,
      skipped: 0,
    });
  });

  test('know every field of the engine that the documentation proposes', async () => {
    const file = join(import.meta.dirname, '../../docs/examples/fleet/valkey.yaml');
    const manifest = await readFile(file, 'utf8');
    expect(await check(manifest)).toEqual({ valid: 2, invalid: 0, errors: 0, skipped: 0 });
  });

  test.each([
    ['Kubernetes’ own', 'sidecar', 'terminationGracePeriodSeconds', 'terminationGraceSeconds'],
    ['a monitor', 'standalone', 'endpoints', 'endpoint'],
  ])('refuse a field that they do not know: %s', async (_, name, field, typo) => {
    const manifest = await template(withValues(name));
    const checked = check(manifest.replace(`${field}:`, `${typo}:`));
    await expect(checked).rejects.toThrow(`additional properties '${typo}' not allowed`);
  });
});
