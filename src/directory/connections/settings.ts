import { count, duration } from '../../config/schema/values.ts';

/** How connections are kept, as settings say it. Durations in milliseconds. */
export interface ConnectionSettings {
  readonly connections: number;
  readonly connectTimeout: number;
  readonly maxAge: number;
  readonly returnAfter: number;
}

/** Makes the setting: how many are kept open. */
export const connections = (preset: number) =>
  count(1, 64).prefault(preset).meta({ description: 'Connections that are kept open.' });

/** Makes the setting. `ready`: what a server does in that time. */
export const connectTimeout = (ready: string) =>
  duration('10ms', '60s')
    .prefault('1s')
    .meta({ description: `How long one server may take to ${ready}.` });

/** Makes the setting. */
export const maxAge = () =>
  duration('1s').prefault('15m').meta({
    description: "Age at which a connection is replaced; less than the server's idle limit.",
  });

/** Makes the setting. */
export const returnAfter = () =>
  duration('1s').prefault('30s').meta({
    description:
      'How long a server that failed is left out, and how soon the first one is tried again.',
  });
