import { z } from 'zod';
import { path } from './values.ts';

/** What the connections of one section make of it. */
export interface ClientTlsWords {
  /** What is connected to. */
  readonly peer: 'server' | 'engine';
  /** What demands a client certificate, where a setting does. */
  readonly use?: string;
  /** What a peer's name looks like. */
  readonly serverName: string;
  /** What the files may be called. */
  readonly files?: { readonly ca: string; readonly cert: string; readonly key: string };
}

const FILES = {
  ca: '/etc/idpmap/ca.pem',
  cert: '/etc/idpmap/client.pem',
  key: '/etc/idpmap/client.key',
};

/** Makes the settings of connections that we open over TLS. */
export const clientTls = ({ peer, use, serverName, files = FILES }: ClientTlsWords) =>
  z
    .strictObject({
      ca: path()
        .exactOptional()
        .meta({
          description:
            'PEM file of the authorities that are trusted; without it, those that Node knows.',
          examples: [files.ca],
        }),
      cert: path()
        .exactOptional()
        .meta({
          description: `PEM file of a client certificate${use === undefined ? '' : `, for \`${use}\``}.`,
          examples: [files.cert],
        }),
      key: path()
        .exactOptional()
        .meta({
          description: "PEM file of the client certificate's key.",
          examples: [files.key],
        }),
      serverName: z
        .string()
        .min(1)
        .exactOptional()
        .meta({
          description: `The name that the ${peer}'s certificate carries, where it is not the URL's.`,
          examples: [serverName],
        }),
    })
    .superRefine(({ cert, key }, context) => {
      if ((cert === undefined) === (key === undefined)) return;
      context.addIssue({ code: 'custom', message: 'cert and key go together, write both' });
    });
