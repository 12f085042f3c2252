/**
 * By table, whom a changed row `r` concerns: a SELECT of addresses, and of domains behind an `@` where all that is at them is
 * concerned. It reads of `r` what the preset's `columns` name.
 */
export type Notices = Readonly<Record<string, string>>;

/** What stands behind the last `@`: the whole, where there is none. */
const domainIn = (text: string): string => `substring(${text} FROM '[^@]*$')`;

/** An address, and the same one at each domain that `others` selects for its own. */
const alsoAt = (text: string, [name, others]: readonly [name: string, others: string]): string =>
  `SELECT ${text} UNION ALL SELECT left(${text}, -length(${domainIn(text)})) || ${name} FROM ${others} = ${domainIn(text)}`;

/** The alias domains of postfixadmin, and of what grew from it. */
const ALIAS_DOMAINS = ['d.alias_domain', 'alias_domain d WHERE d.target_domain'] as const;

/** Those of Modoboa, by the name and by the number of their target. */
const MODOBOA_ALIASES = [
  't.name',
  'admin_domainalias t JOIN admin_domain d ON d.id = t.target_id WHERE d.name',
] as const;
const modoboaNames = (id: string): string =>
  `(SELECT d.name FROM admin_domain d WHERE d.id = ${id} UNION ALL SELECT t.name FROM admin_domainalias t WHERE t.target_id = ${id}) n`;

/** Those of the presets that PostgreSQL has; no other database notifies. */
export const NOTICES: Readonly<Record<string, Notices>> = {
  virtual_users: {
    virtual_domains: "SELECT '@' || r.name",
    virtual_users: 'SELECT r.email',
    virtual_aliases: 'SELECT r.source',
  },
  postfixadmin: {
    domain: "SELECT '@' || r.domain",
    mailbox: alsoAt('r.username', ALIAS_DOMAINS),
    alias: alsoAt('r.address', ALIAS_DOMAINS),
    alias_domain: "SELECT '@' || r.alias_domain",
  },
  iredmail: {
    domain: "SELECT '@' || r.domain",
    mailbox: alsoAt('r.username', ALIAS_DOMAINS),
    forwardings: alsoAt('r.address', ALIAS_DOMAINS),
    alias_domain: "SELECT '@' || r.alias_domain",
  },
  modoboa: {
    admin_domain:
      "SELECT '@' || r.name UNION ALL SELECT '@' || t.name FROM admin_domainalias t WHERE t.target_id = r.id",
    admin_domainalias: "SELECT '@' || r.name",
    admin_mailbox: `SELECT r.address || '@' || n.name FROM ${modoboaNames('r.domain_id')}`,
    core_user: `SELECT m.address || '@' || n.name FROM admin_mailbox m CROSS JOIN LATERAL ${modoboaNames('m.domain_id')} WHERE m.user_id = r.id`,
    admin_alias: alsoAt('r.address', MODOBOA_ALIASES),
    modoboa_admin_aliasrecipient: `SELECT n.name FROM admin_alias a CROSS JOIN LATERAL (${alsoAt('a.address', MODOBOA_ALIASES)}) n(name) WHERE a.id = r.alias_id`,
    admin_senderaddress: 'SELECT r.address',
  },
  // A name that is no address is nobody's.
  dbmail: {
    dbmail_aliases: 'SELECT r.alias',
    dbmail_users:
      "SELECT r.userid WHERE r.userid LIKE '%@%' UNION ALL SELECT a.alias FROM dbmail_aliases a WHERE a.deliver_to = CAST(r.user_idnr AS text)",
  },
};
