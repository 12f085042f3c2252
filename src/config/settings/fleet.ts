import { z } from 'zod';
import { clientTls } from '../schema/clienttls.ts';
import {
  type EngineUrl,
  formatEngineUrl,
  type NodeUrl,
  parseClusterUrl,
  parseEngineUrl,
  parseSentinelUrl,
} from '../schema/engineurl.ts';
import { notations } from '../schema/notation.ts';
import { duration, flag, oneOrMany, secret, written } from '../schema/values.ts';
import { faultsOf } from './fleetfaults.ts';

const url = () => written<EngineUrl>({ type: 'URL' }, parseEngineUrl, formatEngineUrl);

/** Several of one kind, of which one is enough. */
const urls = (parse: (text: string) => NodeUrl) =>
  oneOrMany(written<NodeUrl>({ type: 'URL' }, parse, formatEngineUrl));

const tls = () =>
  clientTls({
    peer: 'engine',
    serverName: 'valkey.example.org',
    files: {
      ca: '/etc/idpmap/engine-ca.pem',
      cert: '/etc/idpmap/engine.pem',
      key: '/etc/idpmap/engine.key',
    },
  });

const sentinel = z
  .strictObject({
    primary: z
      .string()
      .regex(/^[\w.-]{1,128}$/, {
        error: 'is no name of a primary, write that of the sentinels\' "sentinel monitor"',
      })
      .meta({
        description: 'How the sentinels call the primary: the name in their `sentinel monitor`.',
        examples: ['mymaster'],
      }),
    urls: urls(parseSentinelUrl).meta({
      description:
        'All sentinels: `valkeys://HOST:PORT` where they and the engines speak TLS, else `valkey://HOST:PORT`; without a port, 26379.',
      examples: ['[valkeys://sentinel-0.example.org, valkeys://sentinel-1.example.org]'],
    }),
    user: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description: 'As whom the sentinels know us; without it, their user `default`.',
        examples: ['idpmap'],
      }),
    password: secret()
      .exactOptional()
      .meta({
        description: 'Its password there; without it, none is told to them.',
        examples: ['{ file: /run/secrets/sentinel-password }'],
      }),
    tls: tls().exactOptional().meta({
      description:
        "How connections to sentinels are secured, where not as the engines' (`fleet.tls`).",
    }),
  })
  .register(notations, { insteadOf: 'url' });

const cluster = z
  .strictObject({
    urls: urls(parseClusterUrl).meta({
      description:
        'Some of its nodes: `valkeys://HOST:PORT` where all of them speak TLS, else `valkey://HOST:PORT`. They name the others.',
      examples: ['[valkeys://node-0.example.org:6379, valkeys://node-1.example.org:6379]'],
    }),
  })
  .register(notations, { insteadOf: 'url' });

/** Daemons that know together. */
export const fleet = z
  .strictObject({
    url: url()
      .exactOptional()
      .meta({
        description:
          'The engine, a Valkey or Redis: `valkeys://HOST:PORT` (TLS), `valkey://HOST:PORT` or `unix:/path`.',
        examples: ['valkeys://valkey.example.org:6379'],
      }),
    sentinel: sentinel.exactOptional().meta({
      description:
        'In place of `url`: sentinels say which engine is the primary, and which takes over from it.',
    }),
    cluster: cluster.exactOptional().meta({
      description: 'In place of `url`: the engine is a cluster of several.',
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
    tls: tls().prefault({}).meta({ description: 'How the connection is secured.' }),
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
  .superRefine((settings, context) => {
    for (const [name, message] of faultsOf(settings))
      context.addIssue({ code: 'custom', path: name, message });
  });

/** The section `fleet` of a configuration. */
export type FleetSection = z.output<typeof fleet>;
