import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLineWriter, type LineWriter, type LineWriterOptions } from '../src/logwriter.ts';
import { makePlace } from './support/instance.ts';
import { describeWith } from './support/requirement.ts';
import { until } from './support/until.ts';

const { O_RDONLY, O_RDWR, O_WRONLY, O_NONBLOCK } = constants;
const PATIENCE_MS = 20_000;

/** Opens what closes with its test. */
function open(path: string, flags: number | string): number {
  const descriptor = openSync(path, flags);
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

/** Writes lines to it; tells what was dropped when lines were written again. */
function startWriter(descriptor: number, more: Partial<LineWriterOptions> = {}) {
  const recovered: number[] = [];
  const writer = createLineWriter({
    descriptor,
    recovered: (dropped) => {
      recovered.push(dropped);
      writer.write(`${dropped} dropped\n`);
    },
    retryMs: 5,
    ...more,
  });
  onTestFinished(() => writer.close(0));
  return { ...writer, recovered };
}

/** A pipe with a name. `read` takes what is in it now. */
async function makePipe() {
  const path = join(await makePlace(), 'pipe');
  spawnSync('mkfifo', [path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  const state = { reader };
  const bytes = Buffer.alloc(1024 * 1024);
  const read = (): string => {
    try {
      return bytes.toString('utf8', 0, readSync(state.reader, bytes));
    } catch {
      return '';
    }
  };
  return {
    writer: open(path, O_WRONLY),
    read,
    leave: () => closeSync(state.reader),
    comeBack: () => {
      state.reader = open(path, O_RDWR | O_NONBLOCK);
    },
  };
}

const numbered = (count: number, length = 100): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${String(i).padEnd(length - 1, '.')}\n`);

function writeAll({ write }: Pick<LineWriter, 'write'>, lines: readonly string[]): void {
  for (const line of lines) write(line);
}

test('writes lines in their order, whole', async () => {
  const path = join(await makePlace(), 'log');
  const writer = startWriter(open(path, 'a'));
  const lines = numbered(5000);
  writeAll(writer, lines);
  expect(await writer.flush(PATIENCE_MS)).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  expect(writer.figures.dropped).toBe(0);
});

test('writes behind what is there, where the file was opened so', async () => {
  const path = join(await makePlace(), 'log');
  writeFileSync(path, 'before\n');
  const writer = startWriter(open(path, 'a'));
  writer.write('after\n');
  await writer.flush(PATIENCE_MS);
  expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
});

describe('a pipe that nobody reads', () => {
  test('takes no time of whoever logs; the newest lines are dropped, counted, and told of once', async () => {
    const { writer: descriptor, read } = await makePipe();
    const writer = startWriter(descriptor, { maxQueued: 100_000 });
    const lines = numbered(8000);
    writeAll(writer, lines.slice(0, 4000));
    expect(await writer.flush(20)).toBe(false);
    writeAll(writer, lines.slice(4000));
    const { dropped } = writer.figures;
    expect(dropped).toBeGreaterThan(6000);
    let text = '';
    await until(() => {
      text += read();
      return text.endsWith('dropped\n');
    }, PATIENCE_MS);
    const kept = text.split(/(?<=\n)/).slice(0, -1);
    expect(kept).toEqual(lines.filter((line) => kept.includes(line)));
    expect(kept.length).toBe(8000 - dropped);
    expect(writer.recovered).toEqual([dropped]);
  });

  test('holds the end of the process up for a moment only', async () => {
    const { writer: descriptor } = await makePipe();
    const writer = startWriter(descriptor);
    writeAll(writer, numbered(5000));
    await writer.flush(20);
    writer.flushNow();
    expect(writer.figures.dropped).toBe(0);
  });
});

test('a pipe whose reader leaves is written again when one comes', async () => {
  const { writer: descriptor, read, leave, comeBack } = await makePipe();
  const writer = startWriter(descriptor, { maxQueued: 1000 });
  leave();
  writeAll(writer, numbered(100));
  expect(await writer.flush(PATIENCE_MS)).toBe(false);
  comeBack();
  let text = '';
  await until(() => {
    text += read();
    return text.includes('dropped');
  }, PATIENCE_MS);
  expect(text.startsWith('0...')).toBe(true);
  expect(writer.recovered).toEqual([writer.figures.dropped]);
});

test('a device that is full fails nobody, and holds nobody up', async () => {
  const writer = startWriter(open('/dev/full', 'w'), { maxQueued: 1000 });
  writeAll(writer, numbered(100));
  expect(await writer.flush(PATIENCE_MS)).toBe(false);
  writer.flushNow();
  expect(writer.figures.dropped).toBeGreaterThan(80);
});

test('a descriptor that was closed fails nobody', async () => {
  const path = join(await makePlace(), 'log');
  const descriptor = openSync(path, 'w');
  const writer = startWriter(descriptor, { maxQueued: 1000 });
  closeSync(descriptor);
  // It stays, and only to read: else the next test's file would get the number, and lines that are under way.
  expect(openSync('/dev/null', 'r')).toBe(descriptor);
  writeAll(writer, numbered(100));
  expect(await writer.flush(PATIENCE_MS)).toBe(false);
  expect(writer.figures.dropped).toBeGreaterThan(0);
});

describeWith(['root'], 'a disk that is full', () => {
  test('gets the lines that waited once it has room, none of them cut', async () => {
    const place = await makePlace();
    const disk = join(place, 'disk');
    spawnSync('mkdir', [disk]);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    onTestFinished(() => {
      spawnSync('umount', ['-l', disk]);
    });
    writeFileSync(join(disk, 'other'), 'x'.repeat(50_000));
    const writer = startWriter(open(join(disk, 'log'), 'a'), { maxQueued: 20_000 });
    const lines = numbered(1000, 77);
    writeAll(writer, lines);
    expect(await writer.flush(PATIENCE_MS)).toBe(false);
    spawnSync('truncate', ['--size', '0', join(disk, 'other')]);
    const read = (): string => readFileSync(join(disk, 'log'), 'utf8');
    expect(await until(() => read().endsWith('dropped\n'), PATIENCE_MS)).toBe(true);
    const kept = 1000 - writer.figures.dropped;
    expect(read()).toBe(`${lines.slice(0, kept).join('')}${writer.figures.dropped} dropped\n`);
  });
});

test('what still waits when the process ends is written then', async () => {
  const path = join(await makePlace(), 'log');
  const writer = startWriter(open(path, 'a'));
  writeAll(writer, ['a\n', 'b\n', 'c\n']);
  writer.flushNow();
  expect(await until(() => readFileSync(path, 'utf8').length === 6, PATIENCE_MS)).toBe(true);
});
