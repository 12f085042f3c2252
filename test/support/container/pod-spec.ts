import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** Files by name, as a ConfigMap or a Secret holds them. */
export type Files = Readonly<Record<string, string>>;

/** What `helm template` rendered, as far as a kubelet minds it. */
export interface Manifest {
  /** The Pod of the only workload, with a volume for each claim of a StatefulSet. */
  readonly pod: PodSpec;
  readonly configMaps: Readonly<Record<string, Files>>;
  readonly secrets: Readonly<Record<string, Files>>;
}

const probeSchema = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.int() }),
  periodSeconds: z.int().default(10),
  failureThreshold: z.int().default(3),
});

const capabilitiesSchema = z.strictObject({
  drop: z.array(z.string()).exactOptional(),
  add: z.array(z.string()).exactOptional(),
});

const securitySchema = z.strictObject({
  runAsNonRoot: z.boolean().exactOptional(),
  runAsUser: z.int().exactOptional(),
  runAsGroup: z.int().exactOptional(),
  readOnlyRootFilesystem: z.boolean().exactOptional(),
  allowPrivilegeEscalation: z.boolean().exactOptional(),
  capabilities: capabilitiesSchema.exactOptional(),
  seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }).exactOptional(),
});

const mountSchema = z.strictObject({
  name: z.string(),
  mountPath: z.string(),
  readOnly: z.boolean().default(false),
  subPath: z.string().exactOptional(),
});

const limitsSchema = z.looseObject({ memory: z.string().exactOptional() });

const containerSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: z.string().exactOptional(),
  restartPolicy: z.literal('Always').exactOptional(),
  command: z.array(z.string()).exactOptional(),
  args: z.array(z.string()).exactOptional(),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  ports: z.array(z.unknown()).exactOptional(),
  resources: z.looseObject({ limits: limitsSchema.exactOptional() }).exactOptional(),
  securityContext: securitySchema.exactOptional(),
  volumeMounts: z.array(mountSchema).default([]),
  startupProbe: probeSchema.exactOptional(),
  livenessProbe: z.unknown().exactOptional(),
  readinessProbe: z.unknown().exactOptional(),
});

const shownSchema = z.strictObject({
  defaultMode: z.int().exactOptional(),
  items: z.array(z.strictObject({ key: z.string(), path: z.string() })).exactOptional(),
});

const volumeSchema = z.strictObject({
  name: z.string(),
  emptyDir: z.looseObject({}).exactOptional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).exactOptional(),
  configMap: shownSchema.extend({ name: z.string() }).exactOptional(),
  secret: shownSchema.extend({ secretName: z.string() }).exactOptional(),
});

const podSecuritySchema = securitySchema.pick({ runAsNonRoot: true, seccompProfile: true }).extend({
  fsGroup: z.int().exactOptional(),
  fsGroupChangePolicy: z.enum(['Always', 'OnRootMismatch']).exactOptional(),
});

/** Fields that change what runs are imitated or an error; those for the scheduler and the API server are left out. */
const podSchema = z.object({
  containers: z.array(containerSchema),
  initContainers: z.array(containerSchema).default([]),
  volumes: z.array(volumeSchema).default([]),
  securityContext: podSecuritySchema.exactOptional(),
  terminationGracePeriodSeconds: z.int().default(30),
});

/** A Pod as far as it is imitated. */
export type PodSpec = z.infer<typeof podSchema>;
/** One of its containers. */
export type ContainerSpec = z.infer<typeof containerSchema>;
/** One of its volumes. */
export type VolumeSpec = z.infer<typeof volumeSchema>;

const filesSchema = z.object({
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});

const workloadSchema = z.object({
  spec: z.object({
    template: z.object({ spec: podSchema }),
    volumeClaimTemplates: z
      .array(z.object({ metadata: z.object({ name: z.string() }) }))
      .default([]),
  }),
});

/**
 * Reads rendered YAML that has exactly one Deployment, StatefulSet or DaemonSet. Secrets are written
 * with `stringData`.
 * @throws {Error} where there is another number of workloads, or a field of the Pod that is not imitated
 */
export function readManifest(text: string): Manifest {
  const objects = parseAllDocuments(text)
    .map((document) => kindSchema.safeParse(document.toJS()))
    .flatMap(({ data }) => (data === undefined ? [] : [data]));
  const ofKind = (...kinds: readonly string[]) =>
    objects.filter(({ kind }) => kinds.includes(kind));
  const workloads = ofKind('Deployment', 'StatefulSet', 'DaemonSet');
  const [workload] = workloads;
  if (workload === undefined || workloads.length > 1)
    throw new Error(`the manifest has ${workloads.length} workloads in place of one`);
  const { data, error } = workloadSchema.safeParse(workload);
  if (error) throw new Error(`this Pod can't be imitated:\n${z.prettifyError(error)}`);
  const { template, volumeClaimTemplates } = data.spec;
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  return {
    pod: { ...template.spec, volumes: [...template.spec.volumes, ...claimed] },
    configMaps: collectFiles(ofKind('ConfigMap')),
    secrets: collectFiles(ofKind('Secret')),
  };
}

const kindSchema = z.looseObject({ kind: z.string() });

function collectFiles(objects: readonly unknown[]): Readonly<Record<string, Files>> {
  const read = objects.map((object) => filesSchema.parse(object));
  return Object.fromEntries(
    read.map(({ metadata, data, stringData }) => [metadata.name, { ...data, ...stringData }]),
  );
}
