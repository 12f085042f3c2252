import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanStatus,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Maybe } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { type Flight, type Outcome, unknown } from '../../src/lookup/outcome.ts';
import { withSpan } from '../../src/lookup/spans.ts';

const NOBODY = none('probe', 'scripted');

const told: TestSpan[] = [];

/** Keeps what becomes of it. */
class TestSpan implements Span {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Record<string, unknown> = {};
  status: SpanStatusCode | undefined = undefined;
  ended = 0;
  readonly #id: string;

  constructor(name: string, within: Context) {
    this.name = name;
    this.parent = trace.getSpan(within)?.spanContext().spanId;
    this.#id = String(told.push(this)).padStart(16, '0');
  }
  spanContext() {
    return { traceId: '1'.repeat(32), spanId: this.#id, traceFlags: 1 };
  }
  setAttribute(attribute: string, value: unknown): this {
    this.attributes[attribute] = value;
    return this;
  }
  setStatus({ code }: SpanStatus): this {
    this.status = code;
    return this;
  }
  end(): void {
    this.ended += 1;
  }
  isRecording(): boolean {
    return true;
  }
  setAttributes = (): this => this;
  addEvent = (): this => this;
  addLink = (): this => this;
  addLinks = (): this => this;
  updateName = (): this => this;
  recordException(): void {}
}

const tracer: Tracer = {
  startSpan: (name, _options, within = context.active()) => new TestSpan(name, within),
  startActiveSpan: () => {
    throw new Error('nobody asks for this');
  },
};

/** Carries the context on as an SDK's manager does. */
function createManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (within, call, _self, ...parameters) => storage.run(within, call, ...parameters),
    bind: (_within, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

const fly = (outcome: () => Promise<Outcome<string>>): Maybe<Outcome<string>> => {
  const ask: Flight<string> = withSpan<string>('ask', 'staff')(outcome);
  return withSpan<string>(
    'lookup',
    'staff',
  )(async (key, signal) => {
    // Whatever waits in between must not lose the way.
    await Promise.resolve();
    return ask(key, signal);
  })('ann@example.org', new AbortController().signal);
};

// First: a tracer that has found an SDK keeps it.
test('without an SDK a flight is handed on as it is', () => {
  const outcome = Promise.resolve(NOBODY);
  const flight = withSpan<string>('lookup', 'staff')(() => outcome);
  expect(flight('ann@example.org', new AbortController().signal)).toBe(outcome);
});

describe('with an SDK', () => {
  beforeEach(() => {
    told.length = 0;
    context.setGlobalContextManager(createManager());
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
  });
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  test('a miss is a span, the call to the directory one within it', async () => {
    await fly(async () => NOBODY);
    expect(told).toMatchObject([
      { name: 'idpmap lookup', parent: undefined },
      { name: 'idpmap ask', parent: '0000000000000001' },
    ]);
  });

  test('each ends once, with its directory and what came of it', async () => {
    await fly(async () => ({ status: 'found', value: ['x'] }));
    for (const span of told)
      expect(span).toMatchObject({
        attributes: { 'idpmap.directory': 'staff', 'idpmap.outcome': 'found' },
        status: undefined,
        ended: 1,
      });
  });

  test('a fault is an error with its cause', async () => {
    await fly(async () => unknown('timeout', 'staff', 'no answer'));
    for (const span of told)
      expect(span).toMatchObject({
        attributes: { 'idpmap.cause': 'timeout' },
        status: SpanStatusCode.ERROR,
        ended: 1,
      });
  });

  test('a bug ends them too, and stays what it is', async () => {
    await expect(fly(() => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
    expect(told.map(({ ended, attributes }) => [ended, attributes['idpmap.cause']])).toEqual([
      [1, 'bug'],
      [1, 'bug'],
    ]);
  });

  test('no span names the address', async () => {
    await fly(async () => ({ status: 'found', value: ['ann@example.org'] }));
    expect(JSON.stringify(told)).not.toContain('ann@');
  });
});
