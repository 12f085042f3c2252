import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSyncInfo, readSyncState } from '../../../../src/directory/ldap/follow/synccontrol.ts';
import { infoValue, stateValue } from './syncpeer.ts';

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
const cookie = fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 300 }), { nil: undefined });

describe('what comes with an entry', () => {
  test('is read as it was written', () => {
    const state = fc.constantFrom('present', 'add', 'modify', 'delete');
    fc.assert(
      fc.property(state, id, cookie, (is, own, from) => {
        const read = readSyncState(stateValue(is, own, from));
        expect({ ...read, cookie: read.cookie?.toString() }).toEqual({
          state: is,
          id: own,
          cookie: from,
        });
      }),
    );
  });

  test.each([
    ['an id that is too short', stateValue('add', Buffer.alloc(15), undefined), /id of 15 bytes/],
    ['nothing', Buffer.alloc(0), /ends in the middle/],
    ['a state that there is none of', Buffer.from('30030a0107', 'hex'), /unknown state/],
    [
      'a cookie without end',
      stateValue('add', Buffer.alloc(16), 'x'.repeat(70_000)),
      /cookie of 70000 bytes/,
    ],
  ])('is refused where it is %s', (_, bytes, reason) => {
    expect(() => readSyncState(bytes)).toThrow(reason);
  });
});

describe('a word in between', () => {
  test('is read as it was written', () => {
    const kind = fc.constantFrom('refreshDelete', 'refreshPresent', 'present', 'gone');
    fc.assert(
      fc.property(kind, fc.array(id, { maxLength: 20 }), cookie, (is, ids, from) => {
        const read = readSyncInfo(infoValue(is, ids, from));
        expect(read).toMatchObject(
          is === 'present' || is === 'gone' ? { is, ids } : { is, isDone: true },
        );
        expect(read.cookie?.toString()).toBe(from);
      }),
    );
  });

  test('says that there is more to come', () => {
    expect(readSyncInfo(Buffer.from('a203010100', 'hex'))).toMatchObject({ isDone: false });
  });

  test.each([
    ['of an unknown kind', Buffer.from('a70100', 'hex')],
    ['cut off', Buffer.from('a30a31', 'hex')],
    ['empty', Buffer.alloc(0)],
  ])('is refused where it is %s', (_, bytes) => {
    expect(() => readSyncInfo(bytes)).toThrow(Error);
  });
});

test('no bytes do more than throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      for (const read of [readSyncInfo, readSyncState])
        try {
          read(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
    }),
  );
});
