import { describe, expect, test } from 'vitest';
import { errorOf, loadText } from '../fixture.ts';
import { ENDPOINTS } from './endpoints.ts';
import { FORMS } from './forms.ts';
import { LINES } from './lines.ts';
import { OTHERS } from './others.ts';
import { QUANTITIES } from './quantities.ts';
import type { Row } from './row.ts';
import { SERVERS } from './servers.ts';
import { STRANGERS } from './strangers.ts';
import { WORDS } from './words.ts';

const OPTIONS = { environment: { SECRET: 'secret' } };

describe.each<[string, readonly Row[]]>([
  ['a quantity', QUANTITIES],
  ['an endpoint', ENDPOINTS],
  ['a word', WORDS],
  ['the form', FORMS],
  ['the YAML', LINES],
  ['a server', SERVERS],
  ['what other programs would take', OTHERS],
  ['what other programs do themselves', STRANGERS],
])('what is wrong with %s', (_, rows) => {
  const told = rows.map(
    ([text, remedy, says = `write ${remedy}`]) =>
      [text.slice(text.indexOf('\n') + 1), text, remedy, says] as const,
  );

  test.each(told)('is mended by the remedy that is told: %s', async (_text, text, remedy, says) => {
    const { problems } = await errorOf(loadText(text.replaceAll(/[«»]/g, ''), OPTIONS));
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
    const mended = text.replaceAll(/«[^»]*»/g, () => remedy);
    await expect(loadText(mended, OPTIONS)).resolves.toMatchObject({ settings: {} });
  });
});

test('three hundred mistakes and more have a remedy', () => {
  const all = [QUANTITIES, ENDPOINTS, WORDS, FORMS, LINES, SERVERS, OTHERS, STRANGERS].flat();
  expect(all.length).toBeGreaterThan(300);
});
