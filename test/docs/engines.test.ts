import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { aclOf } from '../../src/fleet/rights.ts';

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../docs/examples/fleet', name), 'utf8');

const chart = read('valkey-values.yaml');
const plain = read('valkey.yaml');
const [deployment, service] = parseAllDocuments(plain).map((document) => document.toJS());
const [container] = deployment.spec.template.spec.containers;

const args: readonly string[] = container.args;

/** What an engine is started with, option by option, as the lines of its configuration say it. */
const options = new Map(
  args
    .join('\0')
    .split(/(?:^|\0)--/)
    .filter((text) => text !== '')
    .map((text) => {
      const [name = '', ...values] = text.split('\0');
      return [name, values.join(' ')] as const;
    }),
);

test('the engine’s user has the rights that idpmap needs, and no others', () => {
  const { aclUsers } = parse(chart).auth;
  expect(`idpmap on >PASSWORD ${aclUsers.idpmap.permissions}`).toBe(aclOf('idpmap'));
  expect(aclUsers.default.permissions).toBe('off');
  expect(plain).toContain(`#   user default off\n#   user ${aclOf('idpmap')}\n`);
});

test('both engines keep nothing, and make room by themselves', () => {
  const lines: string = parse(chart).valkeyConfig;
  for (const name of ['maxmemory', 'maxmemory-policy', 'appendonly'])
    expect(lines).toContain(`\n${name} ${options.get(name)}\n`);
  expect(options.get('maxmemory-policy')).toBe('volatile-lru');
  expect([options.get('save'), options.get('appendonly')]).toEqual(['', 'no']);
  expect(lines).toMatch(/^save ""\n/);
});

test('its Service leads to its Pods, and both speak TLS only', () => {
  expect(service.spec.selector).toEqual(deployment.spec.template.metadata.labels);
  expect(service.spec.ports[0].targetPort).toBe(container.ports[0].name);
  expect(options.get('port')).toBe('0');
  expect(options.get('tls-port')).toBe(String(container.ports[0].containerPort));
  expect(parse(chart).tls.enabled).toBe(true);
});
