import { type ScriptedKeycloak, user } from '../../../support/keycloak/script.ts';
import { start } from '../fixture.ts';

/** An id as Keycloak gives them. */
export const idOf = (n: number): string => `465a9dc1-e376-4b77-baca-${String(n).padStart(12, '0')}`;
export const BOB = idOf(1);
export const TEAM = idOf(2);
export const INNER = idOf(3);

let events = 0;
/** What somebody does, a little ago: tokens tell the time in whole seconds. */
export const event = (operationType: string, resourcePath: string) => {
  events += 1;
  return {
    id: `event-${events}`,
    time: new Date().getTime() - 5000 + events,
    operationType,
    resourcePath,
  };
};
export const own = (type: string, userId: string) => {
  const { id, time } = event('', '');
  return { id, time, type, userId };
};

/** A realm with Ann and Bob, in which something has happened. */
export async function startRealm(): Promise<ScriptedKeycloak> {
  const keycloak = await start();
  keycloak.users.push(user('bob', { id: BOB }));
  keycloak.events.push(event('UPDATE', 'clients/x'));
  keycloak.ownEvents.push(own('REGISTER', idOf(99)));
  return keycloak;
}
