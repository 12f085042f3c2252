import { expect, test } from 'vitest';
import { NOTICES } from '../../../src/cli/init/notices.ts';
import { PRESETS_OF, SQL_PRESETS } from '../../../src/directory/sql/presets/presets.ts';

test.each(PRESETS_OF.postgresql)('each table that %s reads tells of changes', (preset) => {
  expect(Object.keys(NOTICES[preset] ?? {}).toSorted()).toEqual(
    Object.keys(SQL_PRESETS[preset].columns).toSorted(),
  );
});

test.each(PRESETS_OF.postgresql)(
  'what %s tells of a row is in the columns that it reads',
  (preset) => {
    for (const [table, names] of Object.entries(NOTICES[preset] ?? {})) {
      const told = [...names.matchAll(/\br\.(\w+)/g)].map(([, column = '']) => column);
      expect(SQL_PRESETS[preset].columns[table]).toEqual(expect.arrayContaining(told));
    }
  },
);
