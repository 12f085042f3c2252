import { z } from 'zod';
import { path } from '../config/schema/values.ts';
import type { DeepReadonly } from '../config/schema.ts';

/** What a directory's own words make of it. */
export interface ClientTlsWords {
  /** What demands a client certificate. */
  readonly use: string;
  /** What a server's name looks like. */
  readonly serverName: string;
}

/** Makes the settings of connections that a directory opens over TLS. */
export const clientTls = ({ use, serverName }: ClientTlsWords) =>
  z
    .strictObject({
      ca: path()
        .exactOptional()
        .meta({
          description:
            'PEM file of the authorities that are trusted; without it, those that Node knows.',
          examples: ['/etc/idpmap/ca.pem'],
        }),
      cert: path()
        .exactOptional()
        .meta({
          description: `PEM file of a client certificate, for \`${use}\`.`,
          examples: ['/etc/idpmap/client.pem'],
        }),
      key: path()
        .exactOptional()
        .meta({
          description: "PEM file of the client certificate's key.",
          examples: ['/etc/idpmap/client.key'],
        }),
      serverName: z
        .string()
        .min(1)
        .exactOptional()
        .meta({
          description: "The name that the server's certificate carries, where it is not the URL's.",
          examples: [serverName],
        }),
    })
    .superRefine(({ cert, key }, context) => {
      if ((cert === undefined) === (key === undefined)) return;
      context.addIssue({ code: 'custom', message: 'cert and key go together, write both' });
    });

/** How a connection is kept private. The files are read at each connection, so new certificates count at once. */
export type ClientTls = DeepReadonly<z.output<ReturnType<typeof clientTls>>>;
