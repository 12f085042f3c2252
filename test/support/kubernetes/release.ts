import { onTestFinished } from 'vitest';
import type { KubernetesApi, KubernetesObject } from './api.ts';
import type { ApiServer } from './apiserver.ts';
import { CHART, helm, objectsIn } from './chart.ts';

/** The release `mail` of the chart, in a namespace of its own. */
export interface Release {
  /** Installs it with these options of Helm; gives what Helm printed. */
  install(options: readonly string[]): Promise<string>;
  /** Upgrades it, to another chart where `chart` names its directory. */
  upgrade(options: readonly string[], chart?: string): Promise<string>;
  uninstall(): Promise<string>;
  /** Its objects as Helm sent them, and where the API has each of them. */
  objects(): Promise<readonly SentObject[]>;
}

/** An object of a release. */
export interface SentObject extends KubernetesObject {
  readonly path: string;
}

/** Where the API has the objects of a kind: what is before `/namespaces`, and what they are called there. */
const COLLECTIONS: Readonly<Record<string, readonly [string, string]>> = {
  ConfigMap: ['/api/v1', 'configmaps'],
  PersistentVolumeClaim: ['/api/v1', 'persistentvolumeclaims'],
  Pod: ['/api/v1', 'pods'],
  Secret: ['/api/v1', 'secrets'],
  Service: ['/api/v1', 'services'],
  ServiceAccount: ['/api/v1', 'serviceaccounts'],
  DaemonSet: ['/apis/apps/v1', 'daemonsets'],
  Deployment: ['/apis/apps/v1', 'deployments'],
  StatefulSet: ['/apis/apps/v1', 'statefulsets'],
  HorizontalPodAutoscaler: ['/apis/autoscaling/v2', 'horizontalpodautoscalers'],
  NetworkPolicy: ['/apis/networking.k8s.io/v1', 'networkpolicies'],
  PodDisruptionBudget: ['/apis/policy/v1', 'poddisruptionbudgets'],
  PodMonitor: ['/apis/monitoring.coreos.com/v1', 'podmonitors'],
  PrometheusRule: ['/apis/monitoring.coreos.com/v1', 'prometheusrules'],
  ServiceMonitor: ['/apis/monitoring.coreos.com/v1', 'servicemonitors'],
};

/** The API's path of the objects of a kind in a namespace. */
export function collectionOf(kind: string, namespace: string): string {
  const place = COLLECTIONS[kind];
  if (place === undefined) throw new Error(`add to release.ts where the API has ${kind}`);
  const [api, plural] = place;
  return `${api}/namespaces/${namespace}/${plural}`;
}

/** Makes the namespace in which a release can then be installed. The release goes, at the latest, with its test. */
export async function makeRelease(server: ApiServer, namespace: string): Promise<Release> {
  await server.createNamespace(namespace);
  const run = (parameters: readonly string[]) =>
    helm([...parameters, '--namespace', namespace], server.kubeconfig);
  onTestFinished(async () => {
    await run(['uninstall', 'mail', '--ignore-not-found']);
  });
  return {
    install: (options) => run(['install', 'mail', CHART, ...options]),
    upgrade: (options, chart = CHART) => run(['upgrade', 'mail', chart, ...options]),
    uninstall: () => run(['uninstall', 'mail']),
    objects: async () =>
      objectsIn(await run(['get', 'manifest', 'mail'])).map((object) => {
        const { name, namespace: own = namespace } = object.metadata;
        return { ...object, path: `${collectionOf(object.kind, own)}/${name}` };
      }),
  };
}

/** How often what an object asks for has changed. A controller makes new Pods after that only. */
export async function generationOf(api: KubernetesApi, path: string): Promise<unknown> {
  const { status, text } = await api.ask('GET', path);
  if (status !== 200) throw new Error(`${path}: ${text}`);
  return JSON.parse(text).metadata.generation;
}
