import { type Instance, type InstanceOptions, startInstance } from '../instance.ts';
import { until } from '../until.ts';

const PATIENCE_MS = 20_000;

/**
 * Starts a daemon of a fleet that has reached the engine. A start waits for the engine for a moment only: on a busy machine
 * the daemon may answer before, and then knows what it was told itself.
 */
export async function startMember(options: InstanceOptions): Promise<Instance> {
  const instance = await startInstance(options);
  const isUp = async () => (await instance.command('fleet', {})).fleet?.isUp === true;
  if (!(await until(isUp, PATIENCE_MS))) throw new Error('it does not reach the engine');
  return instance;
}
