import { until } from '../until.ts';
import type { KubernetesApi } from './api.ts';

const GROUP = 'monitoring.coreos.com';
const API = `/apis/${GROUP}/v1`;
const KNOWN_MS = 30_000;

const TEXT = { type: 'string' };
const FLAG = { type: 'boolean' };
const NUMBER = { type: 'integer' };
const ANYTHING = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const TEXT_OR_NUMBER = { 'x-kubernetes-int-or-string': true };
const DURATION = { type: 'string', pattern: '^([0-9]+(ms|[smhdwy]))+$' };
const TEXTS = { type: 'object', additionalProperties: TEXT };
const SECRET_KEY = record({ name: TEXT, key: TEXT, optional: FLAG }, ['key']);
const SELECTOR = record({ matchLabels: TEXTS, matchExpressions: list(ANYTHING) });
const NAMESPACES = record({ any: FLAG, matchNames: list(TEXT) });

const RELABELINGS = list(
  record({
    sourceLabels: list(TEXT),
    separator: TEXT,
    targetLabel: TEXT,
    regex: TEXT,
    modulus: NUMBER,
    replacement: TEXT,
    action: TEXT,
  }),
);

/** What both kinds of monitors say of what is scraped. */
const ENDPOINT = {
  port: TEXT,
  targetPort: TEXT_OR_NUMBER,
  path: TEXT,
  scheme: { type: 'string', enum: ['http', 'https'] },
  params: ANYTHING,
  interval: DURATION,
  scrapeTimeout: DURATION,
  authorization: record({ type: TEXT, credentials: SECRET_KEY }),
  honorLabels: FLAG,
  filterRunning: FLAG,
  relabelings: RELABELINGS,
  metricRelabelings: RELABELINGS,
};

const MONITOR = {
  jobLabel: TEXT,
  podTargetLabels: list(TEXT),
  selector: SELECTOR,
  namespaceSelector: NAMESPACES,
};

const RULE = record(
  {
    record: TEXT,
    alert: TEXT,
    expr: TEXT_OR_NUMBER,
    for: DURATION,
    keep_firing_for: DURATION,
    labels: TEXTS,
    annotations: TEXTS,
  },
  ['expr'],
);

/** Specifications of the kinds, as far as the chart makes use of them; another field is an error. */
const SPECIFICATIONS = {
  PodMonitor: record(
    { ...MONITOR, podMetricsEndpoints: list(record({ ...ENDPOINT, portNumber: NUMBER })) },
    ['selector'],
  ),
  ServiceMonitor: record(
    { ...MONITOR, targetLabels: list(TEXT), endpoints: list(record(ENDPOINT)) },
    ['selector', 'endpoints'],
  ),
  PrometheusRule: record({
    groups: {
      // Names of groups are unique.
      ...list(record({ name: TEXT, interval: DURATION, rules: list(RULE) }, ['name'])),
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
  }),
};

/**
 * Lets a server know the Prometheus operator's PodMonitor, ServiceMonitor and PrometheusRule, and waits until it does.
 * @see https://prometheus-operator.dev/docs/api-reference/api/
 */
export async function installMonitoring(api: KubernetesApi): Promise<void> {
  for (const [kind, specification] of Object.entries(SPECIFICATIONS)) {
    const definition = defineKind(kind, specification);
    const { status, text } = await api.create(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      definition,
    );
    if (status !== 201) throw new Error(`cannot define ${kind}: ${text}`);
  }
  const isKnown = await until(async () => {
    // What serves them, and what its documentation says, follow a little later.
    const served = (await api.ask('GET', API)).text;
    const { text } = await api.ask('GET', '/openapi/v2');
    return Object.keys(SPECIFICATIONS).every(
      (kind) => served.includes(`"${kind}"`) && text.includes(`com.coreos.monitoring.v1.${kind}"`),
    );
  }, KNOWN_MS);
  if (!isKnown) throw new Error(`the API server does not serve ${GROUP}`);
}

function defineKind(kind: string, specification: object): object {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: record({ spec: specification }, ['spec']) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, plural },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

function record(properties: Readonly<Record<string, object>>, required: readonly string[] = []) {
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

function list(items: object) {
  return { type: 'array', items };
}
