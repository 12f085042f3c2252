import { describe, expect, test } from 'vitest';
import { summarise } from '../../src/http/page/summary.js';
import type { Status } from '../../src/http/statusreport.ts';
import { NOW, STAFF, WELL } from '../support/status.ts';

const say = (changes: Partial<Status>) => summarise({ ...WELL, ...changes });

describe('what is wrong beside directories is told, with what to do:', () => {
  const { lately } = WELL;
  const { rejected, unsent } = lately;
  test.each<readonly [title: string, detail: string, changes: Partial<Status>]>([
    [
      'Connections are turned away',
      '12 connections were turned away in the last quarter of an hour, and mail waited for them: as many were open as may be (1\u202f000). To do: raise connections.max',
      { lately: { ...lately, rejected: { ...rejected, 'too-many': 12 } } },
    ],
    [
      'Connections are turned away',
      '1 connection was turned away in the last quarter of an hour, and mail waited for them: one address had as many as it may. To do: raise connections.perPeer',
      { lately: { ...lately, rejected: { ...rejected, 'too-many-of-peer': 1 } } },
    ],
    [
      'Connections are turned away',
      'To do: raise the limit of open files',
      { lately: { ...lately, rejected: { ...rejected, accept: 2 } } },
    ],
    [
      "An answer can't be sent",
      'it is larger than Postfix reads. To do: split the group',
      { lately: { ...lately, unsent: { ...unsent, size: 1 } } },
    ],
    [
      'An address is in doubt',
      '2 lookups in the last hour were deferred for a doubt about single addresses of staff',
      { causes: [{ directory: 'staff', cause: 'entry', count: 2, lastMinute: 0 }] },
    ],
    ['A fault of idpmap', 'To do: report it', { lately: { ...lately, bugs: 1 } }],
    ['Answers are late', 'the process is short of CPU', { lately: { ...lately, overdue: 6 } }],
    [
      'A certificate or secret expires',
      'Directory staff: its client certificate ends in 3 days',
      {
        directories: [
          {
            ...STAFF,
            figures: {
              clientCertificateExpiresAt: Date.parse(NOW) + 3 * 86_400_000,
              certificateExpiresAt: Date.parse(NOW) + 30 * 86_400_000,
              tokenExpiresAt: Date.parse(NOW),
            },
          },
        ],
      },
    ],
    [
      "The state can't be written",
      'after a restart, what was held or accepted, and which domains were listed, would not be known: EROFS',
      { unwritten: [{ what: 'state', reason: 'EROFS' }] },
    ],
    [
      "The memory can't be written",
      'a restart in an outage would forget who is known: ENOSPC',
      { unwritten: [{ what: 'memory', reason: 'ENOSPC' }] },
    ],
    [
      'Lines of the log are lost',
      '7 lines of the log were lost',
      { lately: { ...lately, droppedLines: 7 } },
    ],
  ])('%s: %s', (title, detail, changes) => {
    const said = say(changes);
    expect([said.tone, said.title]).toEqual(['warn', title]);
    expect(said.details.join('\n')).toContain(detail);
  });

  test('strangers who connect change no verdict', () => {
    const said = say({
      lately: { ...lately, rejected: { ...rejected, 'not-allowed': 3, tls: 1 } },
    });
    expect(said.tone).toBe('good');
    expect(said.details.slice(1)).toEqual([
      expect.stringContaining(
        '3 connections were turned away in the last quarter of an hour, for allow',
      ),
      expect.stringContaining('1 connection was turned away'),
    ]);
  });
});
