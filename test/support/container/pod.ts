import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { podman } from './engine.ts';
import { formatContainer } from './pod-arguments.ts';
import { enterNetwork, type PodNetwork } from './pod-network.ts';
import type { ContainerSpec, Manifest, PodSpec } from './pod-spec.ts';
import { makeVolumes, type Volumes } from './pod-volumes.ts';

/**
 * A Pod as it would run under a kubelet: podman has the containers, this has the order in which they start and stop, the
 * probes of the start, the volumes and `fsGroup`. Its network is a loopback of its own. Liveness and readiness are not
 * asked, and what has ended is started again only by the test, so that it can look in between.
 */
export interface Pod {
  readonly volumes: Volumes;
  /** A port of this machine's loopback that leads to the Pod's port; see {@link PodNetwork.forward}. */
  forward(port: number): Promise<number>;
  /** What a container has written since it was last started. */
  log(container: string): string;
  /** Runs a command in a container, gives its output. */
  exec(container: string, ...command: readonly string[]): Promise<string>;
  /** The process id of a container's first process, as this machine counts. */
  pid(container: string): Promise<number>;
  /** Ends a container with SIGKILL and waits until it is gone. */
  kill(container: string): Promise<void>;
  /** Runs a container anew, on the volumes as they are, and waits for its startup probe. */
  start(container: string): Promise<void>;
  /**
   * Ends the Pod as a kubelet does: SIGTERM to all containers at once, then to native sidecars, the last first. Gives
   * each one's exit code, 137 for one that was killed at the end of the grace period.
   */
  shutDown(): Promise<ReadonlyMap<string, number>>;
  /** Removes the Pod and its volumes, in whatever state it is. */
  remove(): Promise<void>;
}

/** Starts a Pod and waits for the startup probes of all its containers. A former Pod of this name is removed. */
export async function startPod(name: string, manifest: Manifest): Promise<Pod> {
  await using resources = new AsyncDisposableStack();
  const directory = await makeTemporaryDirectory(name);
  resources.defer(() => directory.remove());
  await removePod(name);
  await podman('pod', 'create', '--name', name, '--network=none', '--share=net,ipc,uts');
  resources.defer(() => removePod(name));
  await podman('pod', 'start', name);
  const network = enterNetwork(await pidOfPod(name));
  resources.defer(() => network.close());
  const volumes = await makeVolumes(join(directory.path, 'volumes'), manifest);
  const place = { name, pod: manifest.pod, volumes, network, logs: directory.path };
  await startAll(place);

  const owned = resources.move();
  return {
    volumes,
    forward: (port) => network.forward(port),
    log: (container) => readLog(logFile(place, container)),
    exec: (container, ...command) => podman('exec', `${name}-${container}`, ...command),
    pid: (container) => pidOf(`${name}-${container}`),
    kill: async (container) => {
      await podman('kill', '--signal=KILL', `${name}-${container}`);
      await podman('wait', `${name}-${container}`);
    },
    start: async (one) => {
      const container = find(manifest.pod, one);
      await run(place, container);
      await waitForStart(place, container);
    },
    shutDown: () => shutDown(place),
    remove: () => owned.disposeAsync(),
  };
}

/** What all parts of a Pod's life need. */
interface Place {
  readonly name: string;
  readonly pod: PodSpec;
  readonly volumes: Volumes;
  readonly network: PodNetwork;
  readonly logs: string;
}

function find({ initContainers, containers }: PodSpec, name: string): ContainerSpec {
  const container = [...initContainers, ...containers].find((one) => one.name === name);
  if (container === undefined) throw new Error(`the Pod has no container ${name}`);
  return container;
}

const isSidecar = (container: ContainerSpec): boolean => container.restartPolicy === 'Always';

/**
 * An init container waits for the end of the one before, or for its start where that is a native sidecar; the others wait
 * for all of these, and not for each other.
 */
async function startAll(place: Place): Promise<void> {
  const { initContainers, containers } = place.pod;
  for (const container of initContainers) {
    await run(place, container);
    await (isSidecar(container) ? waitForStart : waitForSuccess)(place, container);
  }
  for (const container of containers) await run(place, container);
  for (const container of containers) await waitForStart(place, container);
}

/** Makes a container and starts it. A kubelet never starts one again: it makes another. */
async function run(place: Place, container: ContainerSpec): Promise<void> {
  const { name, pod, volumes } = place;
  const id = `${name}-${container.name}`;
  const mounts = await Promise.all(
    container.volumeMounts.map(async ({ name: volume, subPath, mountPath, readOnly }) => ({
      source: await volumes.path(volume, subPath),
      target: mountPath,
      readOnly,
    })),
  );
  await podman('rm', '--force', '--ignore', id);
  const log = ['--log-driver=k8s-file', `--log-opt=path=${logFile(place, container.name)}`];
  const parameters = formatContainer(container, pod, mounts);
  await podman('run', '--detach', `--pod=${name}`, `--name=${id}`, ...log, ...parameters);
}

async function waitForSuccess(place: Place, { name }: ContainerSpec): Promise<void> {
  const code = await podman('wait', `${place.name}-${name}`);
  if (code === '0') return;
  throw new Error(`init container ${name} ended with ${code}\n${readLog(logFile(place, name))}`);
}

async function waitForStart(place: Place, container: ContainerSpec): Promise<void> {
  const { name, startupProbe: probe } = container;
  if (probe === undefined) return;
  const port = await place.network.forward(probe.httpGet.port);
  const url = `http://127.0.0.1:${port}${probe.httpGet.path}`;
  const isUp = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  const limitMs = probe.periodSeconds * probe.failureThreshold * 1000;
  if (await until(isUp, limitMs)) return;
  const log = readLog(logFile(place, name));
  throw new Error(`${name} does not start within ${limitMs} ms\n${log}`);
}

/** A native sidecar has what the others left of the grace period, and two seconds at least. */
async function shutDown(place: Place): Promise<ReadonlyMap<string, number>> {
  const { name, pod } = place;
  const codes = new Map<string, number>();
  const graceMs = pod.terminationGracePeriodSeconds * 1000;
  const begin = performance.now();
  const end = async (container: ContainerSpec): Promise<void> => {
    const leftMs = Math.max(2000, graceMs - (performance.now() - begin));
    const id = `${name}-${container.name}`;
    await podman('stop', `--time=${Math.round(leftMs / 1000)}`, id);
    codes.set(container.name, Number(await inspect(id, '{{.State.ExitCode}}')));
  };
  await Promise.all(pod.containers.map(end));
  for (const sidecar of pod.initContainers.filter(isSidecar).toReversed()) await end(sidecar);
  return codes;
}

const logFile = ({ logs }: Place, container: string): string => join(logs, `${container}.log`);

/** Each line has its time and its stream before it. */
function readLog(file: string): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').replaceAll(/^\S+ (?:stdout|stderr) [FP] /gm, '');
}

const inspect = (id: string, format: string): Promise<string> =>
  podman('inspect', '--type=container', `--format=${format}`, id);

const pidOf = async (id: string): Promise<number> => Number(await inspect(id, '{{.State.Pid}}'));

async function pidOfPod(name: string): Promise<number> {
  return pidOf(await podman('pod', 'inspect', '--format={{.InfraContainerID}}', name));
}

async function removePod(name: string): Promise<void> {
  await podman('pod', 'rm', '--force', '--ignore', '--time=0', name);
}
