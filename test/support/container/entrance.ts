import { connect, createServer } from 'node:net';

// Runs within a network that has nothing but its loopback: hands what comes at a port of it to a Unix socket. It ends with the
// process that started it.

const [port, path = ''] = process.argv.slice(2);
const server = createServer((client) => {
  const target = connect({ path });
  client.on('error', () => target.destroy());
  target.on('error', () => client.destroy());
  client.pipe(target).pipe(client);
});
server.listen({ host: '127.0.0.1', port: Number(port) }, () => process.send?.('listening'));
process.once('disconnect', () => process.exit());
