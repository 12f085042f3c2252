import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { makePlace } from '../support/instance.ts';
import { findFreePorts } from '../support/loopback.ts';
import { startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';
import { ROOT } from './fixture.ts';

/** What Prometheus' API says, as far as the tests look. */
export interface Reply<T> {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: T;
}

/** A Prometheus of one test's own. */
export interface Prometheus {
  /** Asks its API: `query?query=up`. */
  readonly get: <T>(path: string) => Promise<Reply<T>>;
}

const PATH = process.env['PATH'] ?? '';
const START_LIMIT_MS = 20_000;

/** Starts Prometheus with the committed rules; it scrapes `target` every three seconds, for a busy daemon has as long to answer. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const place = await makePlace();
  const [port = 0] = await findFreePorts(1);
  await copyFile(join(ROOT, 'deploy/prometheus/rules.yaml'), join(place, 'rules.yaml'));
  const configuration = {
    global: { scrape_interval: '3s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [
      {
        job_name: 'idpmap',
        static_configs: [{ targets: [target], labels: { namespace: 'mail', pod: 'idpmap-0' } }],
      },
    ],
  };
  await writeFile(join(place, 'prometheus.yaml'), stringify(configuration));
  const parameters = [
    `--config.file=${join(place, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(place, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const server = startProcess('prometheus', parameters, { cwd: place, env: { PATH } });
  onTestFinished(() => server.stop());
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  const isUp = await until(
    async () => server.ended() !== undefined || (await isReady()),
    START_LIMIT_MS,
  );
  if (!isUp || server.ended() !== undefined)
    throw new Error(`prometheus does not start: ${server.output()}`);
  return {
    get: async <T>(path: string): Promise<Reply<T>> => {
      const reply = await fetch(`${url}/api/v1/${path}`);
      return JSON.parse(await reply.text());
    },
  };
}
