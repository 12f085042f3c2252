import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSentinelUrl } from '../../src/config/schema/engineurl.ts';
import { inspectFleet } from '../../src/fleet/inspect.ts';
import type { FleetSettings } from '../../src/fleet/settings.ts';
import {
  makeEngineCertificates,
  type Shown,
  type TestCertificates,
} from '../support/fleet/certificates.ts';
import { fleetSettings, KEY } from '../support/fleet/daemons.ts';
import { startEngine } from '../support/fleet/engine.ts';
import { ANN, becomes, NOBODY, useScene } from '../support/fleet/scene.ts';
import { PRIMARY, startSentinels } from '../support/fleet/sentinels.ts';
import { findFreePorts } from '../support/loopback.ts';
import { createNotes } from '../support/notes.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

describeWith(['redis', 'openssl'], 'a fleet over TLS to a real Redis', () => {
  const scene = useScene();

  interface Secured {
    readonly certificates: TestCertificates;
    readonly url: string;
    readonly tlsPort: number;
    readonly plainPort: number;
  }
  const secure = async (shown: Shown = 'good'): Promise<Secured> => {
    const certificates = await makeEngineCertificates(shown);
    onTestFinished(() => certificates.remove());
    const [tlsPort = 0] = await findFreePorts(1);
    const engine = await startEngine(certificates.options(tlsPort));
    onTestFinished(() => engine.stop());
    return {
      certificates,
      tlsPort,
      plainPort: engine.port,
      url: `valkeys://127.0.0.1:${tlsPort}`,
    };
  };
  const tlsOf = ({ files }: TestCertificates): FleetSettings['tls'] => ({
    ca: files.ca,
    cert: files.clientCert,
    key: files.clientKey,
  });

  test('daemons know together with an authority and a client certificate of their own, and a check finds all well', async () => {
    const { certificates, url } = await secure();
    const settings = { tls: tlsOf(certificates) };
    const [one, two] = [await scene.start({ url, settings }), await scene.start({ url, settings })];
    for (const daemon of [one, two]) {
      expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
      expect(await daemon.ask(NOBODY)).toMatchObject({ status: 'none' });
    }
    expect(scene.directory.asked).toEqual([ANN, NOBODY]);
    expect(await inspectFleet(fleetSettings(url, [KEY], settings))).toMatchObject([
      { level: 'ok' },
    ]);
  });

  type Fault = (secured: Secured) => Promise<{
    readonly url?: string;
    readonly tls: FleetSettings['tls'];
  }>;
  const faults: readonly (readonly [string, Shown, Fault, RegExp])[] = [
    [
      'of an authority that is not trusted',
      'good',
      async ({ certificates }) => {
        const other = await makeEngineCertificates();
        onTestFinished(() => other.remove());
        return { tls: { ...tlsOf(certificates), ca: other.files.ca } };
      },
      /^its certificate is not trusted \(.*\), set tls.ca to its authority's file$/,
    ],
    [
      'for another name',
      'for another name',
      async ({ certificates }) => ({ tls: tlsOf(certificates) }),
      /^its certificate is for another name, use that one in the URL or set tls.serverName/,
    ],
    [
      'that has expired',
      'expired',
      async ({ certificates }) => ({ tls: tlsOf(certificates) }),
      /^its certificate has expired, renew it$/,
    ],
    [
      'that wants one of its clients and gets none',
      'good',
      async ({ certificates }) => ({ tls: { ca: certificates.files.ca } }),
      /^TLS failed, is this a port for TLS, and does it know the authority of tls.cert\?/,
    ],
    [
      'that is not there, for the port speaks no TLS',
      'good',
      async ({ certificates, plainPort }) => ({
        url: `valkeys://127.0.0.1:${plainPort}`,
        tls: tlsOf(certificates),
      }),
      /^no TLS within 1000 ms: nobody answers there, or the port speaks none$/,
    ],
  ];
  test.each(faults)(
    'a certificate %s is told of with what to do, and is no fault',
    async (_, shown, spoil, expected) => {
      const secured = await secure(shown);
      const { url = secured.url, tls } = await spoil(secured);
      const notes = createNotes();
      const daemon = await scene.start({ url, settings: { tls }, log: notes.log, readyMs: 1 });
      await notes.next('can not be reached');
      await scene.askCrowd([daemon]);
      // What may end by itself is told of as a warning.
      const level = expected.source.startsWith('^no TLS') ? 'warn' : 'error';
      expect(notes.all.filter((note) => note.level === level)).toMatchObject([
        { fields: { reason: expect.stringMatching(expected) } },
      ]);
      const [remark] = await inspectFleet(fleetSettings(url, [KEY], { tls }));
      expect(remark?.level).toBe('failed');
      expect(remark?.text.slice(`${url}: `.length)).toMatch(expected);
    },
  );

  test('a certificate that is trusted later, or renewed, counts at the next connection', async () => {
    const { certificates, url } = await secure();
    const other = await makeEngineCertificates();
    onTestFinished(() => other.remove());
    const place = await makeTemporaryDirectory('trusted');
    onTestFinished(() => place.remove());
    const ca = join(place.path, 'ca.pem');
    await copyFile(other.files.ca, ca);
    const settings = { tls: { ...tlsOf(certificates), ca } };
    const daemon = await scene.start({ url, settings, readyMs: 1 });
    await becomes(daemon, 'down');
    await copyFile(certificates.files.ca, ca);
    await becomes(daemon, 'up');
  });

  test('a server name of the settings is the one that the certificate must bear', async () => {
    const { certificates, url } = await secure('for another name');
    const tls = { ...tlsOf(certificates), serverName: 'other.example.test' };
    await becomes(await scene.start({ url, settings: { tls } }), 'up');
  });

  test('sentinels that speak TLS, and the engine that they name, are reached over TLS', async () => {
    const { certificates, tlsPort } = await secure();
    const { files } = certificates;
    const sentinels = await startSentinels(tlsPort, { count: 1, tls: files });
    onTestFinished(() => sentinels.stop());
    const settings = {
      sentinel: { primary: PRIMARY, urls: sentinels.urls.map(parseSentinelUrl) },
      tls: tlsOf(certificates),
    };
    expect(sentinels.urls[0]).toMatch(/^valkeys:/);
    await becomes(await scene.start({ settings }), 'up');
    expect(await inspectFleet(fleetSettings('', [KEY], settings))).toMatchObject([
      { level: 'ok' },
      { level: 'ok' },
    ]);
    const stranger = { ...settings, tls: { ...settings.tls, ca: files.clientCert } };
    expect(await inspectFleet(fleetSettings('', [KEY], stranger))).toContainEqual({
      level: 'failed',
      text: expect.stringContaining('set tls.ca'),
    });
  });
});
