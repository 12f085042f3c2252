import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import { CHART, helm } from '../kubernetes/chart.ts';
import type { MainCf } from '../postfix/config.ts';
import { connectSmtp } from '../postfix/smtp.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { productImage } from './images.ts';
import { type Pod, startPod } from './pod.ts';
import { type Manifest, readManifest } from './pod-spec.ts';
import { type PostfixImage, postfixImage } from './postfix-image.ts';

/** The Pod of the chart's mode `sidecar`, with a Postfix that has the lines that the chart's notes give. */
export interface MailPod extends Pod {
  /** Leads to Postfix. */
  readonly smtpPort: number;
  /** The ConfigMap of idpmap's configuration, as the chart rendered it. */
  readonly configuration: {
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
  };
}

/** What differs from one Pod to the next. */
export interface MailPodOptions {
  /** Names the Pod and its release. */
  readonly name: string;
  /** Values of the chart, beside the images. */
  readonly values: Values;
  /**
   * Whose the socket is: that of `postfix` by fsGroup, or because idpmap runs with it (`own`), that of nobody in Postfix's
   * image, or everybody's.
   */
  readonly group: 'postfix' | 'own' | 'strange' | 'none';
  /** Lines of main.cf over the notes'. */
  readonly mainCf?: MainCf;
  /** For how many seconds Postfix goes on taking mail after SIGTERM; absent: it ends at once. */
  readonly stopAfter?: number;
  /** The token of HTTP, in a Secret of the name `token`. */
  readonly token?: string;
}

/** Values of the chart, by their names at the top. */
export type Values = Readonly<Record<string, unknown>>;

const START_LIMIT_MS = 20_000;
/** A group that is no process's. */
const STRANGE_GID = 54_321;

/** Renders the chart, starts its Pod, and waits until Postfix greets and idpmap has read its people. */
export async function startMailPod(options: MailPodOptions): Promise<MailPod> {
  const values = { ...options.values, ...(await describeImages(options)) };
  const { manifest, mainCf } = await render(options, values);
  const pod = await startPod(options.name, configurePostfix(manifest, mainCf, options));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => pod.remove());
  const smtpPort = await pod.forward(25);
  const greets = () =>
    connectSmtp(smtpPort).then(
      (client) => client.quit().then(() => true),
      () => false,
    );
  const isReady = async () => pod.log('idpmap').includes(' loaded') && (await greets());
  if (!(await until(isReady, START_LIMIT_MS)))
    throw new Error(`no mail is taken\n${pod.log('idpmap')}\n${pod.log('postfix')}`);
  resources.move();
  const [configuration] = Object.entries(manifest.configMaps);
  if (configuration === undefined) throw new Error('the chart rendered no ConfigMap');
  const [name, files] = configuration;
  return { ...pod, smtpPort, configuration: { name, files } };
}

async function describeImages({ group }: MailPodOptions): Promise<Values> {
  const { product, postfix } = await findImages();
  return {
    image: describeImage(product),
    postfix: { image: describeImage(postfix.tag), gid: GIDS[group](postfix) },
    ...(group === 'own' && {
      securityContext: { runAsGroup: postfix.gid },
      socket: { mode: '0660' },
    }),
  };
}

interface Images {
  readonly product: string;
  readonly postfix: PostfixImage;
}

let found: Promise<Images> | undefined;

/** Looks once a process, so that all Pods of a test run the same. */
function findImages(): Promise<Images> {
  found ??= (async () => ({ product: await productImage(), postfix: await postfixImage() }))();
  return found;
}

const GIDS: Readonly<Record<MailPodOptions['group'], (image: PostfixImage) => number | null>> = {
  postfix: ({ gid }) => gid,
  own: () => null,
  strange: () => STRANGE_GID,
  none: () => null,
};

/** `localhost/idpmap/postfix:dev` as the chart has it. */
function describeImage(reference: string): Values {
  const { registry, repository, tag } =
    /^(?<registry>[^/]+)\/(?<repository>.+):(?<tag>.+)$/.exec(reference)?.groups ?? {};
  return { registry, repository, tag };
}

const releaseSchema = z.object({
  manifest: z.string(),
  info: z.object({ notes: z.string() }),
});

/** `helm install` as a dry run, which alone gives the notes too. */
async function render(
  { name, token }: MailPodOptions,
  values: Values,
): Promise<{ readonly manifest: Manifest; readonly mainCf: MainCf }> {
  const directory = await makeTemporaryDirectory('idpmap-values');
  try {
    const file = `${directory.path}/values.yaml`;
    await writeFile(file, stringify(values));
    const options = ['--dry-run=client', '--output=json', '--values', file];
    const printed = await helm(['install', name, CHART, ...options]);
    const { manifest, info } = releaseSchema.parse(JSON.parse(printed));
    const secret = stringify({
      kind: 'Secret',
      metadata: { name: 'token' },
      stringData: { token: token ?? '' },
    });
    return {
      manifest: readManifest(`${manifest}\n---\n${secret}`),
      mainCf: readMainCf(info.notes),
    };
  } finally {
    await directory.remove();
  }
}

/** The lines of main.cf among the notes. */
function readMainCf(notes: string): MainCf {
  const lines = [...notes.matchAll(/^ *(?<name>[a-z_]+) =[ \t]*(?<value>.*)$/gm)];
  return Object.fromEntries(lines.map(({ groups }) => [groups?.['name'], groups?.['value']]));
}

/** Says in the environment of Postfix's container what its image minds. */
function configurePostfix(
  manifest: Manifest,
  notes: MainCf,
  { mainCf = {}, stopAfter = 0 }: MailPodOptions,
): Manifest {
  const lines = Object.entries({ ...notes, ...mainCf }).map(
    ([name, value]) => `${name} = ${value}`,
  );
  const env = [
    { name: 'MAIN_CF', value: lines.join('\n') },
    { name: 'STOP_AFTER', value: String(stopAfter) },
  ];
  const containers = manifest.pod.containers.map((container) =>
    container.name === 'postfix' ? { ...container, env: [...container.env, ...env] } : container,
  );
  return { ...manifest, pod: { ...manifest.pod, containers } };
}
