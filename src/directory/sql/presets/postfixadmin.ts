import type { SqlPreset } from './preset.ts';

/**
 * Postfixadmin from 3.0 on. What is inactive is not there, as for its own maps; an alias domain has the mailboxes, aliases and
 * catch-all of its target. Each mailbox has an alias of its own name, which says where its mail goes: to itself, to others as
 * well, or to others alone, to an address of the vacation program among them.
 * @see https://github.com/postfixadmin/postfixadmin/blob/master/DOCUMENTS/POSTFIX_CONF.txt
 */
export const postfixadmin: SqlPreset = {
  product: 'Postfixadmin 3 and 4',
  engines: ['postgresql', 'mysql', 'sqlite'],
  columns: {
    domain: ['domain', 'transport', 'backupmx', 'active'],
    mailbox: ['username', 'active'],
    alias: ['address', 'goto', 'active'],
    alias_domain: ['alias_domain', 'target_domain', 'active'],
  },
  statements: ({ concat, moved, isAt }) => ({
    account: `
      SELECT username AS address, NULL AS alias, username AS login, active AS enabled
      FROM mailbox WHERE username = '%s'
      UNION ALL
      SELECT m.username, ${moved('m.username', 'd.target_domain', 'd.alias_domain')}, m.username, m.active
      FROM alias_domain d JOIN mailbox m ON m.username = ${concat("'%u@'", 'd.target_domain')}
      WHERE d.alias_domain = '%d' AND d.active = '1'`,
    aliases: `
      SELECT address AS alias, goto AS target
      FROM alias WHERE address = '%s' AND active = '1' AND goto <> ''
      UNION ALL
      SELECT ${moved('a.address', 'd.target_domain', 'd.alias_domain')}, a.goto
      FROM alias_domain d JOIN alias a ON a.address = ${concat("'%u@'", 'd.target_domain')}
      WHERE d.alias_domain = '%d' AND d.active = '1' AND a.active = '1' AND a.goto <> ''`,
    catchAll: `
      SELECT substr(address, 2) AS domain, goto AS target
      FROM alias WHERE address = '@%d' AND active = '1'
      UNION ALL
      SELECT d.alias_domain, a.goto
      FROM alias_domain d JOIN alias a ON a.address = ${concat("'@'", 'd.target_domain')}
      WHERE d.alias_domain = '%d' AND d.active = '1' AND a.active = '1'`,
    listAccounts: `
      SELECT username AS address, NULL AS alias, username AS login, active AS enabled FROM mailbox
      UNION ALL
      SELECT m.username, ${moved('m.username', 'd.target_domain', 'd.alias_domain')}, m.username, m.active
      FROM alias_domain d JOIN mailbox m ON ${isAt('m.username', 'd.target_domain')}
      WHERE d.active = '1'`,
    listAliases: `
      SELECT address AS alias, goto AS target FROM alias WHERE active = '1' AND goto <> ''
      UNION ALL
      SELECT ${moved('a.address', 'd.target_domain', 'd.alias_domain')}, a.goto
      FROM alias_domain d JOIN alias a ON ${isAt('a.address', 'd.target_domain')}
      WHERE d.active = '1' AND a.active = '1' AND a.goto <> ''`,
    // Mail for a backup MX, and what is handed on, is not delivered here; ALL stands for all domains.
    listDomains: `
      SELECT domain FROM domain WHERE active = '1' AND backupmx = '0' AND domain <> 'ALL'
      AND (transport IS NULL OR NOT (transport LIKE 'smtp%%' OR transport LIKE 'relay%%'))`,
  }),
};
