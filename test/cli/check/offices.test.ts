import { expect, test } from 'vitest';
import { check } from '../../../src/cli/check/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import type { PlacedRemark } from '../../../src/cli/remark.ts';
import { capture, configure } from '../../support/command.ts';

async function run(files: Readonly<Record<string, string>>) {
  const { config, place } = await configure(files);
  const { code, text } = await capture(() => check({ config, json: true, queueDirectory: place }));
  const remarks: readonly PlacedRemark[] = JSON.parse(text);
  return { code, remarks };
}

/** Two listed domains, one of its own, and its twin, where nobody holds an office but by what is asked for. */
const listing = (what: string) => ({
  'people.yaml': 'accounts: [{ address: ann@own.example }]\ndomains: [a.example, b.example]\n',
  'idpmap.yaml': `
listen: unix:socketmap
domains:
  own.example: { directory: people${what === 'aliasOf' ? ', roles: { postmaster: ann@own.example }' : ''} }
  twin.example: { aliasOf: own.example }
directories: { people: { type: file, path: people.yaml, listDomains: true } }
${what === 'abuse' ? 'listedDomains: { roles: { abuse: ann@own.example } }' : ''}
`,
});

test.each([
  ['a domain', '', 'postmaster@own.example', 'give the domain a role'],
  ['a domain whose role is elsewhere', 'aliasOf', 'abuse@twin.example', 'give the domain a role'],
  ['domains that are listed', '', 'abuse@a.example, abuse@b.example', 'give listedDomains a role'],
  ['listed domains with another role', 'abuse', 'postmaster@a.example, ', 'give listedDomains a'],
])('warns of an office that nobody has in %s', async (_, what, named, mend) => {
  const { code, remarks } = await run(listing(what));
  expect(code).toBe(EXIT.ok);
  expect(remarks).toContainEqual({
    level: 'warning',
    about: named.split('@')[0],
    text: expect.stringMatching(
      new RegExp(`^nobody is .*${named}.*: such mail is refused, ${mend}`),
    ),
  });
});

test.each([
  ['a role of listed domains', 'roles: { postmaster: ann@own.example, abuse: ann@own.example }'],
  ['a catch-all of listed domains', 'catchAll: ann@own.example'],
])('warns of no office where there is %s', async (_, targets) => {
  const { 'idpmap.yaml': text, ...files } = listing('');
  const all = { ...files, 'idpmap.yaml': `${text}listedDomains: { ${targets} }\n` };
  const { remarks } = await run(all);
  const told = remarks.filter(({ text: each }) => each.includes('listedDomains'));
  expect(told).toEqual([]);
});

test('warns of a target of listed domains that nobody has', async () => {
  const { 'idpmap.yaml': text, ...files } = listing('');
  const roles = 'listedDomains: { roles: { abuse: gone@own.example } }\n';
  const { remarks } = await run({ ...files, 'idpmap.yaml': `${text}${roles}` });
  expect(remarks).toContainEqual({
    level: 'warning',
    about: 'abuse@listed domains',
    text: 'gone@own.example: nobody enabled has it: such mail is refused',
  });
});
