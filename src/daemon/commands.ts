import { type Clock, calendarOf } from '../clock.ts';
import type { Handlers, ToldDifference } from '../control/protocol.ts';
import type { Fleet } from '../fleet/contract.ts';
import type { Memory } from '../lookup/memory.ts';
import type { Step } from '../lookup/outcome.ts';
import type { Router } from '../maps/answer.ts';
import type { Differences, SeenDifference } from '../maps/differences.ts';
import { explain, explainSender } from '../maps/explain.ts';
import type { MapFigures } from '../maps/router.ts';
import { MOST_TRACES, type Traces } from '../maps/traces.ts';
import type { Figures } from '../socketmap/figures.ts';
import { acceptHeld } from './accept.ts';
import { tellPurge } from './fleet.ts';
import { mirrorHandlers } from './mirrorcommands.ts';
import { purge } from './purge.ts';
import type { State } from './state.ts';

/** What commands look at and act on. */
export interface CommandsOptions {
  readonly state: () => State;
  readonly route: Router;
  readonly traces: Traces;
  readonly differences: Pick<Differences, 'list'>;
  /** The daemons that know together; absent: this one is alone. */
  readonly fleet?: Fleet;
  readonly clock: Clock;
  readonly figures: {
    readonly socketmap: Figures;
    readonly maps: MapFigures;
    readonly reloads: object;
  };
  /** Tells how the daemon fares, as the page shows it. */
  readonly status: () => object;
  /** Writes what is remembered down, where it is kept in a file. */
  readonly save: () => Promise<void>;
  /** Writes what is remembered and kept where who takes over reads it; gives that place. */
  readonly handOver: () => Promise<string>;
  /** Writes what directories have to know again after a restart. */
  readonly keep: () => Promise<void>;
  /** Begins to stop the daemon. */
  readonly stop: () => void;
}

/** Makes what the control socket offers. */
export function createHandlers(options: CommandsOptions): Handlers {
  const { state, clock } = options;
  const contextNow = () => {
    const arrivedAt = clock.now();
    return { arrivedAt, deadline: arrivedAt + state().settings.deadline };
  };
  const contextOf = (tell: (step: Step) => void) => ({ ...contextNow(), tell });
  const explainNow = (address: string) => {
    const { maps, world } = state().routes;
    return explain(address, maps, world.domains, contextOf);
  };
  return {
    lookup: async ({ map, key }) => options.route(map, key, contextNow()),
    explain: ({ address }) => explainNow(address),
    explainSender: ({ address, login }) =>
      explainSender(address, login, state().routes.maps, contextOf),
    explainTrace: async ({ id }) => {
      const trace = options.traces.find(id);
      if (trace === undefined) throw new Error(unknownTrace(id));
      const kind = state().routes.maps.get(trace.map)?.kind;
      if (kind === undefined || kind === 'table') return { trace };
      return { trace, now: await explainNow(trace.key) };
    },
    accept: async ({ directory }) => {
      const served = state().served.get(directory);
      if (served === undefined) throw new Error(`there is no directory ${directory}`);
      const taken = acceptHeld(served);
      await options.keep();
      return taken === undefined ? {} : { taken };
    },
    purge: async ({ what, here }) => {
      const { fleet } = options;
      const first = await purge(what, state().served);
      const told = tellPurge(fleet, what, here === true ? 'here' : 'all');
      // What others were told may have come back until now.
      const forgotten = first + (fleet === undefined ? 0 : await purge(what, state().served));
      await options.save();
      return { forgotten, ...(fleet !== undefined && here !== true && { told }) };
    },
    fleet: async () => (options.fleet === undefined ? {} : { fleet: options.fleet.status() }),
    known: async ({ limit }) => {
      const keys = [...state().served.values()].flatMap(({ memories, mirror }) => [
        ...memories.entries.keys(limit),
        ...(mirror?.people(limit) ?? []),
      ]);
      return { addresses: [...new Set(keys)].slice(0, limit) };
    },
    handover: async () => ({ path: await options.handOver() }),
    figures: async () => ({
      ...options.figures,
      maps: Object.fromEntries(options.figures.maps),
      directories: Object.fromEntries(
        [...state().served].map(([name, served]) => [name, figuresOf(served)]),
      ),
    }),
    status: async () => options.status(),
    shadow: async () => ({ differences: options.differences.list().map(tellDifference) }),
    ...mirrorHandlers(() => state().served),
    drain: async () => {
      options.stop();
      return {};
    },
  };
}

const tellDifference = ({ at, ...seen }: SeenDifference): ToldDifference => ({
  ...seen,
  when: new Date(calendarOf(at)).toISOString(),
});

const unknownTrace = (id: string): string =>
  `no TEMP of the last hour and the last ${MOST_TRACES} has the id "${id}": it is the last word of the reason in mail.log, six characters, of this daemon since its start`;

const countRemembered = ({ sizes }: { readonly sizes: Memory<unknown>['sizes'] }) => {
  const { found, none, unknown, flights } = sizes();
  return { found: found.size, none: none.size, unknown: unknown.size, flights };
};

const figuresOf = ({ lane, cleaned, memories, list }: ReturnType<State['served']['get']> & {}) => ({
  ...lane.figures,
  isOpen: lane.breaker.isOpen(),
  waiting: lane.limiter.waiting(),
  dropped: cleaned.dropped,
  remembered: countRemembered(memories.entries),
  ...(list && { domains: list.names()?.size, domainsHeld: list.figures.held }),
});
