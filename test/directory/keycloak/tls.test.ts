import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { makePlace, NOBODY, openOn, signal, start } from './fixture.ts';

test('a server is trusted by the authority of the settings', async () => {
  const place = await makePlace();
  const keycloak = await start(makeCertificate(place, 'sso'));
  const { directory } = openOn(keycloak, { tls: { ca: join(place, 'sso.pem') } });
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
});

test.each([
  { what: 'of an unknown authority', tls: {}, says: 'set tls.ca' },
  { what: 'for another name', tls: { serverName: 'sso.example.org' }, says: 'set tls.serverName' },
])('a certificate $what is a fault', async ({ tls, says }) => {
  const place = await makePlace();
  const keycloak = await start(makeCertificate(place, 'sso'));
  const trusted = 'serverName' in tls ? { ...tls, ca: join(place, 'sso.pem') } : tls;
  const { directory } = openOn(keycloak, { tls: trusted });
  await expect(directory.find(NOBODY, signal)).rejects.toMatchObject({
    kind: 'directory',
    message: expect.stringContaining(says),
  });
});

test('an authority that is put right counts at the next connection', async () => {
  const place = await makePlace();
  const { cert, key } = makeCertificate(place, 'sso');
  const keycloak = await start({ cert, key });
  const ca = join(place, 'ca.pem');
  await writeFile(ca, makeCertificate(place, 'other').cert);
  const { directory } = openOn(keycloak, { tls: { ca } });
  await expect(directory.find('ann@example.org', signal)).rejects.toThrow('not trusted');
  await writeFile(ca, cert);
  expect(await directory.findAnew('ann@example.org', signal)).toHaveLength(1);
});

test('a file that can not be read is a fault that names it', async () => {
  const place = await makePlace();
  const keycloak = await start(makeCertificate(place, 'sso'));
  const { directory } = openOn(keycloak, { tls: { ca: '/nonexistent/ca.pem' } });
  await expect(directory.find(NOBODY, signal)).rejects.toThrow(
    'tls: file /nonexistent/ca.pem does not exist',
  );
});
