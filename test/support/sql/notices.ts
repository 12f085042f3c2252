import { dbmailProduct } from './presets/dbmail.ts';
import { iredmailProduct } from './presets/iredmail.ts';
import { postfixadminProduct } from './presets/postfixadmin.ts';
import { virtualUsersProduct } from './presets/virtualusers.ts';

/** Tables like a product's own, what is done to them, and whom that concerns. */
export interface NoticeCase {
  readonly schema: readonly string[];
  /** Statements, and the payloads that each brings, names in order. */
  readonly changes: readonly (readonly [statement: string, ...payloads: readonly string[]])[];
}

/** By preset. */
export const NOTICE_CASES: Readonly<Record<string, NoticeCase>> = {
  virtual_users: {
    schema: virtualUsersProduct.schema('postgresql'),
    changes: [
      ["insert into virtual_domains (name) values ('example.org')", '@example.org'],
      [
        "insert into virtual_users (domain_id, email, password) values (1, 'ann@example.org', 'x'), (1, 'bob@example.org', 'x')",
        'ann@example.org,bob@example.org',
      ],
      ["update virtual_users set password = 'y'"],
      [
        "update virtual_users set email = 'eve@example.org' where email = 'ann@example.org'",
        'ann@example.org,eve@example.org',
      ],
      [
        "insert into virtual_aliases (domain_id, source, destination) values (1, '@example.org', 'bob@example.org')",
        '@example.org',
      ],
      ["update virtual_aliases set destination = 'eve@example.org'", '@example.org'],
      ["delete from virtual_users where email = 'bob@example.org'", 'bob@example.org'],
      ["delete from virtual_users where email = 'nobody'"],
      [
        "insert into virtual_users (domain_id, email, password) select 1, 'user' || i || '@example.org', 'x' from generate_series(1, 1000) i",
        '*',
      ],
      ['truncate virtual_users', '*'],
    ],
  },
  postfixadmin: {
    schema: postfixadminProduct.schema('postgresql'),
    changes: [
      ["insert into domain (domain, active) values ('n.example', true)", '@n.example'],
      ["insert into domain (domain) values ('m.example')", '@m.example'],
      [
        "insert into alias_domain (alias_domain, target_domain) values ('m.example', 'n.example')",
        '@m.example',
      ],
      [
        "insert into mailbox (username, domain) values ('ann@n.example', 'n.example')",
        'ann@m.example,ann@n.example',
      ],
      ["update mailbox set password = 'y'"],
      ['update mailbox set active = false', 'ann@m.example,ann@n.example'],
      [
        "insert into alias (address, goto, domain) values ('@n.example', 'ann@n.example', 'n.example')",
        '@m.example,@n.example',
      ],
      [
        "insert into alias (address, goto, domain) values ('team@m.example', 'ann@n.example', 'm.example')",
        'team@m.example',
      ],
      ['update domain set modified = now()'],
      ['delete from alias_domain', '@m.example'],
      // The change itself goes on, and concerns everybody.
      ['alter table alias_domain rename to gone; delete from mailbox', '*'],
    ],
  },
  iredmail: {
    schema: iredmailProduct.schema('postgresql'),
    changes: [
      ["insert into domain (domain) values ('n.example')", '@n.example'],
      [
        "insert into alias_domain (alias_domain, target_domain) values ('m.example', 'n.example')",
        '@m.example',
      ],
      [
        "insert into mailbox (username, domain) values ('ann@n.example', 'n.example')",
        'ann@m.example,ann@n.example',
      ],
      ['update mailbox set quota = 1'],
      [
        "insert into forwardings (address, forwarding, domain) values ('n.example', 'ann@n.example', 'n.example')",
        'm.example,n.example',
      ],
    ],
  },
  modoboa: {
    schema: [
      'create table admin_domain (id int, name text, type text, enabled boolean)',
      'create table admin_domainalias (name text, target_id int, enabled boolean)',
      'create table admin_mailbox (id int, address text, domain_id int, user_id int)',
      'create table core_user (id int, is_active boolean, last_login timestamptz)',
      'create table admin_alias (id int, address text, enabled boolean, internal boolean, expire_at timestamptz)',
      'create table modoboa_admin_aliasrecipient (address text, alias_id int)',
      'create table admin_senderaddress (address text, mailbox_id int)',
    ],
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
    schema: dbmailProduct.schema('postgresql'),
    changes: [
      ["insert into dbmail_users (user_idnr, userid, passwd) values (1, 'ann', 'x')"],
      [
        "insert into dbmail_aliases (alias, deliver_to) values ('ann@example.org', '1'), ('@example.net', '1')",
        '@example.net,ann@example.org',
      ],
      ['update dbmail_users set active = 0', '@example.net,ann@example.org'],
      ['update dbmail_users set curmail_size = 9'],
      [
        "insert into dbmail_users (user_idnr, userid, passwd) values (2, 'bob@example.org', 'x')",
        'bob@example.org',
      ],
    ],
  },
};
