import { randomBytes } from 'node:crypto';
import { relative } from 'node:path';
import { parseAddress } from '../../address/address.ts';
import type { Served } from '../../daemon/served.ts';
import { listOnlyShadows } from '../../daemon/shadows.ts';
import type { State } from '../../daemon/state.ts';
import { firstDeliverable, type Taken } from '../../maps/target.ts';
import { reasonOf } from '../../reason.ts';
import type { Loaded, Settings } from '../../settings.ts';
import { type CommonOptions, load } from '../common.ts';
import { type Direct, withDirect } from '../direct.ts';
import { EXIT } from '../exit.ts';
import { print } from '../print.ts';
import { formatRemark, type PlacedRemark } from '../remark.ts';
import { checkDelimiters } from './delimiters.ts';
import { checkOffices } from './offices.ts';

export interface CheckOptions extends CommonOptions {
  readonly queueDirectory: string;
}

/** A *none* that takes longer leaves too little of the 200 ms for a second question. */
const SLOW_NONE_MS = 100;

/** Checks the configuration, every directory, and what the domains lead to. For people, CI and init containers. */
export async function check(options: CheckOptions): Promise<number> {
  const loaded = await load(options);
  const remarks = await withDirect(loaded.settings, async (direct) => [
    ...checkConfiguration(loaded, options.queueDirectory),
    ...(await checkFleet(loaded.settings)),
    ...(await checkOpened(direct)),
  ]);
  print(options, remarks, remarks.map(formatRemark).join('\n'));
  return remarks.some(({ level }) => level === 'failed') ? EXIT.temporary : EXIT.ok;
}

/** Checks every directory that was opened, and what the domains lead to. */
export const checkOpened = async (direct: Direct): Promise<readonly PlacedRemark[]> => [
  ...(await checkDirectories(direct)),
  ...(await checkTables(direct)),
  ...(await checkTargets(direct)),
  ...(await checkOffices(direct)),
];

function checkConfiguration({ settings, file, warnings }: Loaded, queueDirectory: string) {
  const count = `${Object.keys(settings.domains).length} domains, ${Object.keys(settings.directories).length} directories, ${Object.keys(settings.maps).length} maps`;
  const remarks: PlacedRemark[] = [
    { level: 'ok', about: file ?? 'the environment', text: count },
    ...warnings.map((text): PlacedRemark => ({ level: 'warning', about: 'configuration', text })),
  ];
  for (const { endpoint, client = 'postfix' } of settings.listen) {
    // Only Postfix's services are jailed.
    if (client !== 'postfix') continue;
    if (endpoint.kind !== 'unix' || !relative(queueDirectory, endpoint.path).startsWith('..'))
      continue;
    remarks.push({
      level: 'warning',
      about: endpoint.path,
      text: `lies outside ${queueDirectory}, so services that run chrooted (Debian's smtpd) log "No such file or directory": listen at unix:${queueDirectory}/idpmap/socketmap`,
    });
  }
  return remarks;
}

/** A fleet that can't be reached keeps no mail from its answer: nothing shall keep idpmap from starting without it. */
async function checkFleet({ fleet }: Settings): Promise<readonly PlacedRemark[]> {
  if (fleet === undefined) return [];
  const { inspectFleet } = await import('../../fleet/inspect.ts');
  const told = await inspectFleet(fleet);
  return told.map(({ level, text }) => ({
    level: level === 'failed' ? 'warning' : level,
    about: `fleet ${fleet.name}`,
    text,
  }));
}

async function checkDirectories(direct: Direct): Promise<readonly PlacedRemark[]> {
  const { served, settings } = direct.state;
  const shadows = listOnlyShadows(settings);
  const all = [...served.values()].map(async (each) => {
    const first = await checkDirectory(each, direct);
    const { about, text: said } = first;
    const further = await inspectDirectory(each);
    const delimiters = await checkDelimiters(each, settings.recipientDelimiter);
    const remarks: readonly PlacedRemark[] = [
      first,
      ...further.filter(({ text }) => text !== said),
      ...delimiters.map((remark) => ({ ...remark, about })),
    ];
    return shadows.has(each.name) ? remarks.map(soften) : remarks;
  });
  return (await Promise.all(all)).flat();
}

/** No mail waits for a shadow: nothing shall keep idpmap from starting without it. */
const soften = (remark: PlacedRemark): PlacedRemark =>
  remark.level === 'failed' ? { ...remark, level: 'warning' } : remark;

