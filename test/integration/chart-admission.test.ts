import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiReply } from '../support/kubernetes/api.ts';
import {
  API_SERVER_START_MS,
  type ApiServer,
  startApiServer,
} from '../support/kubernetes/apiserver.ts';
import { objectsIn, template, VALUES, withValues } from '../support/kubernetes/chart.ts';
import { podOf, workloadIn } from '../support/kubernetes/pods.ts';
import { collectionOf } from '../support/kubernetes/release.ts';
import { describeWith } from '../support/requirement.ts';

const WITH_POSTFIX = VALUES.filter((name) => name.startsWith('sidecar'));
const ALONE = VALUES.filter((name) => name !== 'none' && !WITH_POSTFIX.includes(name));

// Workloads are taken everywhere, with a warning at most: it is their Pods that are refused.
describeWith(['helm', 'kubeApiserver'], 'a namespace', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    for (const standard of ['baseline', 'restricted'] as const)
      await server.createNamespace(standard, standard);
  }, API_SERVER_START_MS);
  afterAll(() => server.stop());

  /** What is said to the Pod that these values make. */
  const admit = async (namespace: string, name: string): Promise<ApiReply> => {
    const workload = workloadIn(objectsIn(await template(withValues(name))));
    return server.create(collectionOf('Pod', namespace), podOf(workload, name));
  };

  test.each(ALONE)('that enforces `restricted` admits idpmap alone: %s', async (name) => {
    expect(await admit('restricted', name)).toMatchObject({ status: 201 });
  });

  test.each(WITH_POSTFIX)('that enforces `baseline` admits it with Postfix: %s', async (name) => {
    expect(await admit('baseline', name)).toMatchObject({ status: 201 });
  });

  test.each(WITH_POSTFIX)(
    'that enforces `restricted` refuses Postfix, and finds no fault in idpmap: %s',
    async (name) => {
      const { status, text } = await admit('restricted', name);
      const { message } = JSON.parse(text);
      expect(status).toBe(403);
      expect(message).toMatch(/violates PodSecurity "restricted:latest".*"postfix"/);
      expect(message).not.toContain('"idpmap"');
    },
  );
});
