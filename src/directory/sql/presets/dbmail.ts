import type { SqlPreset } from './preset.ts';

/**
 * DBMail 3.2.4 or later. Whatever it takes mail for is an account here: DBMail itself follows aliases, forwards and catch-alls
 * when the mail is delivered, each address as it was written to. So a catch-all (`@example.org`, `@.org` for whatever ends so,
 * `ann@` for an Ann of any domain) shows the address that is asked for.
 */
export const dbmail: SqlPreset = {
  product: 'DBMail 3.2.4 and later',
  engines: ['postgresql', 'mysql', 'sqlite'],
  columns: {
    dbmail_aliases: ['alias', 'deliver_to'],
    dbmail_users: ['user_idnr', 'userid', 'active'],
  },
  statements: ({ folded, text, ending }) => ({
    account: `
      SELECT a.alias AS address, u.userid AS login
      FROM dbmail_aliases a LEFT JOIN dbmail_users u ON ${text('u.user_idnr')} = a.deliver_to
      WHERE ${folded('a.alias')} = '%s' AND (u.user_idnr IS NULL OR u.active <> 0)
      UNION ALL
      SELECT userid, userid FROM dbmail_users WHERE ${folded('userid')} = '%s'
      UNION ALL
      SELECT '%s', NULL
      FROM dbmail_aliases a LEFT JOIN dbmail_users u ON ${text('u.user_idnr')} = a.deliver_to
      WHERE (${folded('a.alias')} IN ('@%d', '%u@')
          OR (a.alias LIKE '@.%%' AND ${ending("'%d'", 'a.alias')} = ${folded('substr(a.alias, 2)')}))
        AND (u.user_idnr IS NULL OR u.active <> 0)`,
  }),
};
