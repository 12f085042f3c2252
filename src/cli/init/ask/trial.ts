import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAddress } from '../../../address/address.ts';
import { ConfigError } from '../../../config/mistakes/problem.ts';
import { silentLog } from '../../../log.ts';
import { reasonOf } from '../../../reason.ts';
import { loadSettings, type Settings } from '../../../settings.ts';
import { checkOpened } from '../../check/check.ts';
import { type Direct, withDirect } from '../../direct.ts';
import type { PlacedRemark } from '../../remark.ts';
import type { Plan } from './plan.ts';

/** So many people are shown. */
const SHOWN = 3;

/** What reads a directory's people may take so long. */
const SAMPLE_MS = 10_000;

/**
 * A server that nobody asked today, and a way that may be long: whoever sets it up waits longer than a daemon, which asks
 * all the time, lets mail wait.
 */
const PATIENCE_MS = 15_000;

/**
 * Tries a plan before anything of it is written: opens its directory and looks at it as `idpmap check` does, and at some of
 * its people. What it needs lies meanwhile in a place that nobody else can enter.
 */
export async function tryPlan(
  plan: Plan,
  isOver: Promise<never>,
): Promise<readonly PlacedRemark[]> {
  const place = await mkdtemp(join(tmpdir(), 'idpmap-init-'));
  try {
    const at = (name: string): string => join(place, name);
    for (const { name, text } of plan.files) await writeFile(at(name), text, { mode: 0o600 });
    await writeFile(at('idpmap.yaml'), `${plan.config(at).join('\n')}\n`);
    const trying = tryFile(at('idpmap.yaml'), place);
    // It may go on after the end, when nobody waits for it.
    trying.catch(() => {});
    return await Promise.race([trying, isOver]);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function tryFile(file: string, place: string): Promise<readonly PlacedRemark[]> {
  try {
    // What this machine's environment sets is not what is written.
    const { settings } = await loadSettings({ file, environment: {} });
    // What is logged would stand between the questions, and is found besides.
    return await withDirect(bePatient(settings), examine, silentLog);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const text = error.message.replaceAll(`${place}/`, '');
    return [{ level: 'failed', about: 'configuration', text }];
  }
}

async function examine(direct: Direct): Promise<readonly PlacedRemark[]> {
  await warmUp(direct);
  const remarks = await checkOpened(direct);
  return remarks.some(({ level }) => level === 'failed')
    ? remarks
    : [...remarks, ...(await showPeople(direct))];
}

const bePatient = (settings: Settings): Settings => ({
  ...settings,
  directories: Object.fromEntries(
    Object.entries(settings.directories).map(([name, directory]) => [
      name,
      { ...directory, timeout: Math.max(directory.timeout, PATIENCE_MS) },
    ]),
  ),
});

/** The first question of all says nothing about those that follow: what comes of it is told by the next. */
async function warmUp({ state }: Direct): Promise<void> {
  for (const { directory } of state.served.values()) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const ask = async (): Promise<unknown> => directory.find(NOBODY, { signal });
    await ask().catch(() => {});
  }
}

const NOBODY = 'idpmap-init@example.invalid';

/** How many addresses the directory shows, and some of them. */
async function showPeople({ state }: Direct): Promise<readonly PlacedRemark[]> {
  const [served] = state.served.values();
  if (served?.directory.sample === undefined) return [];
  const about = `directory ${served.name}`;
  try {
    const sample = await served.directory.sample(AbortSignal.timeout(SAMPLE_MS));
    const all = [...new Set(sample)];
    if (all.length === 0)
      return [{ level: 'warning', about, text: 'shows nobody with an address yet' }];
    const named = all.slice(0, SHOWN).join(', ');
    const count = `shows ${all.length} ${all.length === 1 ? 'address' : 'addresses'}`;
    return [
      { level: 'ok', about, text: `${count}: ${named}${all.length > SHOWN ? ' …' : ''}` },
      ...remarkElsewhere(all, Object.keys(state.settings.domains), about),
    ];
  } catch (error) {
    return [{ level: 'warning', about, text: `its people can't be shown: ${reasonOf(error)}` }];
  }
}

/** Whoever names the wrong domain would have all mail refused. */
function remarkElsewhere(
  addresses: readonly string[],
  domains: readonly string[],
  about: string,
): readonly PlacedRemark[] {
  const found = new Set(addresses.map((text) => parseAddress(text)?.domain));
  return domains
    .filter((domain) => !found.has(domain))
    .map((domain) => ({
      level: 'warning' as const,
      about,
      text: `none of these is at ${domain}: is it the right domain?`,
    }));
}
