import type { SqlPreset } from './preset.ts';

/**
 * Modoboa 2. Each mailbox has an internal alias of its own name, which is disabled where its mail is forwarded without a copy;
 * other rows of that name say where else it goes. A domain alias has the mailboxes, aliases and catch-all of its target.
 * @see https://github.com/modoboa/modoboa/blob/master/modoboa/admin/postfix_maps.py
 */
export const modoboa: SqlPreset = {
  product: 'Modoboa 2',
  engines: ['postgresql', 'mysql', 'sqlite'],
  columns: {
    admin_domain: ['id', 'name', 'type', 'enabled'],
    admin_domainalias: ['name', 'target_id', 'enabled'],
    admin_mailbox: ['id', 'address', 'domain_id', 'user_id'],
    core_user: ['id', 'is_active'],
    admin_alias: ['id', 'address', 'enabled', 'internal', 'expire_at'],
    modoboa_admin_aliasrecipient: ['address', 'alias_id'],
    admin_senderaddress: ['address', 'mailbox_id'],
  },
  statements: ({ concat, moved, isAt, now }) => {
    const full = concat('m.address', "'@'", 'd.name');
    const isValid = `a.enabled = '1' AND (a.expire_at IS NULL OR a.expire_at > ${now})`;
    return {
      account: `
        SELECT ${full} AS address, NULL AS alias, ${full} AS login, u.is_active AS enabled
        FROM admin_mailbox m JOIN admin_domain d ON d.id = m.domain_id JOIN core_user u ON u.id = m.user_id
        WHERE m.address = '%u' AND d.name = '%d'
        UNION ALL
        SELECT ${full}, ${concat('m.address', "'@'", 't.name')}, ${full}, u.is_active
        FROM admin_domainalias t JOIN admin_domain d ON d.id = t.target_id
          JOIN admin_mailbox m ON m.domain_id = d.id JOIN core_user u ON u.id = m.user_id
        WHERE m.address = '%u' AND t.name = '%d' AND t.enabled = '1'`,
      aliases: `
        SELECT a.address AS alias, r.address AS target
        FROM admin_alias a JOIN modoboa_admin_aliasrecipient r ON r.alias_id = a.id
        WHERE a.address = '%s' AND ${isValid}
        UNION ALL
        SELECT ${moved('a.address', 'd.name', 't.name')}, r.address
        FROM admin_domainalias t JOIN admin_domain d ON d.id = t.target_id
          JOIN admin_alias a ON a.address = ${concat("'%u@'", 'd.name')}
          JOIN modoboa_admin_aliasrecipient r ON r.alias_id = a.id
        WHERE t.name = '%d' AND t.enabled = '1' AND ${isValid}`,
      logins: `
        SELECT ${full} AS login
        FROM admin_senderaddress s JOIN admin_mailbox m ON m.id = s.mailbox_id
          JOIN admin_domain d ON d.id = m.domain_id
        WHERE s.address IN ('%s', '@%d')`,
      // The internal row of a domain alias takes everybody; whom its target has is found by the rest.
      catchAll: `
        SELECT substr(a.address, 2) AS domain, r.address AS target
        FROM admin_alias a JOIN modoboa_admin_aliasrecipient r ON r.alias_id = a.id
        WHERE a.address = '@%d' AND a.internal = '0' AND ${isValid}
        UNION ALL
        SELECT t.name, r.address
        FROM admin_domainalias t JOIN admin_domain d ON d.id = t.target_id
          JOIN admin_alias a ON a.address = ${concat("'@'", 'd.name')}
          JOIN modoboa_admin_aliasrecipient r ON r.alias_id = a.id
        WHERE t.name = '%d' AND t.enabled = '1' AND a.internal = '0' AND ${isValid}`,
      listAccounts: `
        SELECT ${full} AS address, NULL AS alias, ${full} AS login, u.is_active AS enabled
        FROM admin_mailbox m JOIN admin_domain d ON d.id = m.domain_id JOIN core_user u ON u.id = m.user_id
        UNION ALL
        SELECT ${full}, ${concat('m.address', "'@'", 't.name')}, ${full}, u.is_active
        FROM admin_domainalias t JOIN admin_domain d ON d.id = t.target_id
          JOIN admin_mailbox m ON m.domain_id = d.id JOIN core_user u ON u.id = m.user_id
        WHERE t.enabled = '1'`,
      listAliases: `
        SELECT a.address AS alias, r.address AS target
        FROM admin_alias a JOIN modoboa_admin_aliasrecipient r ON r.alias_id = a.id
        WHERE ${isValid}
        UNION ALL
        SELECT ${moved('a.address', 'd.name', 't.name')}, r.address
        FROM admin_domainalias t JOIN admin_domain d ON d.id = t.target_id
          JOIN admin_alias a ON ${isAt('a.address', 'd.name')}
          JOIN modoboa_admin_aliasrecipient r ON r.alias_id = a.id
        WHERE t.enabled = '1' AND ${isValid}`,
      // Mail for a relay's domain is not delivered here.
      listDomains: `
        SELECT name FROM admin_domain WHERE type = 'domain' AND enabled = '1'
        UNION
        SELECT t.name FROM admin_domainalias t JOIN admin_domain d ON d.id = t.target_id
        WHERE t.enabled = '1' AND d.enabled = '1'`,
    };
  },
};
