import { execFileSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postfix } from '../../src/cli/postfix/postfix.ts';
import { capture, configure } from '../support/command.ts';
import {
  mainCfLines,
  type Rendered,
  render,
  renderOwn,
  renderShape,
  valuesFor,
  volumesOf,
} from '../support/embed/rendered.ts';
import {
  API_SERVER_START_MS,
  type ApiServer,
  startApiServer,
} from '../support/kubernetes/apiserver.ts';
import { CHART, helm } from '../support/kubernetes/chart.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

const PARENT = join(dirname(CHART), 'parent-example');

/** Charts of others, and where the socket lies there. */
const OTHERS = [
  { name: 'docker-mailserver', socketDirectory: '/run/postfix-idpmap' },
  { name: 'mailu', socketDirectory: '/run/postfix-idpmap' },
  { name: 'bokysan', socketDirectory: '/var/spool/postfix/idpmap' },
] as const;

/** Each parameter that asks idpmap, with how it asks: `relay_domains = socketmap:unix:…`. */
const asking = (rendered: Rendered): readonly string[] =>
  mainCfLines(rendered).flatMap((line) => {
    const parameter = /^(?:# )?(\w+) = /.exec(line)?.[1];
    const table = /socketmap:unix:[^\s,]*idpmap\/[^\s,]+/.exec(line)?.[0];
    return parameter === undefined || table === undefined ? [] : [`${parameter} = ${table}`];
  });

/** So many are asked for: fewer would be written out in main.cf. */
const DOMAINS = Array.from({ length: 60 }, (_, i) => `  d${i}.example.org: { directory: people }`);

/** What `idpmap postfix` prints for a daemon that listens there, as a mail store and as a relay. */
async function printedFor(socketDirectory: string): Promise<readonly string[]> {
  const { config } = await configure({
    'idpmap.yaml': `
listen: unix:${socketDirectory}/socketmap
domains:
${DOMAINS.join('\n')}
directories: { people: { type: demo } }`,
  });
  const queueDirectory = '/var/spool/postfix';
  const store = await capture(() => postfix({ config, queueDirectory }));
  const relay = await capture(() => postfix({ config, queueDirectory, relay: true }));
  return `${store.text}\n${relay.text}`.split('\n');
}

describeWith(['helm'], 'the values for another’s chart', () => {
  describe.each(OTHERS)('$name', ({ name, socketDirectory }) => {
    let embedded: Rendered;
    let own: Rendered;
    beforeAll(async () => {
      embedded = await renderShape(name);
      const ours = `existingSecret=idpmap,socket.directory=${socketDirectory}`;
      own = await renderOwn('idpmap', [...valuesFor('idpmap'), '--set', ours]);
    });

    test('bring the container that idpmap’s own chart renders', () => {
      expect(embedded.pod.initContainers).toEqual(own.pod.initContainers);
    });

    test('bring its volumes', () => {
      const [container] = embedded.pod.initContainers;
      expect(container && volumesOf(embedded.pod, container)).toEqual(
        own.pod.initContainers.flatMap((each) => volumesOf(own.pod, each)),
      );
    });

    test('start it as a native sidecar, before the mail server', () => {
      expect(embedded.pod.initContainers).toMatchObject([
        { name: 'idpmap', restartPolicy: 'Always' },
      ]);
    });

    test('show the socket to the mail server where idpmap makes it', () => {
      const socket = { name: 'idpmap-socket', mountPath: socketDirectory };
      const [server] = embedded.pod.containers;
      expect(server?.volumeMounts).toContainEqual(socket);
    });

    test('ask each map by the parameter and the path that `idpmap postfix` prints', async () => {
      const lines = asking(embedded);
      expect(lines).not.toHaveLength(0);
      expect(await printedFor(socketDirectory)).toEqual(expect.arrayContaining([...lines]));
    });
  });

  // Mailu's start hands each line to `sh -c 'postconf -e "LINE"'`.
  test('say nothing to Mailu that its shell would change', async () => {
    const { files } = await renderShape('mailu');
    const lines = (files.get('postfix-override/postfix.cf') ?? '').trim().split('\n');
    const settings = lines.filter((line) => !line.startsWith('#'));
    const seen = settings.map((line) =>
      execFileSync('sh', ['-c', `printf %s "${line}"`], { encoding: 'utf8', env: {} }),
    );
    expect(seen).toEqual(settings);
  });

  test('go with a ConfigMap of idpmap’s chart, which makes no Pod for them', async () => {
    const { names, files } = await render('idpmap', CHART, valuesFor('idpmap'));
    expect(names).not.toContainEqual(expect.stringMatching(/^(?:Deployment|StatefulSet|Pod)\//));
    expect([...files.keys()]).toEqual(['idpmap/idpmap.yaml']);
  });
});

describeWith(['helm'], 'a chart that has idpmap as a dependency', () => {
  let place: TemporaryDirectory;
  let parent: Rendered;
  let own: Rendered;
  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-parent');
    // Side by side, as they lie here: `helm dependency update` writes into the parent.
    await cp(CHART, join(place.path, 'idpmap'), { recursive: true });
    const copy = join(place.path, 'parent');
    await cp(PARENT, copy, { recursive: true });
    await helm(['dependency', 'update', copy]);
    parent = await render('mail', copy, ['--set', 'idpmap.existingSecret=mail']);
    const ours = 'existingSecret=mail,postfix.gid=102';
    own = await renderOwn('mail', [...valuesFor('idpmap'), '--set', ours]);
  });
  afterAll(() => place.remove());

  test('renders the same container by `idpmap.sidecarContainer`', () => {
    expect(parent.pod.initContainers).toEqual(own.pod.initContainers);
  });

  test('renders its volumes by `idpmap.volumes`', () => {
    expect(parent.pod.volumes).toEqual(own.pod.volumes);
  });

  test('renders the Pod’s group by `idpmap.podSecurityContext`', () => {
    expect(parent.pod.securityContext).toEqual(own.pod.securityContext);
  });

  test('renders the mount of the socket by `idpmap.postfixVolumeMount`', () => {
    const [server] = own.pod.containers;
    expect(parent.pod.containers[0]?.volumeMounts).toEqual(
      server?.volumeMounts.filter(({ name }) => name === 'idpmap-socket'),
    );
  });

  test('has the ConfigMap that the container mounts', () => {
    expect([...parent.files.keys()]).toContain('mail-idpmap/idpmap.yaml');
    expect(parent.pod.volumes).toContainEqual({
      name: 'idpmap-config',
      configMap: { name: 'mail-idpmap' },
    });
  });
});

describeWith(['helm', 'kubeApiserver'], 'a Pod with the values for another’s chart', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    await server.createNamespace('mail', 'baseline');
  }, API_SERVER_START_MS);
  afterAll(() => server.stop());

  test.each(OTHERS)('is taken by a real API server: $name', async ({ name }) => {
    const { pod } = await renderShape(name);
    const { status, text } = await server.create('/api/v1/namespaces/mail/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: pod,
    });
    expect({ status, text }).toMatchObject({ status: 201 });
  });
});
