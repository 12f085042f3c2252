import type { ContainerSpec, PodSpec } from './pod-spec.ts';

/** A directory of this machine in a container. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** Translates a container, its mounts resolved, into the parameters of `podman run` behind those of the Pod. */
export function formatContainer(
  container: ContainerSpec,
  pod: PodSpec,
  mounts: readonly Mount[],
): readonly string[] {
  const [entrypoint, ...parameters] = container.command ?? [];
  return [
    '--pull=never',
    '--restart=no',
    ...formatSecurity(container, pod),
    ...formatMemory(container),
    ...container.env.map(({ name, value }) => `--env=${name}=${value}`),
    ...mounts.map(({ source, target, readOnly }) => formatMount(source, target, readOnly)),
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    container.image,
    ...parameters,
    ...(container.args ?? []),
  ];
}

const formatMount = (source: string, target: string, readOnly: boolean): string =>
  `--volume=${source}:${target}:${readOnly ? 'ro' : 'rw'}`;

/** Every process of a Pod is a member of `fsGroup`. */
function formatSecurity({ securityContext = {} }: ContainerSpec, pod: PodSpec): readonly string[] {
  const { runAsUser, runAsGroup = 0, capabilities = {} } = securityContext;
  const fsGroup = pod.securityContext?.fsGroup;
  const lower = (names: readonly string[] = []) => names.map((name) => name.toLowerCase());
  return [
    ...(runAsUser === undefined ? [] : [`--user=${runAsUser}:${runAsGroup}`]),
    ...(fsGroup === undefined ? [] : [`--group-add=${fsGroup}`]),
    ...lower(capabilities.drop).map((name) => `--cap-drop=${name}`),
    ...lower(capabilities.add).map((name) => `--cap-add=${name}`),
    ...formatLocks(securityContext),
  ];
}

/** Podman's own temporary file systems over a read-only root are not there under a kubelet. */
const formatLocks = (context: NonNullable<ContainerSpec['securityContext']>): readonly string[] => [
  ...(context.readOnlyRootFilesystem === true ? ['--read-only', '--read-only-tmpfs=false'] : []),
  ...(context.allowPrivilegeEscalation === false ? ['--security-opt=no-new-privileges'] : []),
];

/** Podman writes `256m` where Kubernetes writes `256Mi`. There is no swap under a kubelet. */
function formatMemory({ resources }: ContainerSpec): readonly string[] {
  const limit = /^(?<count>\d+)(?<unit>[MG])i$/.exec(resources?.limits?.memory ?? '')?.groups;
  if (limit === undefined) return [];
  const memory = `${limit['count']}${limit['unit']?.toLowerCase()}`;
  return [`--memory=${memory}`, `--memory-swap=${memory}`];
}
