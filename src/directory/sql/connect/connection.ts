import type { Pooled } from '../../connections/pool.ts';
import type { Fault } from '../../directory.ts';
import { type Engine, Lost, Overrun, type Row, type Session } from '../engine.ts';

/** One connection to a database. Dead for ever once it is closed. */
export interface SqlConnection extends Pooled {
  /**
   * Runs a statement; several may be under way, they are answered in order.
   * @throws {Fault} what it means that it failed
   */
  run(text: string, values: readonly string[]): Promise<readonly Row[]>;
  /** Looks whether what is absent there is absent; gives what was looked at. */
  believe(): Promise<readonly string[]>;
  /** Ends it, for a reason. */
  kill(reason: Fault): void;
}

export interface ConnectionOptions<Host> {
  readonly engine: Engine<Host>;
  readonly host: Host;
  /** So long nothing may come back while statements are under way; then it is ended, for the server goes on working. */
  readonly silenceMs: number;
}

/** Makes a connection of an engine's session. */
export function createConnection<Host>(
  session: Session,
  { engine, host, silenceMs }: ConnectionOptions<Host>,
): SqlConnection {
  const server = engine.name(host);
  const spent = Promise.withResolvers<void>();
  const underWay = new Set<(reason: Fault) => void>();
  let death: Fault | undefined;
  let timer: NodeJS.Timeout | undefined;

  const kill = (reason: Fault): void => {
    if (death !== undefined) return;
    death = reason;
    clearTimeout(timer);
    session.destroy();
    const [first, ...behind] = underWay;
    first?.(reason);
    // Statements are answered in order: whoever waited behind a slow one may be answered elsewhere.
    const lost = reason instanceof Lost ? reason : new Lost(reason.message, { cause: reason });
    for (const reject of behind) reject(lost);
    spent.resolve();
  };
  void session.ended.then((why) => kill(new Lost(`${server}: ${why}`)));

  const giveUp = (): void => {
    if (underWay.size === 0) return;
    kill(
      new Overrun(
        `${server}: no answer in ${silenceMs} ms: is it overloaded, or is an index missing?`,
      ),
    );
  };

  /** Each answer shows that it lives; the next statement has its time from then on. */
  const watch = (): void => {
    if (underWay.size === 0 || death !== undefined) return;
    if (timer === undefined) timer = setTimeout(giveUp, silenceMs).unref();
    else timer.refresh();
  };

  /** Waits for something that is under way, as long as the connection lives. */
  const during = async <T>(task: () => Promise<T>): Promise<T> => {
    if (death !== undefined) throw death;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    underWay.add(reject);
    if (underWay.size === 1) watch();
    try {
      task().then(resolve, reject);
      return await promise;
    } catch (error) {
      const fault = engine.faultOf(error, server);
      if (fault instanceof Lost) kill(fault);
      throw fault;
    } finally {
      underWay.delete(reject);
      watch();
    }
  };

  return {
    server,
    run: (text, values) => during(() => session.run(text, values)),
    kill,
    get load() {
      return underWay.size;
    },
    get death() {
      return death;
    },
    isStuck: false,
    spent: spent.promise,
    believe: () => during(() => session.believe()),
    close: () => kill(new Lost(`${server}: the connection was closed`)),
  };
}
