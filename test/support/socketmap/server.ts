import { createSocketmapServer } from '../../../src/socketmap/server.ts';

/**
 * A process that serves at the Unix socket it is given: `echo KEY` gives the key, `long KEY` a kilobyte, `figures x` the
 * server's figures, `rss x` its memory. It waits neither long for requests nor for readers.
 */
const [, , path = ''] = process.argv;
const long = 'x'.repeat(1000);
const limits = { requestTimeoutMs: 2000, replyTimeoutMs: 1000 };
const server = createSocketmapServer({
  limits,
  route: (map, key) => {
    if (map === 'figures') return { status: 'OK', data: JSON.stringify(server.figures) };
    if (map === 'rss') return { status: 'OK', data: String(process.memoryUsage.rss()) };
    return { status: 'OK', data: map === 'long' ? long : key };
  },
});
await server.listen({ endpoint: { kind: 'unix', path } });
