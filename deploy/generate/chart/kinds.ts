import { ALERTS } from '../rules.ts';
import {
  integer,
  LABELS,
  listOf,
  mapOf,
  nullable,
  OMISSIBLE,
  oneOf,
  optional,
  type Schema,
  TEXT,
  text,
  VERBATIM,
} from './shapes.ts';

const NAME = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const ABSOLUTE = text('^/');
const DURATION = text('^\\d+ ?(ms|s|m|h|d)$');
const SCRAPE_TIME = optional('(\\d+(ms|s|m|h|d))+');
const PORT = integer(1, 65_535);
const ADDRESS = '[0-9a-fA-F.:]+';
const PREFIX = '/\\d{1,3}';
const ENGINE = '^(valkey|redis)s?://[^/@]+/?$';
const POLICY = oneOf('', 'Cluster', 'Local');
const PODS: Schema = { type: ['null', 'integer', 'string'], minimum: 0, pattern: '^\\d+%$' };
const VERBATIMS = listOf(VERBATIM);

/**
 * What a value may be, where its default does not say it all: by its path, or by its last name where that means the same
 * everywhere. Contradictions between values are told by the templates, in words.
 */
export const KINDS: Readonly<Record<string, Schema>> = {
  // names that mean the same everywhere
  annotations: LABELS,
  labels: LABELS,
  args: listOf(TEXT),
  command: listOf(TEXT),
  digest: optional('sha256:[0-9a-f]{64}'),
  env: VERBATIMS,
  envFrom: VERBATIMS,
  existingClaim: optional(NAME),
  externalTrafficPolicy: POLICY,
  existingSecret: optional(NAME),
  interval: SCRAPE_TIME,
  scrapeTimeout: SCRAPE_TIME,
  lifecycle: OMISSIBLE,
  livenessProbe: OMISSIBLE,
  loadBalancerIP: optional(ADDRESS),
  loadBalancerSourceRanges: listOf(text(`^${ADDRESS}${PREFIX}$`)),
  metricRelabelings: VERBATIMS,
  namespace: optional(NAME),
  port: PORT,
  pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  readinessProbe: OMISSIBLE,
  registry: optional('[a-zA-Z0-9.:/_-]+'),
  relabelings: VERBATIMS,
  repository: optional('[a-z0-9._/-]+'),
  resources: OMISSIBLE,
  securityContext: OMISSIBLE,
  startupProbe: OMISSIBLE,
  tag: optional('\\w[\\w.-]{0,127}'),
  type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
  volumeMounts: VERBATIMS,

  // the chart and its Pods
  mode: oneOf('sidecar', 'standalone', 'none'),
  nameOverride: optional(NAME),
  fullnameOverride: optional(LABEL),
  commonLabels: LABELS,
  commonAnnotations: LABELS,
  imagePullSecrets: VERBATIMS,
  files: mapOf(TEXT),
  existingConfigMap: optional(NAME),
  'state.volume': VERBATIM,
  'serviceAccountToken.expirationSeconds': integer(600),
  'fleet.url': optional('((valkey|redis)s?://[^/@]+/?|unix:/.+)'),
  'fleet.sentinel.primary': optional('[-._a-zA-Z0-9]{1,128}'),
  'fleet.sentinel.urls': listOf(text(ENGINE)),
  'fleet.sentinel.enginePort': PORT,
  'fleet.sentinel.passwordKey': optional('[-._a-zA-Z0-9]+'),
  'fleet.cluster.urls': listOf(text(ENGINE)),
  'fleet.keys': listOf(text('^[-._a-zA-Z0-9]+$')),
  'fleet.ca': optional('/.+'),
  'socket.directory': ABSOLUTE,
  'socket.mode': optional('0[0-7]{3}'),
  'sidecar.drain': DURATION,
  'http.secretKey': text('^[-._a-zA-Z0-9]+$'),
  'http.hosts': listOf(TEXT),
  podSecurityContext: OMISSIBLE,
  replicas: nullable(integer(0), 'integer'),
  updateStrategy: VERBATIM,
  'podDisruptionBudget.minAvailable': PODS,
  'podDisruptionBudget.maxUnavailable': PODS,
  'autoscaling.minReplicas': integer(1),
  'autoscaling.maxReplicas': integer(1),
  'autoscaling.targetCPUUtilizationPercentage': nullable(integer(1), 'integer'),
  'autoscaling.targetMemoryUtilizationPercentage': nullable(integer(1), 'integer'),
  'autoscaling.behavior': VERBATIM,
  podLabels: LABELS,
  podAnnotations: LABELS,
  nodeSelector: LABELS,
  tolerations: VERBATIMS,
  affinity: VERBATIM,
  topologySpreadConstraints: VERBATIMS,
  dnsPolicy: oneOf('', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  dnsConfig: VERBATIM,
  hostAliases: VERBATIMS,
  ipFamilies: listOf(oneOf('IPv4', 'IPv6')),
  ipFamilyPolicy: oneOf('', 'SingleStack', 'PreferDualStack', 'RequireDualStack'),
  extraArgs: listOf(TEXT),
  extraEnv: VERBATIMS,
  extraEnvFrom: VERBATIMS,
  extraVolumes: VERBATIMS,
  extraVolumeMounts: VERBATIMS,
  extraContainers: VERBATIMS,
  extraInitContainers: VERBATIMS,
  extraObjects: listOf({ type: ['object', 'string'] }),

  // Postfix
  'postfix.gid': nullable(integer(1), 'integer'),
  'postfix.queueDirectory': ABSOLUTE,
  'postfix.ports': listOf({
    ...VERBATIM,
    required: ['containerPort'],
    properties: { containerPort: PORT },
  }),
  'postfix.persistence.size': text('^[0-9.]+([KMGTPE]i?|[km])?$'),
  'postfix.persistence.accessModes': listOf(
    oneOf('ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'),
  ),
  'postfix.service.ports': VERBATIMS,

  // standalone
  'standalone.kind': oneOf('Deployment', 'DaemonSet'),
  'standalone.allow': listOf(text(`^${ADDRESS}(${PREFIX})?$`)),
  'standalone.drain': DURATION,
  'standalone.service.nodePort': nullable(PORT, 'integer'),
  'standalone.service.internalTrafficPolicy': POLICY,
  'standalone.service.clusterIP': optional(`None|${ADDRESS}`),

  // around it
  'metrics.prometheusRule.without': listOf(oneOf(...ALERTS.map(({ name }) => name))),
  'metrics.prometheusRule.extraGroups': VERBATIMS,
  'networkPolicy.metricsFrom': VERBATIMS,
  'networkPolicy.socketmapFrom': VERBATIMS,
  'networkPolicy.smtpFrom': VERBATIMS,
  'networkPolicy.egress': nullable(VERBATIMS, 'array'),
  'networkPolicy.extraIngress': VERBATIMS,
  'test.address': optional('[^@\\s]+@[^@\\s]+'),
  'test.strangeAddress': optional('[^@\\s]+@[^@\\s]+'),
};
