import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../home.ts';
import type { AdminHandlers } from '../http/admin.ts';
import type { Phase } from '../http/health.ts';
import type { MetricSources } from '../http/metrics/sources.ts';
import type { Log } from '../log.ts';
import type { Takeover } from '../net/binding.ts';
import type { Endpoint } from '../net/endpoint.ts';

/** What the HTTP side shows and offers. */
export interface WebOptions {
  readonly sources: Omit<MetricSources, 'web'> & { readonly phase: () => Phase };
  /** What the page shows. */
  readonly status: () => object;
  readonly handlers: AdminHandlers;
  readonly log: Log;
  readonly takeover?: Takeover;
}

/** The HTTP side of a daemon. */
export interface Web {
  /** Where it listens; absent: it is off. */
  readonly endpoint?: Endpoint;
  /**
   * Puts a Unix socket into its place, over who was there; over TCP it answers as soon as it is bound.
   * @throws {EndpointError} that says why it can't; it is to be closed then
   */
  publish(): Promise<void>;
  /** Ends it. Again: the same promise. */
  close(): Promise<void>;
}

/** Serves nothing. */
const NO_WEB: Web = { publish: async () => {}, close: async () => {} };

/**
 * Opens the HTTP side, a Unix socket aside until it is published; where it is off, its libraries are not even loaded.
 * @throws {EndpointError} where its endpoint can't be opened
 */
export async function openWeb({ sources, ...options }: WebOptions): Promise<Web> {
  const { endpoint } = sources.state().settings.http;
  if (endpoint === 'off') return NO_WEB;
  const [{ openHttp }, { createHttpFigures }, { createMetrics }] = await Promise.all([
    import('../http/server.ts'),
    import('../http/figures.ts'),
    import('../http/metrics.ts'),
  ]);
  const figures = createHttpFigures();
  const metrics = createMetrics({ ...sources, web: figures });
  try {
    const server = await openHttp({
      ...options,
      endpoint,
      settings: () => sources.state().settings.http,
      phase: sources.phase,
      figures,
      metrics,
    });
    return {
      endpoint: server.endpoint,
      publish: () => server.publish(),
      close: async () => {
        await server.close();
        metrics.stop();
      },
    };
  } catch (error) {
    metrics.stop();
    throw error;
  }
}

/** Reads which version of idpmap this is. */
export function readVersion(): string {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  return version;
}