async function checkDirectory(served: Served, { state }: Direct): Promise<PlacedRemark> {
  const { name, directory, settings, lane } = served;
  const about = `directory ${name}`;
  try {
    await directory.probe(AbortSignal.timeout(settings.timeout));
    if (!isAskedForPeople(served, state.settings)) return { level: 'ok', about, text: 'answers' };
    const domain = domainOf(name, state.settings) ?? 'example.invalid';
    const nobody = `idpmap-check-${randomBytes(6).toString('hex')}@${domain}`;
    const begin = performance.now();
    const found = await directory.find(nobody, { signal: AbortSignal.timeout(settings.timeout) });
    if (found.status === 'none' && found.proof.by === 'probe')
      await lane.prover.prove(lane.prover.begun());
    const ms = Math.round(performance.now() - begin);
    if (found.status === 'found')
      return { level: 'warning', about, text: `has everybody at ${domain}, even ${nobody}` };
    if (ms > SLOW_NONE_MS)
      return {
        level: 'warning',
        about,
        text: `took ${ms} ms for an unknown address, more than ${SLOW_NONE_MS} ms: such mail is deferred at first`,
      };
    return { level: 'ok', about, text: `answers, ${ms} ms for an unknown address` };
  } catch (error) {
    return { level: 'failed', about, text: reasonOf(error) };
  }
}

/** One that has tables alone, as what was imported from Postfix, need not have statements for people. */
const isAskedForPeople = ({ name, list }: Served, settings: Settings): boolean =>
  Object.values(settings.maps).some(({ kind }) => kind !== 'table') &&
  (list !== undefined || domainOf(name, settings) !== undefined);

/** What is needed to inspect a directory. Its timeout is in milliseconds. */
type Inspected = Pick<Served, 'name' | 'directory'> & {
  readonly settings: Pick<Served['settings'], 'timeout'>;
};

/** Asks a directory what it has to say of itself, within its timeout. */
export async function inspectDirectory({
  name,
  directory,
  settings,
}: Inspected): Promise<readonly PlacedRemark[]> {
  const about = `directory ${name}`;
  try {
    const told = await directory.inspect?.(AbortSignal.timeout(settings.timeout));
    return (told ?? []).map(({ level, text }) => ({ level, about, text }));
  } catch (error) {
    return [{ level: 'failed', about, text: reasonOf(error) }];
  }
}

const domainOf = (directory: string, { domains }: Settings): string | undefined =>
  Object.entries(domains).find(([, domain]) => domain.directory.includes(directory))?.[0];

async function checkTables({ state, contextNow }: Direct): Promise<readonly PlacedRemark[]> {
  const remarks: PlacedRemark[] = [];
  for (const [name, map] of Object.entries(state.settings.maps)) {
    if (map.kind !== 'table') continue;
    for (const { table, directory = map.directory } of map.table) {
      const about = `map ${name}`;
      const ask = state.served.get(directory)?.directory.table?.({ table });
      const { deadline, arrivedAt } = contextNow();
      try {
        await ask?.('idpmap-check', { signal: AbortSignal.timeout(deadline - arrivedAt) });
        remarks.push({ level: 'ok', about, text: `its table ${table} can be asked` });
      } catch (error) {
        remarks.push({ level: 'failed', about, text: reasonOf(error) });
      }
    }
  }
  return remarks;
}

/** Mail for a role or a catch-all whose target takes none is refused: that is told before it happens. */
async function checkTargets({ state, contextNow }: Direct): Promise<readonly PlacedRemark[]> {
  const remarks: PlacedRemark[] = [];
  const { domains, listedDomains } = state.settings;
  for (const [name, { catchAll, roles }] of [
    ...Object.entries(domains),
    ['listed domains', listedDomains] as const,
  ]) {
    const targets = new Map(
      Object.entries(roles).map(([role, target]) => [`${role}@${name}`, target]),
    );
    if (catchAll !== undefined) targets.set(`catch-all of ${name}`, catchAll);
    for (const [about, target] of targets)
      remarks.push(await checkTarget(about, target, state, contextNow));
  }
  return remarks;
}

async function checkTarget(
  about: string,
  target: string,
  { routes }: State,
  contextNow: Direct['contextNow'],
): Promise<PlacedRemark> {
  const taken = await firstDeliverable([target], routes.world, contextNow());
  if ('status' in taken) return { about, ...judgeUntaken(target, taken) };
  const domain = parseAddress(target)?.domain ?? '';
  const where =
    routes.world.domains.get(domain) === undefined ? 'is elsewhere, not checked' : 'takes mail';
  return { level: 'ok', about, text: `${target} ${where}` };
}

function judgeUntaken(
  target: string,
  taken: Exclude<Taken, { readonly target: string }>,
): Omit<PlacedRemark, 'about'> {
  switch (taken.status) {
    case 'none':
      return { level: 'warning', text: `${target}: nobody enabled has it: such mail is refused` };
    case 'later':
      return { level: 'warning', text: `${target}: it is disabled: such mail is deferred` };
    case 'unknown':
      return { level: 'failed', text: `${target}: ${taken.reason}` };
  }
}
