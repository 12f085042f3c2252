import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { print } from '../src/cli/print.ts';
import { hideLogin, printable, printableLines, printableValue } from '../src/printable.ts';
import { findReplyFault, formatReply, temp } from '../src/socketmap/protocol.ts';

/** What the page does, which is JavaScript. */
interface Page {
  readonly printable: (text: string) => string;
  readonly parsePrintable: (json: string) => unknown;
}
const page: Page = await import(new URL('../src/http/page/printable.js', import.meta.url).href);

/** Every code point, of those in private use and without any meaning one of a hundred. */
const all = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code)).filter(
  (text, code) => code % 101 === 0 || !/[\p{Cn}\p{Co}]/u.test(text),
);
const isUnseen = (text: string): boolean => /[\p{C}\p{Zl}\p{Zp}]/u.test(text);
const unseen = all.filter(isUnseen);

/** What the standards of terminals and of bidirectional text name, whatever the table above says. */
const CONTROLS = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i),
  0xad,
  0x061c,
  0x180e,
  0x200b,
  0x200e,
  0x200f,
  ...Array.from({ length: 7 }, (_, i) => 0x2028 + i),
  ...Array.from({ length: 10 }, (_, i) => 0x2060 + i),
  0xfeff,
  0xfff9,
  0xe0001,
  0xe007f,
].map((code) => String.fromCodePoint(code));

describe('of all code points', () => {
  test('those that nobody sees become ones that everybody sees', () => {
    expect(isUnseen(printable(unseen.join('')))).toBe(false);
    expect(unseen.filter((text) => !/^(?:\\u[0-9a-f]{4}){1,2}$/.test(printable(text)))).toEqual([]);
  });

  test('the others stay as they are', () => {
    const seen = all.filter((text) => !isUnseen(text));
    expect(printable(seen.join(''))).toBe(seen.join(''));
  });

  test('controls are among those that nobody sees', () => {
    expect(CONTROLS.filter((text) => printable(text) === text)).toEqual([]);
  });

  test('what is shown is what JSON would read', () => {
    const text = unseen.join('');
    expect(JSON.parse(`"${printable(text)}"`) === text).toBe(true);
  });

  test('the page shows them as the commands do', () => {
    const text = all.join('');
    expect(page.printable(text)).toBe(printable(text));
    expect(page.parsePrintable(JSON.stringify({ a: [unseen.join('')] }))).toEqual({
      a: [printable(unseen.join(''))],
    });
  });
});

test('lines of ours stay lines, and nothing else of them is left', () => {
  const shown = printableLines(unseen.join(''));
  expect(shown.split('\n').length).toBe(2);
  expect(isUnseen(shown.replace('\n', ''))).toBe(false);
});

test('a value is printable in all its depth, and a stack keeps its lines', () => {
  const value = { 'a\u001b': ['\u202e', { stack: 'one\n\u0007two', reason: 'one\ntwo' }, 7, null] };
  expect(printableValue(value)).toEqual({
    'a\\u001b': ['\\u202e', { stack: 'one\n\\u0007two', reason: 'one\\u000atwo' }, 7, null],
  });
});

/** What a command writes to standard output. */
function written(run: () => void): string {
  const parts: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    parts.push(String(part));
    return true;
  });
  onTestFinished(() => spy.mockRestore());
  run();
  spy.mockRestore();
  return parts.join('');
}

describe('whatever is in them, at each edge', () => {
  const text = all.join('');

  test('a command’s text has no controls but line ends', () => {
    const shown = written(() => print({}, {}, text));
    expect(isUnseen(shown.replaceAll('\n', ''))).toBe(false);
  });

  test('a command’s JSON has none either, and says the same', () => {
    const shown = written(() => print({ json: true }, { text }, ''));
    expect(isUnseen(shown.replaceAll('\n', ''))).toBe(false);
    expect(JSON.parse(shown)).toEqual({ text });
  });

  test('a reason for Postfix has none', () => {
    for (const each of [...CONTROLS, ...unseen.slice(0, 3000)])
      expect(isUnseen(formatReply(temp(`before${each}after`)))).toBe(false);
  });
});

/** Those that Postfix, its log or a mailbox's path must not get; a tab may stand in a table. */
const BREAKING = CONTROLS.filter(
  (text) =>
    text !== '\t' && /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text),
);

test.each(BREAKING)('data with %j is no answer', (control) => {
  expect(findReplyFault(`ann${control}@example.org`)).toBe('control');
});

test.each(['a\tb', 'jürgen@example.org', '名前@example.org', 'a\u200db', 'REJECT no such user'])(
  'data that Postfix can use is an answer: %j',
  (data) => {
    expect(findReplyFault(data)).toBeUndefined();
  },
);

test.each([
  ['ldaps://cn=me:hu@sh@ldap.example.org/dc=x', 'ldaps://***@ldap.example.org/dc=x'],
  ['me:hush@db.example.org:5432', '***@db.example.org:5432'],
  ['redis:me:hush@v', '***@v'],
  ['valkeys://v:6379', 'valkeys://v:6379'],
])('shows no login of %s', (text, shown) => {
  expect(hideLogin(text)).toBe(shown);
});
