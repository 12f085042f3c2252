import type { Socket } from 'node:net';
import { readLines, serveLoopback } from '../loopback.ts';

/** Stands in for Dovecot where Postfix asks who logs in: it knows PLAIN and the logins it was given. */
export interface SaslServer {
  /** As `smtpd_sasl_path` names it. */
  readonly path: string;
  stop(): Promise<void>;
}

/**
 * Starts one. `logins` holds a password for each login, compared as they are.
 * @see https://doc.dovecot.org/developer_manual/design/auth_protocol
 */
export async function startSaslServer(
  logins: Readonly<Record<string, string>>,
): Promise<SaslServer> {
  const server = await serveLoopback((socket) =>
    serveClient(socket, new Map(Object.entries(logins))),
  );
  return { path: `inet:127.0.0.1:${server.port}`, stop: () => server.stop() };
}

/** Version 1.1 is the one that Postfix knows. The numbers name a process, a connection and a cookie: any will do. */
const HANDSHAKE = [
  ['VERSION', '1', '1'],
  ['MECH', 'PLAIN', 'plaintext'],
  ['SPID', '1'],
  ['CUID', '1'],
  ['COOKIE', '00000000000000000000000000000000'],
  ['DONE'],
];

async function serveClient(socket: Socket, logins: ReadonlyMap<string, string>): Promise<void> {
  const say = (words: readonly string[]) => socket.write(`${words.join('\t')}\n`);
  HANDSHAKE.forEach(say);
  for await (const line of readLines(socket)) {
    const [command, id = '', , ...parameters] = line.split('\t');
    if (command !== 'AUTH') continue; // VERSION, CPID
    const response = parameters.find((parameter) => parameter.startsWith('resp='))?.slice(5) ?? '';
    const [, login = '', password] = Buffer.from(response, 'base64').toString().split('\0');
    const isRight = password !== undefined && logins.get(login) === password;
    say(isRight ? ['OK', id, `user=${login}`] : ['FAIL', id, `user=${login}`]);
  }
}
