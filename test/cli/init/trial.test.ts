import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { NO_COMMANDS } from '../../../src/cli/init/ask/plan.ts';
import { tryPlan } from '../../../src/cli/init/ask/trial.ts';

const TOKEN = { access_token: 'token', expires_in: 300, token_type: 'Bearer' };
const JSON_TYPE = { 'content-type': 'application/json' };
const LATE_MS = 30;

const never = new Promise<never>(() => {});

test('a server that is slow to answer at first is waited for, longer than a daemon would', async () => {
  // A realm in which nobody is, and which tells it after longer than a daemon would wait for.
  const server = createServer(({ url = '' }, response) => {
    const told = url.includes('/token') ? TOKEN : url.includes('/count') ? 0 : [];
    setTimeout(() => response.writeHead(200, JSON_TYPE).end(JSON.stringify(told)), LATE_MS);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const remarks = await tryPlan(
    {
      config: () => [
        'domains: { example.org: { directory: mail } }',
        `directories: { mail: { type: keycloak, url: "http://127.0.0.1:${port}", realm: mail, clientId: idpmap, clientSecret: secret, timeout: 1ms } }`,
      ],
      files: [],
      commands: NO_COMMANDS,
    },
    never,
  );
  expect(remarks[0]?.text).toMatch(/^realm mail has no users/);
});
