import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { type CommandResult, runCommand, startDaemonProcess } from '../daemon.ts';
import { findFreePorts } from '../loopback.ts';
import { askingAt } from '../postfix/config.ts';
import { type Postfix, startPostfix } from '../postfix/postfix.ts';
import { connectSmtp } from '../postfix/smtp.ts';
import type { RunningProcess } from '../process.ts';
import { type FaultProxy, type ProxyTarget, startFaultProxy } from '../proxy.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { ageMirror, holdersIn } from './file.ts';

/** Where people are. */
export interface Provider {
  /** Where it listens. */
  readonly at: ProxyTarget;
  /** The settings of a directory of them that is reached through a port of 127.0.0.1. */
  section(port: number): object;
  start(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** A real Postfix whose people are those of a real directory, through a daemon that mirrors it. */
export interface MirroredMail<P extends Provider> {
  readonly provider: P;
  /** Between the daemon and the provider. */
  readonly proxy: FaultProxy;
  readonly postfix: Postfix;
  /** Runs the daemon, as it is shipped, with a memory that is fresh for a moment only, over a mirror with these settings. */
  serve(mirror?: object): Promise<void>;
  /** Whether the daemon says this, sooner or later. */
  says(words: RegExp): Promise<boolean>;
  /** Whether it gets into step; rejects with what the daemon wrote where it does not. */
  isInStep(): Promise<boolean>;
  /** Runs a command on the running daemon. */
  command(...parameters: readonly string[]): Promise<CommandResult>;
  /** Ends the daemon. */
  end(): Promise<void>;
  /** Lets time pass while no daemon runs. */
  age(ms: number): void;
  /** The numbers of the entries by which the mirror's file has an address. */
  holders(address: string): readonly number[];
  /** Postfix's verdicts. */
  ask(...recipients: readonly string[]): Promise<readonly number[]>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** Starts all but the daemon. */
export async function openMirroredMail<P extends Provider>(
  begin: () => Promise<P>,
): Promise<MirroredMail<P>> {
  const place = await makeTemporaryDirectory('idpmap-mirror-mail');
  const provider = await begin();
  const proxy = await startFaultProxy(provider.at);
  const [port = 0] = await findFreePorts(1);
  const postfix = await startPostfix({
    mainCf: {
      ...askingAt(port),
      virtual_transport: 'discard:',
    },
  });
  const file = join(place.path, 'staff.db');
  const config = join(place.path, 'idpmap.yaml');
  let daemon: RunningProcess | undefined;

  const end = async (): Promise<void> => {
    await daemon?.stop();
    daemon = undefined;
  };
  const says = (words: RegExp): Promise<boolean> =>
    until(() => words.test(daemon?.output() ?? ''), PATIENCE_MS);
  return {
    provider,
    proxy,
    postfix,
    serve: async (mirror = {}) => {
      const settings = {
        listen: `tcp://127.0.0.1:${port}`,
        control: 'control',
        domains: { 'example.test': { directory: 'staff' } },
        directories: {
          staff: { ...provider.section(proxy.port), mirror: { path: file, ...mirror } },
        },
        // Many are asked for at once here, and a busy machine takes its time.
        deadline: '5s',
        cache: { fresh: '1ms', freshNone: '1ms' },
      };
      await writeFile(config, stringify(settings));
      daemon = await startDaemonProcess(['serve', '--config', config]);
    },
    says,
    isInStep: async () => {
      if (await says(/the mirror is in step/)) return true;
      throw new Error(`the mirror does not get into step\n${daemon?.output()}`);
    },
    command: (...parameters) => runCommand([...parameters, '--config', config]),
    end,
    age: (ms) => {
      ageMirror(file, ms);
    },
    holders: (address) => holdersIn(file, address),
    ask: async (...recipients) => {
      const client = await connectSmtp(postfix.port);
      onTestFinished(() => client.close());
      await client.ehlo();
      await client.mail('eve@client.test');
      const codes: number[] = [];
      for (const each of recipients) codes.push((await client.rcpt(each)).code);
      return codes;
    },
    stop: async () => {
      await end();
      await postfix.stop();
      await proxy.stop();
      await provider.remove();
      await place.remove();
    },
  };
}
