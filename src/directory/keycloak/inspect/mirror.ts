import { isRecord } from '../../../record.ts';
import type { Remark } from '../../directory.ts';
import { ownEventsCommand } from '../commands.ts';
import { OWN_EVENTS } from '../feed/eventlog.ts';
import { checkKept } from '../feed/events.ts';
import { readsDates } from '../follow/listing.ts';
import type { Ask } from '../http/api.ts';
import { Forbidden } from '../http/faults.ts';
import { countUsers } from '../trust/listing.ts';
import { type InspectOptions, type Look, ok, warning } from './look.ts';

const DAY_MS = 86_400_000;
/** So many users are listed by offsets without costing the database much. */
const MANY = 10_000;

/** Whether a mirror learns of all that happens, and what its listings cost. */
export const lookAtMirror: Look = async (options, signal) => {
  if (options.settings.mirror === undefined) return [];
  const remarks = [
    ...(await lookAtKeeping(options, signal)),
    ...lookAtFederation(options),
    ...(await lookAtDates(options, signal)),
  ];
  return remarks.length > 0 ? remarks : [ok('a mirror learns of all that changes')];
};

const UNTIL_LISTED = 'a mirror learns with the next listing only (mirror.refresh)';

const lookAtKeeping: Look = async ({ settings: { events }, site, ask }, signal) => {
  if (events === 'off') {
    return [warning(`events: off, so of all changes ${UNTIL_LISTED}: set events: 5s`)];
  }
  const kept = await checkKept(ask, site, signal);
  const adminMs = await adminExpiryMs(ask, signal);
  return [
    ...(kept.own
      ? []
      : [
          warning(
            `realm ${site.realm} does not keep all events by which users change themselves: of that, ${UNTIL_LISTED}; run: ${ownEventsCommand(site, OWN_EVENTS)} (and name there the others that you keep)`,
          ),
        ]),
    ...[kept.ownMs, adminMs]
      .filter((ms) => ms !== undefined && ms < DAY_MS)
      .slice(0, 1)
      .map((ms) =>
        warning(
          `realm ${site.realm} keeps events for ${(ms ?? 0) / 1000} s: a mirror that was away for longer lists everybody anew; keep them for a day or more`,
        ),
      ),
  ];
};

/** How long events of administrators are kept; absent: for ever, or the client may not see it. */
async function adminExpiryMs(ask: Ask, signal: AbortSignal): Promise<number | undefined> {
  const realm = await ask('', {}, signal).catch((error: unknown) => {
    if (error instanceof Forbidden) return undefined;
    throw error;
  });
  const attributes = isRecord(realm) ? realm['attributes'] : undefined;
  const seconds = isRecord(attributes) ? Number(attributes['adminEventsExpiration']) : 0;
  return seconds > 0 ? seconds * 1000 : undefined;
}

function lookAtFederation({ settings, federation }: InspectOptions): readonly Remark[] {
  if (settings.events === 'off' || federation.areOwn()) return [];
  return [
    warning(
      `users may come from a directory behind Keycloak, and of what changes there ${UNTIL_LISTED}; set federation: none where all are Keycloak's own`,
    ),
  ];
}

const lookAtDates: Look = async ({ ask, clock }, signal) => {
  const users = await countUsers(ask, {}, signal);
  if (users < MANY || (await readsDates({ ask, signal }, clock.now() + DAY_MS))) return [];
  return [
    warning(
      `this Keycloak is older than 26.6 and lists its ${users} users from the front, which costs its database more the more there are: raise mirror.refresh, or update it`,
    ),
  ];
};
