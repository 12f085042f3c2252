import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStatement } from '../../../../src/directory/sql/text/statement.ts';
import type { Dialect } from '../../../../src/directory/sql/text/tokens.ts';
import { templateKey } from '../../../../src/directory/templates/template.ts';

const ANN = templateKey('Ann@mail.Example.org');
const DIALECTS: readonly Dialect[] = ['postgresql', 'mysql', 'sqlite'];

/** What is sent for a key. */
function sent(text: string, dialect: Dialect = 'postgresql', key = ANN) {
  const statement = parseStatement(text, dialect);
  return { text: statement.text, values: statement.bind(key) };
}

describe('a statement', () => {
  test.each<[string, string, readonly string[]]>([
    ["SELECT a FROM t WHERE b = '%s'", 'SELECT a FROM t WHERE b = $1', ['Ann@mail.Example.org']],
    ['SELECT a FROM t WHERE b = %s', 'SELECT a FROM t WHERE b = $1', ['Ann@mail.Example.org']],
    ["select a from t where b='@%d'", 'select a from t where b=$1', ['@mail.Example.org']],
    ["select '%d/%u/' from t", 'select $1 from t', ['mail.Example.org/Ann/']],
    ["select a from t where b='%2.%1'", 'select a from t where b=$1', ['Example.org']],
    [
      "select a from t where b='%U' and c='%D'",
      'select a from t where b=$1 and c=$2',
      ['ann', 'mail.example.org'],
    ],
    [
      "select a from t where b='%s' or c='%s'",
      'select a from t where b=$1 or c=$2',
      ['Ann@mail.Example.org', 'Ann@mail.Example.org'],
    ],
    ["select a||'%%' from t", "select a||'%' from t", []],
    ['select a %% 2 from t', 'select a % 2 from t', []],
    ["select 'it''s' from t where b='o''%u'", "select 'it''s' from t where b=$1", ["o'Ann"]],
    ["select a from t where b='%s';", 'select a from t where b=$1', ['Ann@mail.Example.org']],
    [
      ' (select a from t) union (select b from u) ',
      '(select a from t) union (select b from u)',
      [],
    ],
    [
      "select a from t where x like '%%foo' and b = '%s'",
      "select a from t where x like '%foo' and b = $1",
      ['Ann@mail.Example.org'],
    ],
    [
      "select a from t where b in (lower('%s'), '*')",
      "select a from t where b in (lower($1), '*')",
      ['Ann@mail.Example.org'],
    ],
    [
      "select a::text from t where b = '%s'::citext",
      'select a::text from t where b = $1::citext',
      ['Ann@mail.Example.org'],
    ],
    [`select "we%%ird" from t`, 'select "we%ird" from t', []],
    ['select t.update from t', 'select t.update from t', []],
  ])('%s is sent as %s', (text, expected, values) => {
    expect(sent(text)).toEqual({ text: expected, values });
  });

  test.each<[Dialect, string, string, readonly string[]]>([
    [
      'mysql',
      `select a from t where b="%s"`,
      'select a from t where b=?',
      ['Ann@mail.Example.org'],
    ],
    [
      'mysql',
      String.raw`select a from t where b='\'%u\\'`,
      'select a from t where b=?',
      [String.raw`'Ann` + '\\'],
    ],
    [
      'mysql',
      String.raw`select 'a\'; drop' from t where b='%s'`,
      String.raw`select 'a\'; drop' from t where b=?`,
      ['Ann@mail.Example.org'],
    ],
    ['mysql', "CALL find_user('%s')", 'CALL find_user(?)', ['Ann@mail.Example.org']],
    [
      'sqlite',
      "select a from `t` where b='%s'",
      'select a from `t` where b=?',
      ['Ann@mail.Example.org'],
    ],
    [
      'postgresql',
      String.raw`select E'a\'; drop' from t where b='%s'`,
      String.raw`select E'a\'; drop' from t where b=$1`,
      ['Ann@mail.Example.org'],
    ],
    [
      'postgresql',
      String.raw`select 'a\' from t where b='%s'`,
      String.raw`select 'a\' from t where b=$1`,
      ['Ann@mail.Example.org'],
    ],
  ])('of %s: %s is sent as %s', (dialect, text, expected, values) => {
    expect(sent(text, dialect)).toEqual({ text: expected, values });
  });

  test.each(['%d', '%1', '%u@%d', '%9'])('asks nothing where the key lacks %s', (place) => {
    const { values } = sent(
      `select a from t where b='${place}'`,
      'postgresql',
      templateKey('ann@'),
    );
    expect(values).toBeUndefined();
  });

  test('knows what it reads from, and whether it may leave out rows', () => {
    const { relations, isNarrowed } = parseStatement(
      `with x as (select * from inner_one) select a from s.users u
       left join "Aliases" a on a.user = u.id join domains using (d), lists
       where exists (select 1 from more union select 2 from yet_more) and extract(year from d) = 1 and a is distinct from b limit 1`,
      'postgresql',
    );
    expect(relations).toEqual([
      { name: 'inner_one', isNeeded: false },
      { name: 's.users', isNeeded: true },
      { name: '"Aliases"', isNeeded: false },
      { name: 'domains', isNeeded: true },
      { name: 'lists', isNeeded: true },
      { name: 'more', isNeeded: false },
      { name: 'yet_more', isNeeded: false },
    ]);
    expect(isNarrowed).toBe(true);
  });

  test('needs no table of those that it joins by UNION', () => {
    const { relations, isNarrowed } = parseStatement(
      'select a from t union select b from u',
      'sqlite',
    );
    expect(relations.map((relation) => relation.isNeeded)).toEqual([false, false]);
    expect(isNarrowed).toBe(false);
  });
});

