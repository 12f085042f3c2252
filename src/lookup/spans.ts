import {
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Maybe } from '../directory/directory.ts';
import { andThen, lastly, orElse } from '../directory/maybe.ts';
import type { Flight, Outcome, Policy } from './outcome.ts';

/** `lookup` is all that a miss does, waiting its turn included; `ask` is the call to the directory within it. */
export type SpanName = 'lookup' | 'ask';

const KINDS = { lookup: SpanKind.INTERNAL, ask: SpanKind.CLIENT } as const;

/** Finds whichever SDK is registered, now or later; without one its spans are nothing. */
const tracer = trace.getTracer('idpmap');

/**
 * Traces a flight with OpenTelemetry, where an SDK is loaded (`node --import`). A span names the directory and what came
 * of it, never the key: addresses are personal data.
 */
export const withSpan =
  <T>(name: SpanName, directory: string): Policy<Flight<T>> =>
  (next) =>
  (key, signal) => {
    const span = tracer.startSpan(`idpmap ${name}`, { kind: KINDS[name] });
    if (isNothing(span)) return next(key, signal);
    span.setAttribute('idpmap.directory', directory);
    const within = trace.setSpan(context.active(), span);
    return context.with(within, () => follow(span, () => next(key, signal)));
  };

/** Without an SDK it is one and the same, which the two regular expressions of `isSpanContextValid` need not read each time. */
function isNothing(span: Span): boolean {
  const told = span.spanContext();
  return told === INVALID_SPAN_CONTEXT || !isSpanContextValid(told);
}

function follow<T>(span: Span, fly: () => Maybe<Outcome<T>>): Maybe<Outcome<T>> {
  const tell = (outcome: Outcome<T>): Outcome<T> => {
    span.setAttribute('idpmap.outcome', outcome.status);
    if (outcome.status === 'unknown') fail(span, outcome.cause);
    return outcome;
  };
  const tellBug = (error: unknown): never => {
    fail(span, 'bug');
    throw error;
  };
  return lastly(
    () => orElse(() => andThen(fly(), tell), tellBug),
    () => span.end(),
  );
}

function fail(span: Span, cause: string): void {
  span.setAttribute('idpmap.cause', cause);
  span.setStatus({ code: SpanStatusCode.ERROR, message: cause });
}
