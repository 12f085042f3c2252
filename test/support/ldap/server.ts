import { once } from 'node:events';
import { connect } from 'node:net';
import { type RunningProcess, startProcess } from '../process.ts';
import type { TemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { ENVIRONMENT } from './run.ts';

/** What tests know of a server before it runs. */
export interface LdapServerFacts {
  readonly name: 'openldap' | '389ds' | 'active-directory';
  readonly host: string;
  /** `ldap://` with StartTLS. */
  readonly port: number;
  /** `ldaps://`. */
  readonly securePort: number;
  /** The path of its Unix socket: SASL EXTERNAL makes this process's user the service account. OpenLDAP only. */
  readonly ldapi?: string;
  /** PEM file of the authority that signed its certificate, and the name in that. */
  readonly ca: string;
  readonly serverName: string;
  /** PEM files; SASL EXTERNAL with them makes the service account. OpenLDAP only. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  /** The service account, which may read what mail needs, and the password that it starts with. */
  readonly bindDn: string;
  readonly password: string;
  readonly base: string;
  readonly accountsBase: string;
  readonly groupsBase: string;
  /** The name of a person or team of `population.ts` in the directory. */
  dn(id: string): string;
}

/** What its administrator does. It works whatever the service account may and sees. */
export interface Administration {
  /** Changes it by LDIF with `changetype`. */
  modify(ldif: string): Promise<void>;
  /** Gives the service account another password. */
  setPassword(password: string): Promise<void>;
}

/** A real directory server with the people of `population.ts` in it. It ends, at the latest, with this process. */
export interface LdapServer extends LdapServerFacts, Administration {
  /** The process that leads its others. */
  readonly pid: number;
  /** What it wrote to standard output and error. */
  output(): string;
  /** Starts it again with the data that it had, and waits until it listens. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Lets it stand still, with its connections open, until `resume`. */
  suspend(): void;
  resume(): void;
  /** Ends it at once, where it runs, and removes its files. */
  remove(): Promise<void>;
}

/** How to run one: a command that stays in the foreground. */
export interface ServerProgram {
  readonly command: string;
  readonly parameters: readonly string[];
  /** Its files. */
  readonly directory: TemporaryDirectory;
}

const START_MS = 30_000;

/** Starts a server. Where that fails, nothing is left of it. */
export async function startServer(
  facts: LdapServerFacts,
  program: ServerProgram,
  administration: Administration,
): Promise<LdapServer> {
  const { directory } = program;
  let running: RunningProcess | undefined;
  const current = (): RunningProcess => {
    if (running === undefined) throw new Error(`${facts.name} does not run`);
    return running;
  };
  const signal = (name: NodeJS.Signals) => process.kill(-current().pid, name);
  const end = async (name: NodeJS.Signals) => {
    const ending = current();
    if (ending.ended() === undefined) signal(name);
    await ending.stop();
    running = undefined;
  };
  const server: LdapServer = {
    ...facts,
    ...administration,
    get pid() {
      return current().pid;
    },
    output: () => current().output(),
    start: async () => {
      if (running !== undefined) throw new Error(`${facts.name} runs already`);
      const options = { cwd: directory.path, env: ENVIRONMENT };
      running = startProcess(program.command, program.parameters, options);
      await isListening(facts, running);
    },
    // A suspended process does not hear that it should stop.
    stop: () => end('SIGCONT'),
    kill: () => end('SIGKILL'),
    suspend: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    remove: async () => {
      if (running !== undefined) await end('SIGKILL');
      await directory.remove();
    },
  };
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
}

async function isListening(facts: LdapServerFacts, running: RunningProcess): Promise<void> {
  const isUp = await until(async () => {
    const ended = running.ended();
    if (ended !== undefined) throw new Error(`${facts.name} ${ended}: ${running.output()}`);
    return (await accepts(facts.host, facts.port)) && (await accepts(facts.host, facts.securePort));
  }, START_MS);
  if (!isUp) throw new Error(`${facts.name} does not listen: ${running.output()}`);
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
