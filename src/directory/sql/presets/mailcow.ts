import type { SqlPreset } from './preset.ts';

/**
 * mailcow: dockerized, its schema of February 2026. Mailboxes and aliases that are `active = 2` get mail, and nobody logs in. An
 * alias domain has the mailboxes of its target, and neither its aliases nor its catch-all. Mail for rooms and equipment ends in
 * `null@localhost`. Temporary aliases stand in `spamalias`.
 * @see https://github.com/mailcow/mailcow-dockerized/blob/master/data/Dockerfiles/postfix/postfix.sh
 */
export const mailcow: SqlPreset = {
  product: 'mailcow: dockerized, 2026',
  engines: ['mysql'],
  columns: {
    domain: ['domain', 'backupmx', 'active'],
    mailbox: ['username', 'kind', 'active'],
    alias: ['address', 'goto', 'sender_allowed', 'active'],
    alias_domain: ['alias_domain', 'target_domain', 'active'],
    spamalias: ['address', 'goto', 'validity', 'permanent'],
    sender_acl: ['logged_in_as', 'send_as'],
  },
  statements: ({ concat, moved, isAt }) => ({
    account: `
      SELECT username AS address, NULL AS alias,
        CASE WHEN active = 1 THEN username END AS login, active <> 0 AS enabled
      FROM mailbox WHERE username = '%s'
      UNION ALL
      SELECT m.username, ${moved('m.username', 'd.target_domain', 'd.alias_domain')},
        CASE WHEN m.active = 1 THEN m.username END, m.active <> 0
      FROM alias_domain d JOIN mailbox m ON m.username = ${concat("'%u@'", 'd.target_domain')}
      WHERE d.alias_domain = '%d' AND d.active = 1`,
    aliases: `
      SELECT address AS alias, goto AS target, sender_allowed AS may_send
      FROM alias WHERE address = '%s' AND active IN (1, 2)
      UNION ALL
      SELECT username, 'null@localhost', 0
      FROM mailbox WHERE username = '%s' AND kind IN ('location', 'thing', 'group')
      UNION ALL
      SELECT address, goto, 0
      FROM spamalias WHERE address = '%s' AND (validity >= UNIX_TIMESTAMP() OR permanent <> 0)`,
    logins: `
      SELECT logged_in_as AS login FROM sender_acl WHERE send_as IN ('%s', '@%d', '*')`,
    catchAll: `
      SELECT SUBSTR(address, 2) AS domain, goto AS target
      FROM alias WHERE address = '@%d' AND active IN (1, 2)`,
    listAccounts: `
      SELECT username AS address, NULL AS alias,
        CASE WHEN active = 1 THEN username END AS login, active <> 0 AS enabled
      FROM mailbox
      UNION ALL
      SELECT m.username, ${moved('m.username', 'd.target_domain', 'd.alias_domain')},
        CASE WHEN m.active = 1 THEN m.username END, m.active <> 0
      FROM alias_domain d JOIN mailbox m ON ${isAt('m.username', 'd.target_domain')}
      WHERE d.active = 1`,
    listAliases: `
      SELECT address AS alias, goto AS target, sender_allowed AS may_send
      FROM alias WHERE active IN (1, 2)
      UNION ALL
      SELECT username, 'null@localhost', 0
      FROM mailbox WHERE kind IN ('location', 'thing', 'group')
      UNION ALL
      SELECT address, goto, 0
      FROM spamalias WHERE validity >= UNIX_TIMESTAMP() OR permanent <> 0`,
    // Mail for a relay's domain is not delivered here.
    listDomains: `
      SELECT domain FROM domain WHERE active = 1 AND backupmx = 0
      UNION
      SELECT alias_domain FROM alias_domain WHERE active = 1`,
  }),
};
