import { remarkSpellings } from '../../people/spelling.ts';
import { liesInFields, valuesIn } from '../people/account.ts';
import { listSome } from '../trust/visible.ts';
import { failed, type Look, ok, warning } from './look.ts';

/** So many users are looked at for those who come from elsewhere. */
const SAMPLE = 100;

/** Whether users are shown at all. */
export const lookAtUsers: Look = async ({ settings, site, ask, federation }, signal) => {
  const users = await listSome(ask, { site, proof: settings.proof }, SAMPLE, signal);
  for (const user of users) federation.see(user);
  return [
    users.length === 0
      ? warning(`realm ${site.realm} has no users yet`)
      : ok(`it sees the users of realm ${site.realm}`),
    ...remarkSpellings(
      users.flatMap((user) =>
        valuesIn(user, liesInFields(settings.addressFrom) ? settings.addressFrom : 'email'),
      ),
    ),
  ];
};

/** Whether a directory behind Keycloak could hide somebody. */
export const lookAtStorage: Look = async ({ settings, site, ask, federation }, signal) => {
  await federation.look(ask, signal);
  const doubt = federation.doubt();
  if (settings.federation === 'live' && doubt !== undefined) return [warning(doubt)];
  if (doubt !== undefined) return [failed(`nobody is believed to be absent: ${doubt}`)];
  return settings.federation === 'auto'
    ? [ok(`realm ${site.realm} has no directory behind it`)]
    : [];
};
