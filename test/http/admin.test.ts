import { expect, test } from 'vitest';
import type { HttpOptions } from '../../src/http/server.ts';
import { postJson } from '../support/http.ts';
import { startServer, TOKEN } from './fixture.ts';

/** Posts to a server whose handlers keep what they are asked. */
async function post(path: string, body: unknown) {
  const asked: unknown[] = [];
  const note = (name: string) => (args: object) => {
    asked.push({ [name]: args });
    return Promise.reject(new Error('so it is'));
  };
  const handlers: HttpOptions['handlers'] = {
    explain: note('explain'),
    explainSender: note('explainSender'),
    explainTrace: note('explainTrace'),
    purge: note('purge'),
    shadow: note('shadow'),
  };
  const { endpoint } = await startServer({ handlers });
  const { status, text } = await postJson(endpoint, path, body, TOKEN);
  return { asked, status, text };
}

test.each([
  [{ address: 'a@x.org' }, { explain: { address: 'a@x.org' } }],
  [{ address: '' }, { explain: { address: '' } }],
  [{ address: 'a@x.org', login: 'ann' }, { explainSender: { address: 'a@x.org', login: 'ann' } }],
  [{ id: '7f3a91' }, { explainTrace: { id: '7f3a91' } }],
])('explains %j', async (body, asked) => {
  expect((await post('/api/explain', body)).asked).toEqual([asked]);
});

test.each([
  [{ address: 'a@x.org' }],
  [{ domain: 'x.org' }],
  [{ directory: 'staff' }],
  [{ all: true }],
])('purges %j', async (what) => {
  expect((await post('/api/purge', what)).asked).toEqual([{ purge: { what } }]);
});

test.each([
  ['/api/explain', {}],
  ['/api/explain', []],
  ['/api/explain', 'a@x.org'],
  ['/api/explain', null],
  ['/api/explain', { address: 7 }],
  ['/api/explain', { login: 'ann' }],
  ['/api/explain', { address: 'a@x.org', login: 7 }],
  ['/api/explain', { address: 'a@x.org', id: '7f3a91' }],
  ['/api/explain', { address: 'a@x.org', login: 'ann', id: '7f3a91' }],
  ['/api/purge', {}],
  ['/api/purge', { all: false }],
  ['/api/purge', { all: 'true' }],
  ['/api/purge', { domain: 'x.org', all: true }],
  ['/api/purge', { address: ['a@x.org'] }],
])('%s says what to send instead of %j', async (path, body) => {
  const { asked, status, text } = await post(path, body);
  expect([asked, status]).toEqual([[], 400]);
  expect(JSON.parse(text).error).toMatch(/^send (?:one of )?\{"address": ADDRESS\}/);
});

test('what can not be done is told', async () => {
  const { status, text } = await post('/api/purge', { directory: 'staff' });
  expect([status, text]).toEqual([422, '{"error":"so it is"}']);
});
