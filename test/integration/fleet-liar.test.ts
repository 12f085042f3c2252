import { expect, onTestFinished, test } from 'vitest';
import { type FleetDaemon, HASTY, PATIENT } from '../support/fleet/daemons.ts';
import { type Liar, type Lie, late, saying, startLiar } from '../support/fleet/liar.ts';
import { ANN, becomes, NOBODY, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import { createNotes } from '../support/notes.ts';
import { describeWith } from '../support/requirement.ts';
import { account, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const textOf = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const listOf = (items: readonly string[]): string => `*${items.length}\r\n${items.join('')}`;
const rowsOf = (...ids: readonly string[]): string =>
  listOf(ids.map((id) => listOf([textOf(id), listOf([textOf('n'), textOf('x')])])));

describeWith(['redis'], 'an engine that lies', () => {
  const scene = useScene({ timeout: HASTY });
  const liar = async (): Promise<Liar> => {
    const started = await startLiar(scene.engine.port);
    onTestFinished(() => started.stop());
    return started;
  };
  /** Counts what it is asked while it tells the truth. */
  const counting = (names: Map<string, number>): Lie => {
    return ({ name }) => {
      names.set(name, (names.get(name) ?? 0) + 1);
      return undefined;
    };
  };
  const areUp = async (daemons: readonly FleetDaemon[]): Promise<void> => {
    for (const daemon of daemons) await becomes(daemon, 'up');
    await scene.askCrowd(daemons, 4);
  };

  const ENTRIES = ['GET', 'SET', 'INCR', 'DECR', 'MGET', 'PEXPIRE', 'DEL'];
  const BEATS = ['TIME', 'XRANGE', 'XADD', 'ZADD', 'ZRANGE', 'ZREMRANGEBYSCORE'];
  const REPLIES = [
    ['a number', ':1\r\n'],
    ['a number below zero', ':-1\r\n'],
    ['a number that is too large', ':9223372036854775807\r\n'],
    ['consent', '+OK\r\n'],
    ['nothing', '$-1\r\n'],
    ['no list', '*-1\r\n'],
    ['an empty list', '*0\r\n'],
    ['an empty text', '$0\r\n\r\n'],
    ['a list of numbers', listOf(Array.from({ length: 60 }, () => ':1\r\n'))],
    ['a list of lists of nothing', listOf([listOf(['$-1\r\n', '$-1\r\n'])])],
    ['a text as long as a sealed one', textOf('\u0001'.repeat(60))],
    ['rows of a stream', rowsOf('1-1', '2-1')],
    ['rows without an order', rowsOf('5-1', '2-1', '5-1')],
    ['rows of yesterday and of the year 2100', rowsOf('1-1', '4102444800000-0')],
    ['that it is full', "-OOM command not allowed when used memory > 'maxmemory'.\r\n"],
    ['that it can not write to its disk', '-MISCONF Errors writing to the AOF file\r\n'],
    ['that the key is of another type', '-WRONGTYPE Operation against a key\r\n'],
    ['that a script runs', '-BUSY Redis is busy running a script.\r\n'],
    ['that its primary is away', '-MASTERDOWN Link with MASTER is down\r\n'],
    ['that it has too few replicas', '-NOREPLICAS Not enough good replicas to write.\r\n'],
    ['that the slot is elsewhere', '-MOVED 3999 127.0.0.1:6381\r\n'],
    ['that the slot moves', '-ASK 3999 127.0.0.1:6381\r\n'],
    ['that the cluster is down', '-CLUSTERDOWN The cluster is down\r\n'],
    ['that nobody logged in', '-NOAUTH Authentication required.\r\n'],
    ['that it may not be asked', "-NOPERM User x has no permissions to run the 'get' command\r\n"],
    ['that it does not know the command', "-ERR unknown command 'ZRANGE'\r\n"],
  ] as const;
  test.each(REPLIES)(
    'and says %s is no fault, and is believed again afterwards',
    async (_, reply) => {
      const one = await liar();
      const daemons = [await scene.start({ url: one.url }), await scene.start({ url: one.url })];
      for (const names of [ENTRIES, BEATS, []]) {
        one.lie(saying(reply, ...names));
        await scene.askCrowd(daemons, 4);
        // Whoever begins now has heard nothing else.
        await scene.askCrowd([await scene.start({ url: one.url, readyMs: 1 })], 2);
        one.lie();
        await areUp(daemons);
      }
    },
  );

  test('about the time, from the first word on, is no clock, and is one once it tells the time', async () => {
    for (const time of [
      '*0\r\n',
      listOf([textOf('noon')]),
      listOf([textOf('noon'), textOf('0')]),
      listOf([textOf('-5'), textOf('0')]),
      listOf([textOf('9'.repeat(300)), textOf('0')]),
      ':1700000000\r\n',
    ]) {
      const one = await liar();
      const asked = new Map<string, number>();
      one.lie((question) => {
        void counting(asked)(question);
        return saying(time, 'TIME')(question);
      });
      const start = () => scene.start({ url: one.url, readyMs: 1 });
      const [first, second] = [await start(), await start()];

      const isTold = () => (asked.get('TIME') ?? 0) >= 4;
      expect(await until(isTold, PATIENCE_MS)).toBe(true);
      await scene.askCrowd([first, second], 2);
      one.lie();
      await areUp([first, second]);
      // They know together: what one was told is neither refused nor old.
      const isTaken = async () => {
        const again = `t${Math.random()}@example.org`;
        employ(scene.directory, [account(again)]);
        await first.ask(again);
        await second.ask(again);
        return (second.fleet.figures.directories.get('people')?.reads.fresh ?? 0) > 0;
      };
      expect(await until(isTaken, PATIENCE_MS)).toBe(true);
      expect(second.fleet.figures.refused).toMatchObject({ clock: 0, format: 0 });
    }
  });

  test('with a log that never ends keeps nobody reading', async () => {
    const one = await liar();
    const daemon = await scene.start({ url: one.url });
    const asked = new Map<string, number>();
    one.lie((question) => {
      void counting(asked)(question);
      return question.name === 'XRANGE' ? rowsOf('1-1', '2-1') : undefined;
    });
    const hasBeaten = () => (asked.get('TIME') ?? 0) >= 4;
    expect(await until(hasBeaten, PATIENCE_MS)).toBe(true);
    expect(asked.get('XRANGE')).toBeLessThan(150 * (asked.get('TIME') ?? 0));
    await scene.askCrowd([daemon], 2);
    one.lie();
    await areUp([daemon]);
  });

  test('or is slow throughout: one question waits for it, and two lines tell of it', async () => {
    const one = await liar();
    const notes = createNotes();
    const daemon = await scene.start({ url: one.url, log: notes.log, settings: { timeout: 20 } });
    const asked = new Map<string, number>();
    one.lie(async (question) => {
      void counting(asked)(question);
      return late(200)(question);
    });
    await scene.askCrowd([daemon], 1);
    await becomes(daemon, 'down');
    const reads = () => daemon.fleet.figures.directories.get('people')?.reads.late ?? 0;
    const before = reads();
    const beats = asked.get('TIME') ?? 0;
    const goOn = async () => {
      await scene.askCrowd([daemon], 1);
      return (asked.get('TIME') ?? 0) >= beats + 6;
    };
    expect(await until(goOn, PATIENCE_MS)).toBe(true);
    expect(reads() - before).toBe(0);
    expect(daemon.fleet.status()).toMatchObject({
      isUp: false,
      reason: 'no answer within 20 ms, which is all that fleet.timeout gives',
    });
    // News are read all the same.
    const other = await scene.start({ settings: { timeout: PATIENT } });
    other.fleet.tell({ op: 'purge', what: { address: NOBODY } });
    const hears = () => (daemon.fleet.figures.news.heard['purge'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    one.lie();
    await areUp([daemon]);
    expect(notes.messages('warn')).toHaveLength(1);
  });

  test('or is slow for entries alone, is told of once however often it seems to be well', async () => {
    const one = await liar();
    const notes = createNotes();
    const daemon = await scene.start({ url: one.url, log: notes.log, settings: { timeout: 20 } });
    one.lie((question) => (question.name === 'GET' ? late(200)(question) : undefined));
    const { figures } = daemon.fleet;
    const falls = async () => {
      await daemon.ask(`${Math.random()}@example.org`);
      return figures.downs >= 4;
    };
    expect(await until(falls, PATIENCE_MS)).toBe(true);
    expect(notes.messages('warn')).toHaveLength(1);
  });

  test('and lets nobody in on this connection any more is asked over another one', async () => {
    const one = await liar();
    const daemon = await scene.start({ url: one.url, settings: { timeout: PATIENT } });
    await becomes(daemon, 'up');
    const begun = one.connections();
    one.lie(() =>
      one.connections() === begun ? '-NOAUTH Authentication required.\r\n' : undefined,
    );
    await becomes(daemon, 'down');
    await becomes(daemon, 'up');
    expect(one.connections()).toBe(begun + 1);
    expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
  });
});
