import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { createRouter, type MapFigures, type MeteredRouter } from '../maps/router.ts';
import { createTraces, type Traces, tracing } from '../maps/traces.ts';
import { createUnconfigured, type Unconfigured } from '../maps/unconfigured.ts';
import type { OpenListener } from './listeners.ts';
import type { State } from './state.ts';

/** What answers at a time, and where. */
export interface Serving extends MeteredRouter {
  readonly state: State;
  readonly open: readonly OpenListener[];
}

/** What answers now, and what outlives each swap of it. */
export interface Answering {
  readonly now: () => Serving;
  /** Lets this state answer at these listeners from now on. */
  readonly serve: (state: State, open: readonly OpenListener[]) => void;
  /** The same state listens there from now on. */
  readonly listenAt: (open: readonly OpenListener[]) => void;
  readonly maps: MapFigures;
  readonly traces: Traces;
  /** Maps that were asked for, and are not configured. */
  readonly unconfigured: Unconfigured;
}

/** Lets the first state answer, at no listener yet. */
export function createAnswering(first: State, clock: Clock, log: Log): Answering {
  const maps: MapFigures = new Map();
  const traces = createTraces(clock);
  const unconfigured = createUnconfigured(clock, log);
  const servingAt = (state: State, open: readonly OpenListener[]): Serving => {
    const { route, lastRepeat } = createRouter(state.routes.maps, maps, log, unconfigured);
    return { state, route: tracing(route, traces), lastRepeat, open };
  };
  let serving = servingAt(first, []);
  return {
    now: () => serving,
    serve: (state, open) => {
      serving = servingAt(state, open);
    },
    listenAt: (open) => {
      serving = { ...serving, open };
    },
    maps,
    traces,
    unconfigured,
  };
}
