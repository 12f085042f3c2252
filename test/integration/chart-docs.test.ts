import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePlace } from '../support/instance.ts';
import { template } from '../support/kubernetes/chart.ts';
import { describeWith } from '../support/requirement.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What an example leaves to the reader: an image, and a Secret with what the examples name. */
const REST = `
postfix: { image: { repository: example/postfix, tag: "3.7" } }
existingSecret: idpmap
`;

/** For examples without a configuration of their own. */
const PEOPLE = `
config:
  domains: { example.org: { directory: people } }
  directories: { people: { type: file, path: people.yaml } }
files: { people.yaml: "accounts: [{ address: ann@example.org }]" }
`;

const examples = ['docs/kubernetes.md', 'helm/idpmap/README.md'].flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    return { name: `${page}:${line}`, values: match[1] ?? '' };
  });
});

describeWith(['helm'], 'the values of the documentation', () => {
  test('are found', () => {
    expect(examples.length).toBeGreaterThan(8);
  });

  test.each(examples)('$name is taken by the chart', async ({ values }) => {
    const place = await makePlace();
    const isWhole = /^ {2}directories:/m.test(values);
    const files = { rest: isWhole ? REST : REST + PEOPLE, example: values };
    const options = await Promise.all(
      Object.entries(files).map(async ([name, text]) => {
        await writeFile(join(place, `${name}.yaml`), text);
        return ['--values', join(place, `${name}.yaml`)];
      }),
    );
    expect(await template(options.flat())).toContain('# Source: idpmap/templates/configmap.yaml');
  });
});
