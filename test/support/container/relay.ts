import { connect, Server } from 'node:net';

// Runs within a Pod's network: takes listening sockets of the outside with the port that their clients want, and ends
// with the process that sent them.

process.on('message', (port: unknown, server: unknown) => {
  if (!(server instanceof Server) || typeof port !== 'number') return;
  server.on('connection', (client) => {
    const target = connect({ host: '127.0.0.1', port, noDelay: true });
    client.setNoDelay(true);
    client.on('error', () => target.destroy());
    target.on('error', () => client.destroy());
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
    client.pipe(target).pipe(client);
  });
});
process.once('disconnect', () => process.exit());
