import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART, helm } from '../kubernetes/chart.ts';

/** A container, as far as these tests look into it; all else is compared as it stands. */
export interface Container {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly volumeMounts: readonly Mount[];
}

/** Where a container sees a volume. */
export interface Mount {
  readonly name: string;
  readonly mountPath: string;
}

/** A Pod's `spec`. */
export interface PodSpec {
  readonly securityContext?: object;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
}

/** What Helm rendered. */
export interface Rendered {
  /** Kind and name of each object: `ConfigMap/idpmap`. */
  readonly names: readonly string[];
  /** The Pod of the only workload. */
  readonly pod: PodSpec;
  /** What the ConfigMaps hold, by `NAME/KEY`. */
  readonly files: ReadonlyMap<string, string>;
}

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
  readonly data?: Readonly<Record<string, string>>;
}

/** The directory of the values for other charts. */
const EMBED = join(CHART, 'embed');

/**
 * Renders a chart as a release of this name.
 * @throws {Error} where Helm fails, with what it printed
 */
export async function render(
  release: string,
  chart: string,
  options: readonly string[],
): Promise<Rendered> {
  const text = await helm(['template', release, chart, ...options]);
  const documents = parseAllDocuments(text)
    .map((document): Document | null => document.toJS())
    .filter((document) => document !== null);
  const pods = documents.flatMap(({ spec }) => spec?.template?.spec ?? []);
  return {
    names: documents.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    pod: pods[0] ?? NO_POD,
    files: new Map(documents.flatMap(filesOf)),
  };
}

const NO_POD: PodSpec = { initContainers: [], containers: [], volumes: [] };

const filesOf = ({
  kind,
  metadata,
  data = {},
}: Document): readonly (readonly [string, string])[] =>
  kind === 'ConfigMap'
    ? Object.entries(data).map(([key, text]) => [`${metadata.name}/${key}`, text])
    : [];

/**
 * Renders idpmap's own chart with a Postfix beside it, with these options and as a release of this name: what others
 * embed is the same.
 */
export const renderOwn = (release: string, options: readonly string[]): Promise<Rendered> =>
  render(release, CHART, [
    ...options,
    '--set',
    'mode=sidecar,postfix.image.repository=postfix,postfix.image.tag=3.7',
  ]);

/** Of a Pod's volumes, those that the container sees. */
export const volumesOf = ({ volumes }: PodSpec, { volumeMounts }: Container) =>
  volumes.filter(({ name }) => volumeMounts.some((mount) => mount.name === name));

/** Renders a chart of ours that takes the values for the chart of this name where that one does. */
export const renderShape = (name: string): Promise<Rendered> =>
  render('mail', join(import.meta.dirname, name), valuesFor(name));

/** Options of Helm that give a chart the values for the chart of this name. */
export const valuesFor = (name: string): readonly string[] => [
  '--values',
  join(EMBED, `${name}-values.yaml`),
];

/** Lines of main.cf, from files in its syntax and from variables `POSTFIX_…`; those too that are commented out. */
export const mainCfLines = ({ files }: Rendered): readonly string[] =>
  [...files].flatMap(([name, text]) => {
    const parameter = /\/POSTFIX_(\w+)$/.exec(name)?.[1];
    if (parameter !== undefined) return [`${parameter} = ${text}`];
    return name.endsWith('.cf') ? text.trim().split('\n') : [];
  });
