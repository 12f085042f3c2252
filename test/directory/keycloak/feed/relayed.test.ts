import { expect, test } from 'vitest';
import type { Relay } from '../../../../src/directory/hooks.ts';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import { until } from '../../../support/until.ts';
import { openOn, start } from '../fixture.ts';
import { event, idOf } from '../follow/realm.ts';

const EVERY_MS = 10;

/** What daemons of a fleet meet at, for one that always has the turn; what is kept there went through JSON. */
function createRelay(): Relay {
  let text: string | undefined;
  return {
    turn: async () => 'ours',
    giveUp: () => {},
    recall: async () => (text === undefined ? {} : { value: JSON.parse(text) }),
    keep: (value) => {
      text = JSON.stringify(value);
    },
  };
}

async function open() {
  const keycloak = await start();
  keycloak.events.push(event('UPDATE', 'clients/x'));
  const opened = openOn(keycloak, { events: EVERY_MS }, createKept(), createRelay());
  await until(() => opened.changes() > 0, 5000);
  const readings = (): number => keycloak.to('/admin-events').length;
  const reads = async (more: number): Promise<void> => {
    const before = readings();
    await until(() => readings() >= before + more, 5000);
  };
  return { ...opened, keycloak, reads };
}

test('each event is followed once where daemons take turns', async () => {
  const { keycloak, forgotten, reads } = await open();
  keycloak.events.push(event('UPDATE', `users/${idOf(1)}`));
  await until(() => forgotten.length > 0, 5000);
  await reads(5);
  expect([forgotten.length, keycloak.to(idOf(1)).length]).toEqual([1, 1]);
});

test('an event that could not be followed is followed by the next reading', async () => {
  const { keycloak, forgotten, reads } = await open();
  let looks = 0;
  keycloak.script = ({ path }) => {
    if (!path.endsWith(idOf(1))) return undefined;
    looks += 1;
    return looks === 1 ? { status: 500 } : undefined;
  };
  keycloak.events.push(event('UPDATE', `users/${idOf(1)}`));
  await until(() => forgotten.length > 0, 5000);
  await reads(5);
  expect([forgotten.length, looks]).toEqual([1, 2]);
});
