import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findFreePorts } from '../loopback.ts';
import { type RunningProcess, startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { toolPath } from '../tools/tools.ts';
import { until } from '../until.ts';
import { createApi, type KubernetesApi } from './api.ts';

/**
 * A real kube-apiserver with its etcd on 127.0.0.1: it checks, admits and keeps objects, and nothing runs them. It ends,
 * at the latest, with this process.
 */
export interface ApiServer extends KubernetesApi {
  /** The path of a kubeconfig file for its administrator. */
  readonly kubeconfig: string;
  /** Ends both and removes their files. */
  stop(): Promise<void>;
}

/** How long a test's hook should allow for a start; it takes a dozen seconds. */
export const API_SERVER_START_MS = 120_000;

const START_MS = 90_000;
const TOKEN = 'administrator';
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };

/** What namespaces enforce that say nothing of their own: everything may run in them. */
const ADMISSION = {
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'AdmissionConfiguration',
  plugins: [
    {
      name: 'PodSecurity',
      configuration: {
        apiVersion: 'pod-security.admission.config.k8s.io/v1',
        kind: 'PodSecurityConfiguration',
        defaults: { enforce: 'privileged', 'enforce-version': 'latest' },
      },
    },
  ],
};

/** Starts one, and waits until it is ready. Where that fails, nothing is left of it. */
export async function startApiServer(): Promise<ApiServer> {
  const place = await makeTemporaryDirectory('idpmap-kubernetes');
  const running: RunningProcess[] = [];
  const stop = async () => {
    // Etcd, which was first, goes last.
    for (const server of running.toReversed()) await server.stop();
    await place.remove();
  };
  try {
    const [etcdPort = 0, peerPort = 0, port = 0] = await findFreePorts(3);
    await layOut(place.path);
    const options = { cwd: place.path, env: ENVIRONMENT };
    running.push(startProcess('etcd', etcdParameters(etcdPort, peerPort), options));
    running.push(startProcess(toolPath('kube-apiserver'), apiParameters(port, etcdPort), options));
    const url = `https://127.0.0.1:${port}`;
    const ca = await untilReady(url, join(place.path, 'pki/apiserver.crt'), running);
    const kubeconfig = join(place.path, 'kubeconfig');
    await writeFile(kubeconfig, stringify(kubeconfigFor(url, ca)));
    return { ...createApi(url, TOKEN, ca), kubeconfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function layOut(place: string): Promise<void> {
  await mkdir(join(place, 'pki'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'sec1', format: 'pem' });
  await writeFile(join(place, 'pki/accounts.key'), key, { mode: 0o600 });
  await writeFile(join(place, 'tokens.csv'), `${TOKEN},admin,admin,"system:masters"\n`);
  await writeFile(join(place, 'admission.yaml'), stringify(ADMISSION));
}

function etcdParameters(port: number, peerPort: number): readonly string[] {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  return [
    '--data-dir=etcd',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
  ];
}

function apiParameters(port: number, etcdPort: number): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--cert-dir=pki',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-account-key-file=pki/accounts.key',
    '--service-account-signing-key-file=pki/accounts.key',
    '--token-auth-file=tokens.csv',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--admission-control-config-file=admission.yaml',
    // It refuses Pods until a controller, which does not run here, has made the namespace's account.
    '--disable-admission-plugins=ServiceAccount',
  ];
}

/** Gives the certificate that the server has made for itself, which is its own authority. */
async function untilReady(
  url: string,
  certificate: string,
  running: readonly RunningProcess[],
): Promise<string> {
  const complain = (what: string): never => {
    const outputs = running.map((server) => server.output().slice(-2000));
    throw new Error(`the API server ${what}: ${outputs.join('\n')}`);
  };
  let ca = '';
  const isReady = await until(async () => {
    const end = running.map((server) => server.ended()).find((ended) => ended !== undefined);
    if (end !== undefined) complain(end);
    if (!existsSync(certificate)) return false;
    ca = await readFile(certificate, 'utf8');
    return isUp(createApi(url, TOKEN, ca));
  }, START_MS);
  return isReady ? ca : complain('does not become ready');
}

async function isUp(api: KubernetesApi): Promise<boolean> {
  try {
    return (await api.ask('GET', '/readyz')).status === 200;
  } catch {
    return false;
  }
}

function kubeconfigFor(server: string, ca: string): object {
  const authority = Buffer.from(ca).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'admin', user: { token: TOKEN } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  };
}
