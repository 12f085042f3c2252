import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/config/sources/secret.ts';
import { inspectFleet } from '../../src/fleet/inspect.ts';
import { aclOf, COMMANDS } from '../../src/fleet/rights.ts';
import { fleetSettings, KEY, startFleetDaemon } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { createNotes } from '../support/notes.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 20_000;

/** What no daemon asks for as it starts and is asked; what has no right of its own. */
const RARE = ['ping', 'auth', 'hello', 'select', 'decr', 'xrevrange', 'zrem', 'zcount'];

describeWith(['redis'], 'rights at a real Redis', () => {
  const start = async (parameters: readonly string[] = []): Promise<TestEngine> => {
    const engine = await startEngine(parameters);
    onTestFinished(() => engine.stop());
    return engine;
  };
  const LOGIN = { user: 'idpmap', password: new Secret('secret') };
  const setUser = async (engine: TestEngine, acl = aclOf('idpmap')): Promise<void> => {
    await engine.client.call('ACL', 'SETUSER', ...acl.replace('PASSWORD', 'secret').split(' '));
  };

  test('the printed user is enough for all that a daemon does, and for nothing else', async () => {
    const engine = await start();
    await setUser(engine);
    const directory = createScripted();
    employ(directory, [account('ann@example.org')]);
    const daemons = await Promise.all(
      [1, 2].map(() => startFleetDaemon({ url: engine.url, directory, settings: LOGIN })),
    );
    for (const daemon of daemons) onTestFinished(() => daemon.stop());
    for (const daemon of daemons)
      expect(await daemon.ask('ann@example.org')).toMatchObject({ status: 'found' });
    expect(directory.asked).toHaveLength(1);
    expect(await inspectFleet(fleetSettings(engine.url, [KEY], LOGIN))).toEqual([
      { level: 'ok', text: expect.stringContaining('all rights are there') },
    ]);
    const refused: unknown = await engine.client.call('ACL', 'DRYRUN', 'idpmap', 'FLUSHALL');
    expect(String(refused)).toContain('no permissions');
    expect(String(await engine.client.call('ACL', 'DRYRUN', 'idpmap', 'GET', 'other'))).toContain(
      'no permissions',
    );
  });

  test.each(COMMANDS.filter((name) => !['ping', 'auth', 'hello', 'select', 'time'].includes(name)))(
    'a user without %s is told of, with what to do',
    async (command) => {
      const engine = await start();
      await setUser(engine, `${aclOf('idpmap')} -${command}`);
      const [remark] = await inspectFleet(fleetSettings(engine.url, [KEY], LOGIN));
      expect(remark).toMatchObject({
        level: 'failed',
        text: `the engine refuses ${command}: give the user what idpmap fleet acl prints`,
      });
    },
  );

  test('a wrong password is told of once, as an error, and counts once it is mended', async () => {
    const engine = await start();
    await setUser(engine, aclOf('idpmap').replace('PASSWORD', 'other'));
    const directory = createScripted();
    employ(directory, [account('ann@example.org')]);
    const notes = createNotes();
    const daemon = await startFleetDaemon({
      url: engine.url,
      directory,
      settings: LOGIN,
      log: notes.log,
      readyMs: 1,
    });
    onTestFinished(() => daemon.stop());
    await notes.next('can not be reached');
    expect(await daemon.ask('ann@example.org')).toMatchObject({ status: 'found' });
    const told = notes.all.filter(({ level }) => level === 'error');
    expect(told).toHaveLength(1);
    expect(told[0]?.fields).toMatchObject({ reason: expect.stringContaining('WRONGPASS') });
    await setUser(engine);
    expect(await until(() => daemon.fleet.isUp(), PATIENCE_MS)).toBe(true);
  });

  test('a user that may not do all of it is no fault, whatever is missing, and is told of as an error', async () => {
    const engine = await start();
    const directory = createScripted();
    const known = 'ann@example.org';
    employ(directory, [account(known)]);
    const commands = COMMANDS.filter((name) => !RARE.includes(name));
    for (const command of commands) {
      await setUser(engine, `${aclOf(`no-${command}`)} -${command}`);
      const notes = createNotes();
      const daemon = await startFleetDaemon({
        url: engine.url,
        directory,
        settings: { ...LOGIN, user: `no-${command}`, name: command },
        log: notes.log,
        readyMs: 1,
        times: { freshMs: 0, freshNoneMs: 0 },
      });
      onTestFinished(() => daemon.stop());
      const isTold = async () => {
        expect(await daemon.ask(known)).toMatchObject({ status: 'found' });
        expect(await daemon.ask('nobody@example.org')).toMatchObject({ status: 'none' });
        const errors = notes.all.filter(({ level }) => level === 'error');
        return JSON.stringify(errors).includes(`'${command}'`);
      };
      expect([command, await until(isTold, PATIENCE_MS)]).toEqual([command, true]);
    }
  });
});
