import { expect, test } from 'vitest';
import { demo } from '../../src/directory/demo/type.ts';
import { file } from '../../src/directory/file/type.ts';
import { openDirectory } from '../../src/directory/types.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { quietHooks } from '../support/hooks.ts';

const { signal } = new AbortController();

test('opens the demo', async () => {
  const directory = await openDirectory(demo.schema.parse({ type: 'demo' }), quietHooks());
  expect(await directory.find('test@example.com', { signal })).toMatchObject({ status: 'found' });
});

test('opens a file under its name, without waiting for it', async () => {
  const told: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => told.push(fields) };
  const directory = await openDirectory(
    file.schema.parse({ type: 'file', path: '/nonexistent/people.yaml' }),
    quietHooks({ log }),
  );
  await expect(directory.probe(signal)).rejects.toThrow("people.yaml can't be read");
  await directory.close();
  expect(told).toEqual([{ directory: 'staff', path: '/nonexistent/people.yaml' }]);
});
