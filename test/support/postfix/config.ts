/** What a private instance is told of its surroundings. */
export interface Surroundings {
  /** Holds main.cf and master.cf. */
  readonly configDirectory: string;
  readonly queueDirectory: string;
  readonly dataDirectory: string;
  /** Where the mail log goes; its folder must be Postfix's to write. */
  readonly logFile: string;
  readonly port: number;
  readonly submissionPort: number;
  /** As `smtpd_sasl_path` names the server that checks passwords. */
  readonly saslPath: string;
}

/** Lines of main.cf by parameter. */
export type MainCf = Readonly<Record<string, string>>;

/** The lines of main.cf that ask a daemon on this machine for recipients, aliases and domains. */
export const askingAt = (port: number): MainCf => {
  const table = `socketmap:inet:127.0.0.1:${port}`;
  return {
    virtual_mailbox_domains: `${table}:virtual-domains`,
    virtual_mailbox_maps: `${table}:user-exists`,
    virtual_alias_maps: `${table}:virtual-aliases`,
  };
};

/** Those, and the one that asks who may send as whom. */
export const askingAllAt = (port: number): MainCf => ({
  ...askingAt(port),
  smtpd_sender_login_maps: `socketmap:inet:127.0.0.1:${port}:sender-logins`,
});

/** Writes main.cf: the harness's own lines, those of `overrides` over them. */
export function formatMainCf(surroundings: Surroundings, overrides: MainCf): string {
  const lines = { ...privateInstance(surroundings), ...QUIET, ...UNLIMITED, ...overrides };
  return Object.entries(lines)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

const privateInstance = (surroundings: Surroundings): MainCf => ({
  compatibility_level: '3.6',
  queue_directory: surroundings.queueDirectory,
  data_directory: surroundings.dataDirectory,
  maillog_file: surroundings.logFile,
  maillog_file_prefixes: surroundings.logFile,
  inet_interfaces: '127.0.0.1',
  inet_protocols: 'ipv4',
  myhostname: 'mx.test',
  smtpd_sasl_type: 'dovecot',
  smtpd_sasl_path: surroundings.saslPath,
});

/** Nobody is asked and nothing leaves this machine: what would is swallowed. No local users, no open relay. */
const QUIET: MainCf = {
  disable_dns_lookups: 'yes',
  smtp_host_lookup: 'native',
  lmtp_host_lookup: 'native',
  smtpd_peername_lookup: 'no',
  biff: 'no',
  notify_classes: '',
  default_transport: 'discard:',
  relay_transport: 'discard:',
  local_transport: 'error:5.1.1 no local users',
  mydestination: '',
  mynetworks: '',
  alias_maps: '',
  alias_database: '',
  local_recipient_maps: '',
  virtual_alias_domains: '',
  recipient_delimiter: '+',
  smtpd_relay_restrictions: 'permit_sasl_authenticated, reject_unauth_destination',
  mua_sender_restrictions: 'reject_sender_login_mismatch',
};

/** Room for a hundred sessions at once from one client that makes as many mistakes as it likes. */
const UNLIMITED: MainCf = {
  default_process_limit: '200',
  smtpd_client_connection_count_limit: '0',
  smtpd_client_connection_rate_limit: '0',
  smtpd_error_sleep_time: '0',
  smtpd_soft_error_limit: '100000',
  smtpd_hard_error_limit: '100000',
  smtpd_junk_command_limit: '100000',
  in_flow_delay: '0',
};

/** Name, place, wake-up time, process limit, command; `jail` marks what Debian runs in a chroot. */
const SERVICES: readonly (readonly [
  name: string,
  place: 'jail' | 'host',
  wakeUp: string,
  limit: string,
  command: string,
])[] = [
  ['pickup', 'jail', '60', '1', 'pickup'],
  ['cleanup', 'jail', '-', '0', 'cleanup'],
  ['qmgr', 'host', '300', '1', 'qmgr'],
  ['tlsmgr', 'jail', '1000?', '1', 'tlsmgr'],
  ['rewrite', 'jail', '-', '-', 'trivial-rewrite'],
  ['bounce', 'jail', '-', '0', 'bounce'],
  ['defer', 'jail', '-', '0', 'bounce'],
  ['trace', 'jail', '-', '0', 'bounce'],
  ['verify', 'jail', '-', '1', 'verify'],
  ['flush', 'jail', '1000?', '0', 'flush'],
  ['proxymap', 'host', '-', '-', 'proxymap'],
  ['smtp', 'jail', '-', '-', 'smtp'],
  ['relay', 'jail', '-', '-', 'smtp'],
  ['lmtp', 'jail', '-', '-', 'lmtp'],
  ['showq', 'jail', '-', '-', 'showq'],
  ['error', 'jail', '-', '-', 'error'],
  ['retry', 'jail', '-', '-', 'error'],
  ['discard', 'jail', '-', '-', 'discard'],
  ['virtual', 'host', '-', '-', 'virtual'],
  ['anvil', 'jail', '-', '1', 'anvil'],
  ['scache', 'jail', '-', '1', 'scache'],
];

/** On the submission port senders log in, and are held to their own addresses. */
const SUBMISSION = [
  'smtpd_sasl_auth_enable=yes',
  'smtpd_sender_restrictions=$mua_sender_restrictions',
  'syslog_name=postfix/submission',
];

/** How master.cf departs from what the harness writes. */
export interface MasterCfOptions {
  /** Runs the services in the queue directory that Debian runs there. */
  readonly chroot: boolean;
  /** Lines that follow the harness's; a service named anew replaces the one before. */
  readonly lines: readonly string[];
}

/** Writes master.cf: smtpd on both ports and the services that a mail can meet. */
export function formatMasterCf(surroundings: Surroundings, options: MasterCfOptions): string {
  const jail = options.chroot ? 'y' : 'n';
  const submission = SUBMISSION.map((setting) => ` -o ${setting}`).join('');
  return [
    `127.0.0.1:${surroundings.port} inet n - ${jail} - - smtpd`,
    `127.0.0.1:${surroundings.submissionPort} inet n - ${jail} - - smtpd${submission}`,
    ...SERVICES.map(([name, place, wakeUp, limit, command]) => {
      const access = PUBLIC.has(name) ? 'n' : '-';
      const chroot = place === 'jail' ? jail : 'n';
      return `${name} unix ${access} - ${chroot} ${wakeUp} ${limit} ${command}`;
    }),
    ...options.lines,
    // Last: the master writes the log itself, to say what is wrong with a line, while this has no socket yet.
    'postlog unix-dgram n - n - 1 postlogd',
    '',
  ].join('\n');
}

/** Services that programs outside the mail system may reach. */
const PUBLIC = new Set(['pickup', 'cleanup', 'qmgr', 'flush', 'showq']);
