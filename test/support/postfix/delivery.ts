import { z } from 'zod';

/** What became of one recipient of one message. */
export interface Delivery {
  /** The queue's name for the message. */
  readonly queueId: string;
  readonly recipient: string;
  readonly status: (typeof STATUSES)[number];
  /** What the next host, or Postfix itself, said. */
  readonly reason: string;
}

const STATUSES = [
  'sent',
  'deferred',
  'bounced',
  'SOFTBOUNCE',
  'deliverable',
  'undeliverable',
] as const;

const deliverySchema = z.object({
  queueId: z.string(),
  recipient: z.string(),
  status: z.enum(STATUSES),
  reason: z.string(),
});

const DELIVERY =
  / (?<queueId>[0-9A-Za-z]+): to=<(?<recipient>.*?)>, (?:orig_to=<.*?>, )?relay=.*?, status=(?<status>\w+) \((?<reason>.*)\)$/;

/** Reads the deliveries in a mail log, in order; one that was deferred shows up at every try. */
export function parseDeliveries(log: string): readonly Delivery[] {
  return log.split('\n').flatMap((line) => {
    const match = DELIVERY.exec(line);
    return match === null ? [] : [deliverySchema.parse(match.groups)];
  });
}

/** One message in the queue. */
export interface QueuedMessage {
  readonly id: string;
  /** `incoming`, `active`, `deferred`, `hold`. */
  readonly queue: string;
  readonly sender: string;
  readonly recipients: readonly QueuedRecipient[];
}

/** A recipient that has not been served. */
export interface QueuedRecipient {
  readonly address: string;
  /** Why it waits; absent before the first try. */
  readonly reason?: string;
}

/** The fields of a line of `postqueue -j` that tests read. */
const rowSchema = z.object({
  queue_id: z.string(),
  queue_name: z.string(),
  sender: z.string(),
  recipients: z.array(z.object({ address: z.string(), delay_reason: z.string().exactOptional() })),
});

/** Reads what `postqueue -j` prints: one JSON object a line. */
export function parseQueue(lines: string): readonly QueuedMessage[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)))
    .map((row) => ({
      id: row.queue_id,
      queue: row.queue_name,
      sender: row.sender,
      recipients: row.recipients.map(({ address, delay_reason: reason }) =>
        reason === undefined ? { address } : { address, reason },
      ),
    }));
}
