// The yardstick: a bare Node server on the stock read path that takes every read for one request and says the same.
// Its arguments are the path of a Unix socket, and how many milliseconds its replies wait there; on TCP, where they do
// not, it listens at any port of loopback, and prints it.
import { createServer, type Socket } from 'node:net';
import { CONSTANT_REPLY } from './questions.ts';

const reply = Buffer.from(CONSTANT_REPLY);

function serve(socket: Socket): void {
  socket.on('error', () => {});
  socket.on('data', () => socket.write(reply));
}

function serveLater(socket: Socket): void {
  socket.on('error', () => {});
  socket.on('data', () => {
    setTimeout(() => socket.write(reply), delayMs);
  });
}

const [path, delay = '0'] = process.argv.slice(2);
const delayMs = Number(delay);
createServer(delayMs === 0 ? serve : serveLater).listen({ path, backlog: 1024 }, () => {
  const server = createServer({ noDelay: true }, serve);
  server.listen({ host: '127.0.0.1', port: 0 }, () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    process.stdout.write(`${JSON.stringify({ port })}\n`);
  });
});
