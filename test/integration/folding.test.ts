import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { foldDomain, parseAddress, parseDomain } from '../../src/address/address.ts';
import { writeSettled } from '../support/postfix/settled.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

const run = promisify(execFile);
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Letters, marks, digits and signs of all scripts: whatever may stand in an address beside ASCII. */
const CHARACTERS = Array.from({ length: 0x110000 - 0x80 }, (_, i) => i + 0x80)
  .filter((i) => i < 0xd800 || i > 0xdfff)
  .map((i) => String.fromCodePoint(i))
  .filter((character) => /[\p{L}\p{M}\p{N}\p{S}\p{P}]/u.test(character) && character !== '\ufffd');

/** What Postfix makes of keys: its tables fold them as smtpd folds what it asks, and list them folded. */
async function foldByPostfix(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const directory = await makeTemporaryDirectory('idpmap-folding');
  try {
    const table = join(directory.path, 'table');
    await writeSettled(join(directory.path, 'main.cf'), 'smtputf8_enable = yes\n');
    await writeFile(table, keys.map((key, i) => `${i}-${key} ${i}\n`).join(''));
    const postmap = (...parameters: readonly string[]) =>
      run('postmap', ['-c', directory.path, ...parameters], {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C' },
        maxBuffer: MAX_OUTPUT,
      });
    await postmap(`hash:${table}`);
    const { stdout } = await postmap('-s', `hash:${table}`);
    const lines = stdout.trimEnd().split('\n');
    return new Map(
      lines.map((line) => {
        const [folded = '', i = ''] = line.split('\t');
        return [keys[Number(i)] ?? '', folded.slice(i.length + 1)];
      }),
    );
  } finally {
    await directory.remove();
  }
}

describeWith(['postfix'], 'a key that Postfix has folded', () => {
  test('finds whoever is stored with any character in the local part', async () => {
    const addresses = CHARACTERS.flatMap((character) => [
      `a${character}b@example.org`,
      `Σ${character}@example.org`,
    ]);
    const asked = await foldByPostfix(addresses);
    expect(asked.size).toBe(addresses.length);
    expect(asked.get('aßb@example.org')).toBe('assb@example.org');
    const lost = addresses.filter(
      (address) => parseAddress(asked.get(address) ?? '')?.text !== parseAddress(address)?.text,
    );
    expect(lost).toEqual([]);
  });

  test('finds the domain that holds any character in a label', async () => {
    const domains = CHARACTERS.map((character) => `a${character}b.example`);
    const asked = await foldByPostfix(domains);
    expect(asked.size).toBe(domains.length);
    const lost = domains.filter((domain) => {
      const ours = parseDomain(domain);
      const key = parseDomain(asked.get(domain) ?? '');
      return ours !== undefined && key !== ours && key !== foldDomain(ours);
    });
    expect(lost).toEqual([]);
  });
});
