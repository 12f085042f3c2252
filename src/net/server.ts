import { createAdmission } from './admission.ts';
import { bindListener, type ListenerOptions } from './listener.ts';
import type { BoundListener, Listener, ListenOptions, SweptListener } from './listening.ts';
import type { Protocol } from './protocol.ts';
import { createRefusals } from './refusals.ts';
import { createTurns } from './turns.ts';

/** Any number of listeners that share limits and figures, whatever each of them speaks. */
export interface NetServer<Fault extends string> {
  /**
   * Opens one more endpoint.
   * @throws {EndpointError} that says why it can't be opened
   */
  listen(where: ListenOptions, protocol: Protocol<Fault>): Promise<Listener>;
  /**
   * As `listen`, but a Unix socket stands aside until `publish`, so that several endpoints replace others together.
   * @throws {EndpointError} that says why it can't be opened
   */
  bind(where: ListenOptions, protocol: Protocol<Fault>): Promise<BoundListener>;
  /** Closes all endpoints, as `Listener.close` does. */
  drain(withinMs: number): Promise<void>;
}

/** What a server is given. */
export type NetServerOptions<Fault extends string> = Omit<
  ListenerOptions<Fault>,
  'admission' | 'refusals' | 'turns' | 'backlog'
>;

const SWEEP_MS = 1000;

/** Creates a server; it listens nowhere yet. */
export function createNetServer<Fault extends string>(
  given: NetServerOptions<Fault>,
): NetServer<Fault> {
  const admission = createAdmission(given.limits);
  const refusals = createRefusals(given.clock, given.log);
  const shared = { admission, refusals, turns: createTurns(), backlog: { waiting: 0 } };
  const options = { ...given, ...shared };
  const listeners = new Set<SweptListener>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = (): void => {
    for (const listener of listeners) listener.sweep();
    refusals.sweep();
  };
  const forget = (listener: SweptListener): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const close = async (listener: SweptListener, withinMs: number): Promise<void> => {
    await listener.close(withinMs);
    forget(listener);
  };
  const bind: NetServer<Fault>['bind'] = async (where, protocol) => {
    const listener = await bindListener(where, protocol, options);
    listeners.add(listener);
    timer ??= setInterval(sweep, SWEEP_MS).unref();
    return {
      endpoint: listener.endpoint,
      publish: () => listener.publish(),
      close: (withinMs) => close(listener, withinMs),
      setTls: (tls) => listener.setTls(tls),
    };
  };
  return {
    listen: async (where, protocol) => {
      const listener = await bind(where, protocol);
      try {
        await listener.publish();
      } catch (error) {
        await listener.close(0);
        throw error;
      }
      return listener;
    },
    bind,
    drain: async (withinMs) => {
      await Promise.all([...listeners].map((listener) => close(listener, withinMs)));
    },
  };
}
