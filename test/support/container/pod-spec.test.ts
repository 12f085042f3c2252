import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readManifest } from './pod-spec.ts';

/** A workload with one container that has these fields. */
const workloadWith = (fields: object): string =>
  stringify({
    kind: 'Deployment',
    spec: {
      template: { spec: { containers: [{ name: 'idpmap', image: 'idpmap', ...fields }] } },
    },
  });

describe('readManifest', () => {
  test.each([
    { field: 'lifecycle', fields: { lifecycle: { preStop: { sleep: { seconds: 5 } } } } },
    { field: 'valueFrom', fields: { env: [{ name: 'A', valueFrom: { fieldRef: {} } }] } },
    { field: 'privileged', fields: { securityContext: { privileged: true } } },
    { field: 'exec', fields: { startupProbe: { exec: { command: ['true'] } } } },
  ])('rejects $field, which would run otherwise under a kubelet', ({ field, fields }) => {
    expect(() => readManifest(workloadWith(fields))).toThrow(`"${field}"`);
  });

  test('rejects a manifest of two workloads', () => {
    const text = [workloadWith({}), workloadWith({})].join('---\n');
    expect(() => readManifest(text)).toThrow('2 workloads');
  });

  test('makes a volume of each claim of a StatefulSet', () => {
    const claim = 'spec:\n  volumeClaimTemplates: [{ metadata: { name: queue } }]';
    const { pod } = readManifest(workloadWith({}).replace(/^spec:/m, claim));
    expect(pod.volumes.map(({ name }) => name)).toEqual(['queue']);
  });

  test('gives the text of a Secret and of a ConfigMap', () => {
    const objects = [
      'kind: Secret\nmetadata: { name: a }\nstringData: { token: secret }\n',
      'kind: ConfigMap\nmetadata: { name: a }\ndata: { file: text }\n',
    ];
    const { secrets, configMaps } = readManifest([workloadWith({}), ...objects].join('---\n'));
    expect([secrets['a'], configMaps['a']]).toEqual([{ token: 'secret' }, { file: 'text' }]);
  });
});
