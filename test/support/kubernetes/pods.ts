import type { KubernetesObject } from './api.ts';

/** A Deployment, a StatefulSet or a DaemonSet, as far as tests look at it. */
export interface Workload extends KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

/** What runs in a Pod. */
export interface PodSpec {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
}

/** One of a Pod's containers. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: string;
}

/** A Pod that no controller made. */
export interface Pod extends KubernetesObject {
  readonly spec: PodSpec;
}

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** The one workload among these objects. */
export function workloadIn(objects: readonly KubernetesObject[]): Workload {
  const [workload, ...more] = objects.filter(isWorkload);
  if (workload === undefined || more.length > 0)
    throw new Error(`not one workload but ${more.length + (workload === undefined ? 0 : 1)}`);
  return workload;
}

/** Whether an object makes Pods. */
export function isWorkload(object: KubernetesObject): object is Workload {
  return KINDS.includes(object.kind);
}

/** The Pod that a workload's controller would make; volumes that it would claim are empty ones. */
export function podOf(workload: Workload, name: string): Pod {
  const { template, volumeClaimTemplates = [] } = workload.spec;
  const claimed = volumeClaimTemplates.map(({ metadata }) => ({
    name: metadata.name,
    emptyDir: {},
  }));
  const volumes = [...(template.spec.volumes ?? []), ...claimed];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name },
    spec: { ...template.spec, volumes },
  };
}
