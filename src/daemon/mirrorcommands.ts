import type { Handlers } from '../control/protocol.ts';
import type { Served } from './served.ts';

type Serving = ReadonlyMap<string, Pick<Served, 'mirror'>>;

/** Makes what the control socket offers of mirrors. */
export const mirrorHandlers = (
  served: () => Serving,
): Pick<Handlers, 'mirrors' | 'mirrorSync' | 'mirrorDiff'> => ({
  mirrors: async ({ directory }) => {
    if (directory !== undefined) mirrorOf(served(), directory);
    const told = [...served()].flatMap(([name, { mirror }]) =>
      mirror === undefined || (directory ?? name) !== name
        ? []
        : [[name, mirror.status()] as const],
    );
    return { mirrors: Object.fromEntries(told) };
  },
  mirrorSync: async ({ directory, isAwaited }) => {
    const listed = mirrorOf(served(), directory).sync();
    // What fails then is told by the log and the status.
    if (isAwaited) await listed;
    else listed.catch(() => {});
    return {};
  },
  mirrorDiff: async ({ directory }) => mirrorOf(served(), directory).diff(),
});

/**
 * The mirror of a directory.
 * @throws {Error} where there is none
 */
function mirrorOf(served: Serving, name: string): NonNullable<Served['mirror']> {
  const one = served.get(name);
  const known = [...served].filter(([, { mirror }]) => mirror !== undefined).map(([each]) => each);
  const others = known.length === 0 ? 'no directory has one' : `${known.join(', ')} has one`;
  if (one === undefined) throw new Error(`there is no directory ${name}: ${others}`);
  if (one.mirror === undefined) throw new Error(`the directory ${name} has no mirror: ${others}`);
  return one.mirror;
}
