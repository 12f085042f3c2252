import { byKey, type Family, type Section, single } from './family.ts';

const families: readonly Family[] = [
  {
    name: 'idpmap_requests_total',
    type: 'counter',
    labels: [],
    help: 'Requests that were read from Postfix, unreadable ones among them.',
    advice: 'If it stands still while mail flows, Postfix asks somewhere else.',
    samples: ({ socketmap }) => single(socketmap.requests),
  },
  {
    name: 'idpmap_deadline_exceeded_total',
    type: 'counter',
    labels: [],
    help: 'Requests answered TEMP because no map had answered them by the deadline.',
    advice:
      'Lookups end themselves at the deadline, so this should stay 0; if it grows, the process is short of CPU.',
    samples: ({ socketmap }) => single(socketmap.overdue),
  },
  {
    name: 'idpmap_bugs_total',
    type: 'counter',
    labels: [],
    help: 'Requests answered TEMP because of a fault of idpmap itself, outside the directories.',
    advice: 'The log has the stack: please report it.',
    samples: ({ socketmap }) => single(socketmap.bugs),
  },
  {
    name: 'idpmap_connections_open',
    type: 'gauge',
    labels: ['listener'],
    help: 'Connections that are open now, by the endpoint they came to.',
    advice: 'Each process of Postfix keeps one. Near `connections.max`: raise it.',
    samples: ({ socketmap }) =>
      socketmap.listeners.map(({ endpoint, open }) => ({
        labels: { listener: endpoint },
        value: open,
      })),
  },
  {
    name: 'idpmap_connections_total',
    type: 'counter',
    labels: ['listener'],
    help: 'Connections that were served.',
    advice:
      'As many as requests: connections do not last; `idpmap_protocol_errors_total` says whether idpmap ends them.',
    samples: ({ socketmap }) =>
      socketmap.listeners.map(({ endpoint, total }) => ({
        labels: { listener: endpoint },
        value: total,
      })),
  },
  {
    name: 'idpmap_connections_rejected_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Connections that were not served: the peer is not in allow, there were too many, of all or of one peer, TLS failed, or the system could not hand it over.',
    advice:
      '`too-many`: raise `connections.max`. `too-many-of-peer`: one address has as many as it may; raise `connections.perPeer` if it is a proxy, else see what it does. `accept`: raise the limit of open files. `not-allowed` and `tls`: somebody else asks, or a mail server’s network or certificate is missing.',
    samples: ({ socketmap }) => byKey('reason', socketmap.rejected),
  },
  {
    name: 'idpmap_protocol_errors_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Connections ended by idpmap, and requests refused unread, by what was wrong with them.',
    advice:
      '`idle` is harmless. `oversize`: keys of more than 16 KiB, which are nobody’s. Others: something that is not Postfix speaks to this port. `reply-timeout`: the client does not read.',
    samples: ({ socketmap }) => byKey('reason', socketmap.violations),
  },
  {
    name: 'idpmap_replies_refused_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Answers that could not be sent as they were and went out as TEMP: empty, with control characters, or too large for Postfix.',
    advice: '`size`: a group has more members than a reply holds. Others: mend the table’s values.',
    samples: ({ socketmap }) => byKey('reason', socketmap.refused),
  },
];

/** What came over the wire. */
export const SOCKETMAP: Section = { title: 'Connections and requests', families };
