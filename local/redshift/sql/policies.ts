// What do statements about row-level security and masking become? Facts that the catalog shows. No row is kept back and no
// value masked.
import { literal } from '../admin.ts';
import { notImplemented } from '../errors.ts';
import type { Cursor, TableName } from './cursor.ts';
import { regclass } from './keys.ts';
import type { Statement } from './statement.ts';
import { readType } from './types.ts';

type Kind = 'rls' | 'masking';

/** Takes RLS POLICY or MASKING POLICY. */
export function takePolicy(cursor: Cursor): Kind | undefined {
  if (cursor.take('rls', 'policy')) return 'rls';
  return cursor.take('masking', 'policy') ? 'masking' : undefined;
}

/** CREATE … name [WITH (column type, …) [[AS] alias]] USING (expression). */
export function createPolicy(cursor: Cursor, kind: Kind): Statement {
  const ifNotExists = cursor.take('if', 'not', 'exists');
  const name = cursor.name();
  const columns: { colname: string; type: string }[] = [];
  if (cursor.take('with')) {
    cursor.expect('(');
    do {
      const colname = cursor.name();
      columns.push({ colname, type: readType(cursor, `${name}.${colname}`) });
    } while (cursor.take(','));
    cursor.expect(')');
    cursor.take('as');
    if (!cursor.sees('using')) cursor.name();
  }
  cursor.expect('using', '(');
  const expression = cursor.until(() => false);
  cursor.expect(')');
  cursor.end();
  const list = [kind, name, JSON.stringify(columns), expression].map((value) => literal(value)).join(', ');
  return step(`create_policy(${list}, ${ifNotExists})`, `CREATE ${tagOf(kind)}`);
}

/** DROP … [IF EXISTS] name [CASCADE | RESTRICT]. */
export function dropPolicy(cursor: Cursor, kind: Kind): Statement {
  const ifExists = cursor.take('if', 'exists');
  const name = cursor.name();
  const cascades = cursor.take('cascade');
  if (!cascades) cursor.take('restrict');
  cursor.end();
  return step(`drop_policy(${literal(kind)}, ${literal(name)}, ${ifExists}, ${cascades})`, `DROP ${tagOf(kind)}`);
}

/** ATTACH … name ON table TO …, or DETACH … name ON table FROM …. */
export function attachPolicy(cursor: Cursor, attaches: boolean): Statement {
  const kind = takePolicy(cursor);
  if (kind === undefined) throw cursor.unexpected();
  const name = cursor.name();
  cursor.expect('on');
  cursor.take('table');
  const tables: TableName[] = [];
  do tables.push(cursor.table());
  while (kind === 'rls' && cursor.take(','));
  const output = kind === 'masking' ? cursor.names() : [];
  const input = kind === 'masking' && attaches && cursor.take('using') ? cursor.names() : output;
  cursor.expect(attaches ? 'to' : 'from');
  const grantees: Grantee[] = [];
  do grantees.push(grantee(cursor));
  while (kind === 'rls' && cursor.take(','));
  const priority = kind === 'masking' && attaches && cursor.take('priority') ? cursor.integer() : 0;
  cursor.end();
  const columns = `${literal(JSON.stringify(input))}, ${literal(JSON.stringify(output))}, ${priority}`;
  const steps = tables.flatMap((table) =>
    grantees.map((to) => {
      const common = [literal(kind), literal(name), regclass(table), literal(to.name), literal(to.kind)].join(', ');
      return attaches
        ? `SELECT pg_internal.attach_policy(${common}, ${columns})`
        : `SELECT pg_internal.detach_policy(${common})`;
    }),
  );
  return { kind: 'steps', steps, tag: `${attaches ? 'ATTACH' : 'DETACH'} ${tagOf(kind)}`, inBlock: 'joins' };
}

/** Behind ALTER TABLE t: ROW LEVEL SECURITY ON | OFF …. */
export function secureRows(cursor: Cursor, table: TableName): Statement {
  const on = cursor.take('on');
  if (!on) cursor.expect('off');
  let conjunction = 'and';
  if (cursor.take('conjunction', 'type') && cursor.take('or')) conjunction = 'or';
  else cursor.take('and');
  if (cursor.sees('for', 'datashares')) throw notImplemented('ROW LEVEL SECURITY … FOR DATASHARES');
  cursor.end();
  return step(`secure_rows(${regclass(table)}, ${on}, ${literal(conjunction)})`, 'ALTER TABLE');
}

interface Grantee {
  readonly name: string;
  readonly kind: 'user' | 'role' | 'public';
}

function grantee(cursor: Cursor): Grantee {
  if (cursor.take('public')) return { name: 'public', kind: 'public' };
  return { kind: cursor.take('role') ? 'role' : 'user', name: cursor.name() };
}

function step(call: string, tag: string): Statement {
  return { kind: 'steps', steps: [`SELECT pg_internal.${call}`], tag, inBlock: 'joins' };
}

function tagOf(kind: Kind): string {
  return kind === 'rls' ? 'RLS POLICY' : 'MASKING POLICY';
}
