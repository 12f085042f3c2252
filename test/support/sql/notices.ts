/** Tables like a product's own, what is done to them, and whom that concerns. */
export interface NoticeCase {
  readonly schema: string;
  /** Statements, and the payloads that each brings, names in order. */
  readonly changes: readonly (readonly [statement: string, ...payloads: readonly string[]])[];
}

/** By preset. */
export const NOTICE_CASES: Readonly<Record<string, NoticeCase>> = {
  virtual_users: {
    schema: `
      create table virtual_domains (id serial, name text);
      create table virtual_users (id serial, email text, password text);
      create table virtual_aliases (id serial, source text, destination text)`,
    changes: [
      ["insert into virtual_domains (name) values ('example.org')", '@example.org'],
      [
        "insert into virtual_users (email) values ('ann@example.org'), ('bob@example.org')",
        'ann@example.org,bob@example.org',
      ],
      ["update virtual_users set password = 'x'"],
      [
        "update virtual_users set email = 'eve@example.org' where email = 'ann@example.org'",
        'ann@example.org,eve@example.org',
      ],
      [
        "insert into virtual_aliases (source, destination) values ('@example.org', 'bob@example.org')",
        '@example.org',
      ],
      ["update virtual_aliases set destination = 'eve@example.org'", '@example.org'],
      ["delete from virtual_users where email = 'bob@example.org'", 'bob@example.org'],
      ["delete from virtual_users where email = 'nobody'"],
      [
        "insert into virtual_users (email) select 'user' || i || '@example.org' from generate_series(1, 1000) i",
        '*',
      ],
      ['truncate virtual_users', '*'],
    ],
  },
  postfixadmin: {
    schema: `
      create table domain (domain text, transport text, backupmx boolean, active boolean, modified timestamptz);
      create table mailbox (username text, password text, active boolean);
      create table alias (address text, goto text, active boolean);
      create table alias_domain (alias_domain text, target_domain text, active boolean)`,
    changes: [
      ["insert into alias_domain values ('example.com', 'example.org', true)", '@example.com'],
      [
        "insert into mailbox values ('ann@example.org', 'x', true)",
        'ann@example.com,ann@example.org',
      ],
      ["update mailbox set password = 'y'"],
      ['update mailbox set active = false', 'ann@example.com,ann@example.org'],
      [
        "insert into alias values ('@example.org', 'ann@example.org', true)",
        '@example.com,@example.org',
      ],
      [
        "insert into alias values ('team@example.net', 'ann@example.org', true)",
        'team@example.net',
      ],
      ["insert into domain values ('example.org', 'virtual', false, true)", '@example.org'],
      ['update domain set modified = now()'],
      ['delete from alias_domain', '@example.com'],
      // The change itself goes on, and concerns everybody.
      [
        "alter table alias_domain rename to gone; insert into mailbox values ('eve@example.org', 'x', true)",
        '*',
      ],
    ],
  },
  iredmail: {
    schema: `
      create table domain (domain text, backupmx int, active int);
      create table mailbox (username text, domain text, enablesmtp int, active int, quota int);
      create table forwardings (address text, forwarding text, domain text, active int);
      create table alias_domain (alias_domain text, target_domain text, active int)`,
    changes: [
      ["insert into domain values ('example.org', 0, 1)", '@example.org'],
      ["insert into alias_domain values ('example.com', 'example.org', 1)", '@example.com'],
      [
        "insert into mailbox values ('ann@example.org', 'example.org', 1, 1, 0)",
        'ann@example.com,ann@example.org',
      ],
      ['update mailbox set quota = 1'],
      [
        "insert into forwardings values ('example.org', 'ann@example.org', 'example.org', 1)",
        'example.com,example.org',
      ],
    ],
  },
  modoboa: {
    schema: `
      create table admin_domain (id int, name text, type text, enabled boolean);
      create table admin_domainalias (name text, target_id int, enabled boolean);
      create table admin_mailbox (id int, address text, domain_id int, user_id int);
      create table core_user (id int, is_active boolean, last_login timestamptz);
      create table admin_alias (id int, address text, enabled boolean, internal boolean, expire_at timestamptz);
      create table modoboa_admin_aliasrecipient (address text, alias_id int);
      create table admin_senderaddress (address text, mailbox_id int)`,
    changes: [
      ["insert into admin_domain values (1, 'example.org', 'domain', true)", '@example.org'],
      ["insert into admin_domainalias values ('example.com', 1, true)", '@example.com'],
      ['update admin_domain set enabled = false', '@example.com,@example.org'],
      ['insert into core_user values (7, true)'],
      ["insert into admin_mailbox values (5, 'ann', 1, 7)", 'ann@example.com,ann@example.org'],
      ['update core_user set is_active = false', 'ann@example.com,ann@example.org'],
      ['update core_user set last_login = now()'],
      [
        "insert into admin_alias values (3, 'team@example.org', true, false)",
        'team@example.com,team@example.org',
      ],
      [
        "insert into modoboa_admin_aliasrecipient values ('ann@example.org', 3)",
        'team@example.com,team@example.org',
      ],
      ["insert into admin_senderaddress values ('sales@example.org', 5)", 'sales@example.org'],
    ],
  },
  dbmail: {
    schema: `
      create table dbmail_users (user_idnr bigint, userid text, active smallint, curmail_size bigint);
      create table dbmail_aliases (alias_idnr serial, alias text, deliver_to text)`,
    changes: [
      ["insert into dbmail_users values (1, 'ann', 1, 0)"],
      [
        "insert into dbmail_aliases (alias, deliver_to) values ('ann@example.org', '1'), ('@example.net', '1')",
        '@example.net,ann@example.org',
      ],
      ['update dbmail_users set active = 0', '@example.net,ann@example.org'],
      ['update dbmail_users set curmail_size = 9'],
      ["insert into dbmail_users values (2, 'bob@example.org', 1, 0)", 'bob@example.org'],
    ],
  },
};
