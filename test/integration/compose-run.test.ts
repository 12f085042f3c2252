import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEPLOY, loadProject, type Project, serviceOf } from '../support/compose/model.ts';
import { type Running, up } from '../support/compose/up.ts';
import { build } from '../support/container/engine.ts';
import { baseImage, productImage } from '../support/container/images.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const START_MS = 400_000;
const LIMIT_MS = 30_000;
const PEOPLE = 'compose/idpmap/people.yaml';

/** The image that the compose file builds, on a base of this machine. */
async function buildPostfix(): Promise<string> {
  const context = join(DEPLOY, 'compose/postfix');
  const tag = 'localhost/idpmap/compose-postfix';
  const args = { BASE_IMAGE: await baseImage('slim') };
  await build({ file: join(context, 'Dockerfile'), context, tag, args });
  return tag;
}

/** The same project with its files in `place`, where a test may change them. */
function moved(project: Project, place: string): Project {
  return JSON.parse(JSON.stringify(project).replaceAll(`"${DEPLOY}/`, `"${place}/`));
}

describeWith(['root', 'podman', 'composeGo'], 'what the compose file starts', () => {
  let place: TemporaryDirectory;
  let running: Running;

  const rcpt = (address: string) =>
    running.exec('idpmap', 'idpmap', 'rcpt', address, '--server', 'postfix:25').then(
      (said) => said,
      (error: unknown) => String(error),
    );

  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-compose');
    await cp(join(DEPLOY, 'compose'), join(place.path, 'compose'), { recursive: true });
    const project = moved(await loadProject(), place.path);
    running = await up(project, { idpmap: await productImage(), postfix: await buildPostfix() });
    const isUp = await until(async () => (await rcpt('ann@example.org')).includes('250'), LIMIT_MS);
    if (!isUp) throw new Error(`Postfix does not answer: ${await running.logs('postfix')}`);
  }, START_MS);
  afterAll(async () => {
    await running?.stop();
    await place?.remove();
  }, LIMIT_MS);

  test.each([
    ['250', 'ann@example.org'],
    ['250', 'a.smith@example.org'],
    ['250', 'team+news@example.org'],
    ['550', 'stranger@example.org'],
    ['554', 'somebody@elsewhere.example'],
  ])('says %s to %s', async (code, address) => {
    expect(await rcpt(address)).toContain(code);
  });

  test('is healthy, idpmap and Postfix', async () => {
    expect([await running.isHealthy('idpmap'), await running.isHealthy('postfix')]).toEqual([
      true,
      true,
    ]);
  });

  test('gives the socket to Postfix’s group, which alone may enter its directory', async () => {
    const directory = '/var/spool/postfix/idpmap';
    const paths = [directory, `${directory}/socketmap`];
    const told = running.exec('postfix', 'stat', '-c', '%u:%g %a', ...paths);
    expect((await told).split('\n')).toEqual(['65532:101 2710', '65532:101 660']);
  });

  test('says why mail is taken, by the command at the head of the file', async () => {
    const said = await running.exec('idpmap', 'idpmap', 'explain', 'a.smith@example.org');
    expect(said).toContain('Postfix will say 250');
  });

  test('runs every command that stands at the head of the file', async () => {
    const head = await readFile(join(DEPLOY, 'compose.yaml'), 'utf8');
    const commands = [...head.matchAll(/^#.* exec (\w+) (.+)$/gm)];
    expect(commands.length).toBeGreaterThan(1);
    for (const [, service = '', command = ''] of commands)
      await expect(running.exec(service, ...command.split(' '))).resolves.toContain('250');
  });

  test('takes up an edit of the people while it runs', async () => {
    const file = join(place.path, PEOPLE);
    const text = await readFile(file, 'utf8');
    // As editors save.
    await writeFile(
      `${file}~`,
      text.replace('groups:', '  - { address: new@example.org }\ngroups:'),
    );
    await rename(`${file}~`, file);
    const isKnown = async () => (await rcpt('new@example.org')).includes('250');
    expect(await until(isKnown, LIMIT_MS)).toBe(true);
  });

  test('shows figures without a token to who asks for it by name', async () => {
    const url = 'http://idpmap:9101/metrics';
    const fetched = await running.exec('idpmap', '/usr/bin/wget', '-q', '-O', '-', url);
    expect(fetched).toContain('idpmap_build_info');
  });

  test('sends mail that it takes to nobody', async () => {
    const project = await loadProject();
    const mount = serviceOf(project, 'postfix').volumes?.find(({ type }) => type === 'bind');
    const mainCf = await readFile(mount?.source ?? '', 'utf8');
    expect(mainCf.match(/^\w+_transport = discard:/gm)).toHaveLength(2);
  });
});
