import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  configEnvironment,
  configPrint,
  configSchema,
  configValidate,
} from '../../src/cli/config.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { COMPANY, capture, configure } from '../support/command.ts';

const SECRETIVE = { 'idpmap.yaml': `log: { key: hunter2 }\n${COMPANY['idpmap.yaml']}` };

describe('config print', () => {
  test('prints settings that load again and print the same', async () => {
    const { config } = await configure(COMPANY);
    const first = await capture(() => configPrint({ config }));
    const again = await configure({ 'idpmap.yaml': first.text });
    const second = await capture(() => configPrint({ config: again.config }));
    expect(second).toEqual({ code: EXIT.ok, text: first.text });
  });

  test('prints the defaults too', async () => {
    const { config } = await configure(COMPANY);
    const { text } = await capture(() => configPrint({ config }));
    expect(parse(text)).toMatchObject({ deadline: '200ms', cache: { stale: '1d' } });
  });

  test.each([{}, { json: true }])('prints secrets as *** (%o)', async (form) => {
    const { config } = await configure(SECRETIVE);
    const { text } = await capture(() => configPrint({ config, ...form }));
    expect(text).toContain('***');
    expect(text).not.toContain('hunter2');
  });

  test('prints JSON that holds every setting', async () => {
    const { config } = await configure(COMPANY);
    const { text } = await capture(() => configPrint({ config, json: true }));
    expect(JSON.parse(text)).toMatchObject({
      deadline: 200,
      domains: { 'full.example': { catchAll: 'user@example.com' } },
    });
  });
});

describe('config validate', () => {
  test('says which file has no mistakes', async () => {
    const { config } = await configure(COMPANY);
    expect(await capture(() => configValidate({ config }))).toEqual({
      code: EXIT.ok,
      text: `${config}: no mistakes\n`,
    });
  });

  test('tells warnings, without the secret that they are about', async () => {
    const { config } = await configure(SECRETIVE);
    const { code, text } = await capture(() => configValidate({ config }));
    expect(text).toContain('the secret is written out here');
    expect(text).not.toContain('hunter2');
    expect(code).toBe(EXIT.ok);
  });

  test('gives JSON', async () => {
    const { config } = await configure(COMPANY);
    const { text } = await capture(() => configValidate({ config, json: true }));
    expect(JSON.parse(text)).toEqual({ file: config, warnings: [] });
  });

  test('of a configuration with mistakes is an error with all of them', async () => {
    const { config } = await configure({ 'idpmap.yaml': 'lisen: x\ndomains: { a/b: {} }\n' });
    await expect(configValidate({ config })).rejects.toMatchObject({
      code: EXIT.config,
      message: expect.stringMatching(/lisen[^\n]*did you mean "listen"[\s\S]*a\/b/),
    });
  });

  test('of a file that is not there is an error that names it', async () => {
    await expect(configValidate({ config: '/nonexistent/idpmap.yaml' })).rejects.toMatchObject({
      code: EXIT.config,
      message: expect.stringContaining('file /nonexistent/idpmap.yaml does not exist'),
    });
  });
});

test('config schema prints a JSON Schema', async () => {
  const { code, text } = await capture(configSchema);
  expect(JSON.parse(text)).toMatchObject({ type: 'object', properties: { domains: {} } });
  expect(code).toBe(EXIT.ok);
});

test('config env prints each setting as a variable', async () => {
  const { text } = await capture(configEnvironment);
  expect(text).toMatch(/^#? ?IDPMAP_DEADLINE=/m);
  expect(text).toMatch(/IDPMAP_DIRECTORIES__/);
});