describe('refused is', () => {
  test.each<[string, number]>([
    ["select a from t where b like '%s'", 29],
    ["select a from t where b like '%%%s%%'", 29],
    ["select a from t where b like concat('%%', '%s')", 42],
    ["select a from t where b ilike lower('%u')", 36],
    ["select a from t where b similar to '%s'", 35],
    ["select a from t where b ~ '%s'", 26],
    ["select a from t where b !~* '%s'", 28],
    ["select a from t where b ~~ '%s'", 27],
    ["select a from t where b @@ to_tsquery('%s')", 38],
    ["select regexp_replace(a, '%s', '') from t", 25],
    ["select a from t where b like 'x' escape '%u'", 40],
    ["select a from t where (b like ('%s'))", 31],
    ['select a from t_%d', 16],
    ['select a from %d.t', 14],
    ["select a from t where b=E'%s'", 25],
    ["select a from t where b=N'%s'", 25],
    ["select a from t where b='x''%s'x", 24],
    [`select "%s" from t`, 7],
    ["select a from t -- where b='%s'", 16],
    ["select a /* '%s' */ from t", 9],
    ['select a from t where b=$1', 24],
    ['select $$%s$$', 7],
    ['select a from t; delete from t', 15],
    ['select a from t; select b from u', 15],
    ["delete from t where b='%s'", 0],
    ['update t set a=1', 0],
    ['with x as (delete from t returning a) select a from x', 11],
    ['select a into u from t', 9],
    ['select a from t for update', 20],
    ['select a from t for share', 16],
    ["select a from t where b='%x'", 25],
    ["select a from t where b='%", 24],
    ['select a % 4 from t', 9],
    ["select a from t where b='%s", 24],
    ["call f('%s')", 0],
    ['do $x$ begin end $x$', 3],
    ['', -1],
  ])('%s', (text, offset) => {
    const reading = () => parseStatement(text, 'postgresql');
    expect(reading).toThrow(SyntaxError);
    expect(reading).toThrow(offset < 0 ? /statement/ : new RegExp(`offset ${offset}\\b`));
  });

  test.each<[Dialect, string]>([
    ['mysql', "select a from t where b='%s' # or 1"],
    ['mysql', "select a from t where b=_utf8'%s'"],
    ['mysql', 'select a from t where b regexp "%s"'],
    ['mysql', 'select a from t where b rlike "%s"'],
    ['mysql', "select match (a) against ('%s' in boolean mode) from t"],
    ['mysql', 'select a from `t%d`'],
    ['mysql', 'select @a from t'],
    ['mysql', 'select a from t where b=?'],
    ['mysql', "select a from t into outfile '/tmp/x'"],
    ['mysql', "select sleep('%s')"],
    ['sqlite', "select a from t where b glob '%s'"],
    ['sqlite', "select a from t where t match '%s'"],
    ['sqlite', 'select a from [t%d]'],
    ['sqlite', 'select a from t where b=:x'],
    ['sqlite', "call f('%s')"],
    ['sqlite', "attach '%s' as x"],
  ])('of %s: %s', (dialect, text) => {
    expect(() => parseStatement(text, dialect)).toThrow(SyntaxError);
  });
});

test.each(DIALECTS)('no key of %s changes what is sent', (dialect) => {
  const forms = ["b='%s'", 'b=%s', "b in ('%u', '@%d')", "b=concat('%u', '@', '%d')", "b='x%s''y'"];
  fc.assert(
    fc.property(fc.constantFrom(...forms), fc.string({ unit: 'binary' }), (form, key) => {
      const statement = parseStatement(`select a from t where ${form}`, dialect);
      const before = statement.text;
      const values = statement.bind(templateKey(key));
      expect(statement.text).toBe(before);
      expect(values === undefined || values.every((value) => typeof value === 'string')).toBe(true);
    }),
  );
});
