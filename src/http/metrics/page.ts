import type { Family, Section } from './family.ts';
import { SECTIONS } from './sections.ts';

const HEAD = `<!-- made by \`npm run reference\` from src/http/metrics; edit that instead -->
# Metrics

\`/metrics\` speaks Prometheus' text format. Units are seconds and bytes; counters end in \`_total\` and begin at 0 with the
process, a directory's also when its section of the configuration changes. Every series that is known at the start is there
with 0. Labels come from the configuration and from closed sets, so no query, whatever it asks, makes a new series.

A histogram has \`_bucket\`, \`_sum\` and \`_count\`. The buckets of lookups have one that ends at exactly the default deadline:
\`le="0.2"\`.

What to look at first, when mail is refused or delayed:

1. \`idpmap_lookups_total\` by \`status\`: \`NOTFOUND\` refuses, \`TEMP\` delays.
2. \`idpmap_directory_faults_total\` by \`directory\` and \`cause\`: why, and which directory it is.
3. \`idpmap_directory_last_answer_timestamp_seconds\`: since when.
`;

/** Writes the page that tells of every metric, \`docs/metrics.md\`. */
export const metricsPage = (): string => [HEAD, ...SECTIONS.map(writeSection)].join('\n');

function writeSection({ title, families }: Section): string {
  return [`## ${title}`, '', ...families.map(writeFamily)].join('\n');
}

function writeFamily({ name, type, labels, help, advice }: Family): string {
  const named =
    labels.length === 0 ? '' : `, by ${labels.map((label) => `\`${label}\``).join(', ')}`;
  const todo = advice === undefined ? '' : `\n\n*What to do:* ${advice}`;
  return `### \`${name}\`\n\n${type}${named}. ${help}${todo}\n`;
}
