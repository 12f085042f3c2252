import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { file } from '../../../src/directory/file/type.ts';
import type { Registration } from '../../support/conformance/registration.ts';
import { quietHooks } from '../../support/hooks.ts';
import { peopleSubject } from '../../support/people-subject.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';

/** People files, opened as the daemon opens them. */
export const registration: Registration = peopleSubject(async (text, { groups, ...rules }) => {
  const place = await makeTemporaryDirectory('idpmap-conformance');
  const path = join(place.path, 'people.yaml');
  await writeFile(path, text);
  const settings = file.schema.parse({
    type: 'file',
    path,
    listDomains: true,
    groups: { depth: 10, members: 2000, ...groups },
    ...rules,
  });
  const directory = await file.open(settings, quietHooks());
  await directory.probe(AbortSignal.timeout(60_000));
  return {
    ...directory,
    close: async () => {
      await directory.close();
      await place.remove();
    },
  };
});
