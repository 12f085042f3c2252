import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configPrint } from '../../src/cli/config.ts';
import { editorLines } from '../../src/cli/editors.ts';
import { initKeycloak } from '../../src/cli/init/keycloak.ts';
import { jsonSchema } from '../../src/reference.ts';
import { capture } from '../support/command.ts';

const LINE = /^# yaml-language-server: \$schema=(\/\S+)$/m;

const schemaIn = (text: string): string => LINE.exec(text)?.[1] ?? '';

test('what is printed as a configuration names a schema that is there, and is ours', async () => {
  const printed = [
    await capture(() => configPrint({ demo: true })),
    await capture(() =>
      initKeycloak({
        url: 'https://sso.example.org',
        realm: 'mail',
        client: 'idpmap',
        domain: ['example.org'],
      }),
    ),
  ].map(({ text }) => schemaIn(text));
  expect(printed).toEqual([schemaIn(editorLines().join('\n')), printed[0]]);
  expect(readFileSync(printed[0] ?? '', 'utf8')).toBe(jsonSchema());
});

test("the packages' configuration names the schema that they bring", () => {
  const root = join(import.meta.dirname, '../..');
  const text = readFileSync(join(root, 'deploy/package/files/idpmap.yaml'), 'utf8');
  const path = schemaIn(text).replace('/usr/share/doc/idpmap/', '');
  expect([path, existsSync(join(root, path))]).toEqual(['docs/idpmap.schema.json', true]);
});
