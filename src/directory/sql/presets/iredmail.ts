import type { SqlPreset } from './preset.ts';

/**
 * iRedMail from 0.9.7 on. `forwardings` says where mail goes: each mailbox, alias, mailing list and catch-all has rows there, and
 * whoever has one is taken mail for, be the mailbox enabled or not.
 * @see https://github.com/iredmail/iRedMail/tree/master/samples/postfix
 */
export const iredmail: SqlPreset = {
  product: 'iRedMail 0.9.7 and later',
  engines: ['postgresql', 'mysql'],
  columns: {
    domain: ['domain', 'backupmx', 'active'],
    mailbox: ['username', 'domain', 'enablesmtp', 'active'],
    forwardings: ['address', 'forwarding', 'domain', 'active'],
    alias_domain: ['alias_domain', 'target_domain', 'active'],
  },
  statements: ({ concat, moved }) => ({
    account: `
      SELECT m.username AS address, NULL AS alias,
        CASE WHEN m.enablesmtp = 1 THEN m.username END AS login, m.active AS enabled
      FROM mailbox m JOIN domain d ON d.domain = m.domain
      WHERE m.username = '%s' AND d.active = 1
      UNION ALL
      SELECT m.username, ${moved('m.username', 'a.target_domain', 'a.alias_domain')},
        CASE WHEN m.enablesmtp = 1 THEN m.username END, m.active
      FROM alias_domain a JOIN mailbox m ON m.username = ${concat("'%u@'", 'a.target_domain')}
        JOIN domain d ON d.domain = a.target_domain
      WHERE a.alias_domain = '%d' AND a.active = 1 AND d.active = 1`,
    aliases: `
      SELECT f.address AS alias, f.forwarding AS target
      FROM forwardings f JOIN domain d ON d.domain = f.domain
      WHERE f.address = '%s' AND f.active = 1 AND d.active = 1 AND d.backupmx = 0
      UNION ALL
      SELECT ${moved('f.address', 'a.target_domain', 'a.alias_domain')}, f.forwarding
      FROM alias_domain a JOIN forwardings f ON f.address = ${concat("'%u@'", 'a.target_domain')}
        JOIN domain d ON d.domain = a.target_domain
      WHERE a.alias_domain = '%d' AND a.active = 1 AND f.active = 1 AND d.backupmx = 0`,
    catchAll: `
      SELECT d.domain AS domain, f.forwarding AS target
      FROM forwardings f JOIN domain d ON d.domain = f.address
      WHERE f.address = '%d' AND f.active = 1 AND d.active = 1 AND d.backupmx = 0
      UNION ALL
      SELECT a.alias_domain, f.forwarding
      FROM alias_domain a JOIN forwardings f ON f.address = a.target_domain
        JOIN domain d ON d.domain = a.target_domain
      WHERE a.alias_domain = '%d' AND a.active = 1 AND f.active = 1`,
    // Mail for a backup MX is not delivered here.
    listDomains: `
      SELECT domain FROM domain WHERE active = 1 AND backupmx = 0
      UNION
      SELECT a.alias_domain FROM alias_domain a JOIN domain d ON d.domain = a.target_domain
      WHERE a.active = 1 AND d.active = 1 AND d.backupmx = 0`,
  }),
};
