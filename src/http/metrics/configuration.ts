import { createHash } from 'node:crypto';
import { calendarOf } from '../../clock.ts';
import type { Settings } from '../../settings.ts';
import { printSettings } from '../../settings.ts';
import { byKey, type Family, type Section, single } from './family.ts';

const families: readonly Family[] = [
  {
    name: 'idpmap_build_info',
    type: 'gauge',
    labels: ['version', 'node_version'],
    help: 'Always 1; tells the versions of idpmap and of Node.',
    advice: 'For joining, and to see that an upgrade reached every instance.',
    samples: ({ version }) => [{ labels: { version, node_version: process.version }, value: 1 }],
  },
  {
    name: 'idpmap_config_hash',
    type: 'gauge',
    labels: [],
    help: 'A number that is the same where the effective settings are; what secrets hold does not count.',
    advice: 'Instances that differ for more than some minutes: one of them did not reload.',
    samples: ({ state }) => single(hashOf(state().settings)),
  },
  {
    name: 'idpmap_config_reloads_total',
    type: 'counter',
    labels: ['outcome'],
    help: 'Times at which the configuration was read anew.',
    advice: '`failed`: the log says what is wrong, the old settings serve on.',
    samples: ({ reloads: { succeeded, failed } }) => byKey('outcome', { succeeded, failed }),
  },
  {
    name: 'idpmap_config_last_reload_successful',
    type: 'gauge',
    labels: [],
    help: '1, or 0 where the last reload failed and older settings serve on.',
    advice: '0: run `idpmap config validate`, it says where the mistake is. A restart would fail.',
    samples: ({ reloads }) => single(reloads.isLastGood ? 1 : 0),
  },
  {
    name: 'idpmap_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the settings that serve were taken.',
    advice: 'Older than your last change: it has not arrived.',
    samples: ({ reloads }) => single(calendarOf(reloads.lastGoodAt) / 1000),
  },
  {
    name: 'idpmap_config_domains',
    type: 'gauge',
    labels: [],
    help: 'Domains that the configuration names; those that directories list are not among them.',
    advice: 'Fewer than you host: mail for the others is refused.',
    samples: ({ state }) => single(Object.keys(state().settings.domains).length),
  },
  {
    name: 'idpmap_config_stale_seconds',
    type: 'gauge',
    labels: [],
    help: 'How long memory may stand in for a directory that fails (`cache.stale`).',
    advice: 'For comparing with the age of `idpmap_directory_last_answer_timestamp_seconds`.',
    samples: ({ state }) => single(state().settings.cache.stale / 1000),
  },
  {
    name: 'idpmap_log_lines_dropped_total',
    type: 'counter',
    labels: [],
    help: 'Lines of the log that were never written: standard error took none, and too many waited.',
    advice:
      'Mail goes on. The disk that the log is written to is full, or what reads it has stopped; the log says when it goes on.',
    samples: ({ logged }) => single(logged.dropped),
  },
];

const hashes = new WeakMap<Settings, number>();

/** 48 bits, which a double holds exactly; settings are printed once each. */
function hashOf(settings: Settings): number {
  const known = hashes.get(settings);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(printSettings(settings)).digest().readUIntBE(0, 6);
  hashes.set(settings, hash);
  return hash;
}

/** The program and its settings. */
export const CONFIGURATION: Section = { title: 'Program and configuration', families };
