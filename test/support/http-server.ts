import { createHttpFigures } from '../../src/http/figures.ts';
import { openHttp } from '../../src/http/server.ts';
import { silentLog } from '../../src/log.ts';

/** A process that serves HTTP at the Unix socket it is given; whoever asks for its status blocks its event loop for good. */
const [, , path = ''] = process.argv;
const endpoint = { kind: 'unix', path } as const;
const refuse = () => Promise.reject(new Error('not offered'));
const server = await openHttp({
  endpoint,
  settings: () => ({ endpoint, hosts: [], acknowledgeUnauthenticated: false }),
  phase: () => 'ready',
  metrics: async () => ({ contentType: 'text/plain', text: async () => '' }),
  status: () => {
    for (;;);
  },
  handlers: {
    explain: refuse,
    explainSender: refuse,
    explainTrace: refuse,
    purge: refuse,
    shadow: refuse,
  },
  log: silentLog,
  figures: createHttpFigures(),
});
await server.publish();
