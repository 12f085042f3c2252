import { reasonOf } from '../../reason.ts';
import { type CommonOptions, controlPathOf, load } from '../common.ts';
import { EXIT } from '../exit.ts';
import { createPostconf, type Postfix, parameterOf, readPostfix } from '../postfix/postconf.ts';
import { print } from '../print.ts';
import { formatRemark, type PlacedRemark } from '../remark.ts';
import { asEndpoints, lookAtTables } from './asked.ts';
import { lookAtDelivery } from './delivery.ts';
import { lookAtDomains } from './domains.ts';
import type { Facts } from './facts.ts';
import { lookAtKinds } from './kinds.ts';
import { fine, type Look } from './look.ts';
import { readMachine } from './machine.ts';
import { endpointsOf, lookAtPorts } from './ports.ts';
import { lookAtRefusals } from './refusals.ts';
import { lookAtRestrictions } from './restrictions.ts';
import { lookAtSockets, unixEndpoints } from './sockets.ts';
import { findTables, type Tables } from './tables.ts';
import { askUnitUser } from './unit.ts';
import { lookAtClock, lookAtFiles, writtenFiles } from './upkeep.ts';

export interface DoctorOptions extends CommonOptions {
  /** Where main.cf lies; absent: Postfix knows. */
  readonly postfixConfig?: string;
  /** Who runs the daemon; absent: who systemd's unit says, else whoever asks. */
  readonly user?: string;
}

/** All looks, in the order in which they are told: idpmap's own places first, then what Postfix does with them. */
export const LOOKS: readonly Look[] = [
  lookAtSockets,
  lookAtPorts,
  lookAtFiles,
  lookAtTables,
  lookAtKinds,
  lookAtDomains,
  lookAtDelivery,
  lookAtRefusals,
  lookAtRestrictions,
  lookAtClock,
];

/** Looks at this machine, and at the Postfix on it, with the eyes of a configuration. Changes nothing, asks no directory. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { facts, read } = await gather(options);
  const remarks = [...read, ...LOOKS.flatMap((look) => look(facts))];
  print(options, remarks, remarks.map(formatRemark).join('\n'));
  return remarks.some(({ level }) => level === 'failed') ? EXIT.temporary : EXIT.ok;
}

async function gather(
  options: DoctorOptions,
): Promise<{ readonly facts: Facts; readonly read: readonly PlacedRemark[] }> {
  const loaded = await load(options);
  const asked = await readPostfix(createPostconf(options.postfixConfig)).then(
    (found): Postfix & Tables => ({ ...found, ...findTables(found) }),
    (error: unknown) => reasonOf(error),
  );
  const postfix = typeof asked === 'string' ? undefined : asked;
  const user = options.user ?? (await askUnitUser());
  const machine = await readMachine({
    ...(user === undefined ? {} : { user }),
    ...(postfix === undefined ? {} : { asker: parameterOf(postfix, 'mail_owner') }),
    places: [
      ...unixEndpoints({ loaded }).map(({ path }) => path),
      ...loaded.watched,
      ...writtenFiles({ loaded }).map(({ path }) => path),
    ],
    endpoints: [
      ...endpointsOf({ loaded }).map(({ endpoint }) => endpoint),
      ...(postfix === undefined
        ? []
        : postfix.asked.flatMap((each) =>
            each.table === undefined ? [] : asEndpoints(each, each.table, postfix),
          )),
    ],
    controlPath: controlPathOf(loaded.settings, options),
  });
  const read = [
    fine(loaded.file ?? 'the environment', `idpmap runs as ${machine.user.name}`),
    typeof asked === 'string'
      ? fine('Postfix', `was not looked at: ${asked}`)
      : fine(`${asked.directory}/main.cf`, `Postfix ${parameterOf(asked, 'mail_version')}`),
  ];
  return {
    facts: { ...machine, loaded, ...(postfix === undefined ? {} : { postfix }) },
    read,
  };
}
