import { z } from 'zod';
import { type EngineUrl, formatEngineUrl, isHere, parseEngineUrl } from '../schema/engineurl.ts';
import { duration, flag, path, secret, written } from '../schema/values.ts';

const url = () => written<EngineUrl>({ type: 'URL' }, parseEngineUrl, formatEngineUrl);

const tls = z
  .strictObject({
    ca: path()
      .exactOptional()
      .meta({
        description:
          'PEM file of the authorities that are trusted; without it, those that Node knows.',
        examples: ['/etc/idpmap/engine-ca.pem'],
      }),
    cert: path()
      .exactOptional()
      .meta({
        description: 'PEM file of a client certificate.',
        examples: ['/etc/idpmap/engine.pem'],
      }),
    key: path()
      .exactOptional()
      .meta({
        description: "PEM file of the client certificate's key.",
        examples: ['/etc/idpmap/engine.key'],
      }),
    serverName: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description: "The name that the engine's certificate carries, where it is not the URL's.",
        examples: ['valkey.example.org'],
      }),
  })
  .superRefine(({ cert, key }, context) => {
    if ((cert === undefined) === (key === undefined)) return;
    context.addIssue({ code: 'custom', message: 'cert and key go together, write both' });
  });

/** Daemons that know together. */
export const fleet = z
  .strictObject({
    url: url().meta({
      description:
        'The engine, a Valkey or Redis: `valkeys://HOST:PORT` (TLS), `valkey://HOST:PORT` or `unix:/path`.',
      examples: ['valkeys://valkey.example.org:6379'],
    }),
    key: secret().meta({
      description:
        'What daemons seal with what they share: 32 random bytes (`openssl rand -base64 32`). Whoever has it decides who gets mail.',
      examples: ['{ file: /run/secrets/fleet-key }'],
    }),
    otherKey: secret()
      .exactOptional()
      .meta({
        description:
          'While the key is changed, the next one and then the former one: it opens, and seals nothing.',
        examples: ['{ file: /run/secrets/fleet-other-key }'],
      }),
    user: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description: 'As whom the engine knows us; without it, its user `default`.',
        examples: ['idpmap'],
      }),
    password: secret()
      .exactOptional()
      .meta({ description: 'Its password.', examples: ['{ file: /run/secrets/fleet-password }'] }),
    tls: tls.prefault({}).meta({ description: 'How the connection is secured.' }),
    insecure: flag().prefault(false).meta({
      description:
        'Says that you know: `valkey://` to another machine without TLS shows the password.',
    }),
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, {
        error: 'is no name of a fleet, write letters, digits, ".", "_" and "-"',
      })
      .prefault('default')
      .meta({ description: 'Which fleet, where several share an engine.', examples: ['mx'] }),
    timeout: duration('1ms', '10s').prefault('20ms').meta({
      description:
        'How long the engine may take for an answer; what it has not said by then is asked of the directory.',
    }),
  })
  .superRefine(({ url: where, insecure, password }, context) => {
    if (insecure || isHere(where) || (where.kind === 'tcp' && where.secure)) return;
    const message = `${password === undefined ? 'whoever is on the way may write there' : 'shows the password'}: use valkeys://, or say insecure: true`;
    context.addIssue({ code: 'custom', path: ['url'], message });
  });

/** The section `fleet` of a configuration. */
export type FleetSection = z.output<typeof fleet>;
