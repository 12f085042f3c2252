import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { TYPES } from '../../src/directory/types.ts';
import { describeConformance } from '../support/conformance/conformance.ts';
import type { Registration } from '../support/conformance/registration.ts';

const TEST = join(import.meta.dirname, '..');

/** Every type, and how it is examined; absent: nobody wrote it. */
const registrations = await Promise.all(
  TYPES.map(async ({ type }) => {
    const file = join(import.meta.dirname, type, 'subject.ts');
    return { type, file, registration: existsSync(file) ? await register(file) : undefined };
  }),
);

async function register(file: string): Promise<Registration> {
  const { registration }: { registration: Registration } = await import(file);
  return registration;
}

test.each(registrations)('type $type has a subject (else write $file)', ({ registration }) => {
  expect(registration).toBeDefined();
});

const examinedElsewhere = registrations.flatMap(({ type, registration }) =>
  registration !== undefined && 'examinedBy' in registration ? [{ type, ...registration }] : [],
);

test.each(examinedElsewhere)('type $type is examined by $examinedBy', ({ examinedBy }) => {
  expect(readFileSync(join(TEST, examinedBy), 'utf8')).toContain('describeConformance({');
});

const examinedHere = registrations.flatMap(({ type, registration }) =>
  registration !== undefined && 'subject' in registration ? [{ type, ...registration }] : [],
);

describe.each(examinedHere)('type $type', ({ subject, start }) => {
  let running: Directory | undefined;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.close());
  describeConformance({
    subject,
    directory: () => {
      if (running === undefined) throw new Error('the directory is not open');
      return running;
    },
  });
});
