// What a PostgreSQL target has, and what a run makes there before its tables: extensions, types and free sequences. Made where
// they are missing, never changed.

import type { TypeIn } from '../../cast/postgresql-to-postgresql.ts';
import type { ColumnType, Schema } from '../../catalog/model.ts';
import type { Extension, OwnSequence, OwnType, PostgresqlCatalog } from '../../catalog/postgresql.ts';
import { commentOn, createSequence, createType, unlessThere } from '../../sql/postgresql/create.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import type { PlanInput } from '../input.ts';
import { keyOf } from '../names.ts';

/** Values of these cannot be written, only made by the server itself. */
const UNWRITABLE = new Set(['pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_ddl_command']);
const MULTIRANGES_SINCE = 14;
/** Words of keys and indexes, and the version that was the first to know them. */
const NEWER: readonly (readonly [RegExp, number])[] = [
  [/ NULLS NOT DISTINCT/, 15],
  [/ WITHOUT OVERLAPS/, 18],
  [/ NOT ENFORCED/, 18],
];
/** The schema of `public.citext`, as the server writes names. */
const SCHEMA = /^(?:"(?:[^"]|"")*"|[^."(]+)\./;

type Schemas = Readonly<Record<'source' | 'target', readonly Schema[]>>;

const by = <Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [key(item), item]));

export class TargetObjects {
  private readonly major: number;
  private readonly types: ReadonlyMap<string, OwnType>;
  private readonly typesByOid: ReadonlyMap<string, OwnType>;
  /** By what needs call them: `type public.mood`. */
  private readonly typesByNeed: ReadonlyMap<string, OwnType>;
  private readonly ranges: readonly OwnType[];
  private readonly sequencesByNeed: ReadonlyMap<string, OwnSequence>;
  private readonly extensionsAtSource: ReadonlyMap<string, Extension>;
  private readonly typesThere: ReadonlyMap<string, OwnType>;
  private readonly sequencesThere: ReadonlySet<string>;
  private readonly objectsThere: ReadonlySet<string>;
  private readonly extensionsThere: ReadonlyMap<string, Extension>;
  private readonly schemas: Schemas;
  private readonly problems = new Map<string, string | undefined>();

  static of({ source, target, capabilities }: PlanInput): TargetObjects {
    const schemas = { source: source.schemas, target: target.schemas };
    return new TargetObjects(source.postgresql, target.postgresql, capabilities.target.major, schemas);
  }

  /** `source` is undefined where the source is no PostgreSQL: then there are built-in types only. */
  private constructor(
    source: PostgresqlCatalog | undefined,
    target: PostgresqlCatalog | undefined,
    major: number,
    schemas: Schemas,
  ) {
    const { sequences = [], extensions = [] } = source ?? {};
    const types = (source?.types ?? []).map((type) => (major < MULTIRANGES_SINCE ? withoutMultirange(type) : type));
    this.major = major;
    this.schemas = schemas;
    this.types = by(types, keyOf);
    this.typesByOid = by(types, ({ oid }) => oid);
    this.typesByNeed = by(types, ({ written }) => `type ${written}`);
    this.ranges = types.filter(({ kind }) => kind === 'range');
    this.sequencesByNeed = by(sequences, ({ written }) => `sequence ${written}`);
    this.extensionsAtSource = by(extensions, ({ name }) => name);
    this.typesThere = by(target?.types ?? [], keyOf);
    this.sequencesThere = new Set((target?.sequences ?? []).map(keyOf));
    this.objectsThere = new Set(target?.objects);
    this.extensionsThere = by(target?.extensions ?? [], ({ name }) => name);
  }

  /** What of these the target has not and will not have: the first of them, or undefined. */
  lacks(needs: readonly string[]): string | undefined {
    return needs.find((need) => !this.has(need));
  }

  /** The first extension of these that the target has in another schema than the source, where expressions name it. */
  elsewhere(needs: readonly string[]): string | undefined {
    return needs.find((need) => {
      const name = need.startsWith('extension ') ? need.slice('extension '.length) : '';
      const there = this.extensionsThere.get(name)?.schema;
      return there !== undefined && there !== this.extensionsAtSource.get(name)?.schema;
    });
  }

  /** Statements that make a schema, with the comment that `like` has in the source. None where the target has it. */
  schema(name: string, like = name): string[] {
    if (this.schemas.target.some((one) => one.name === name)) return [];
    const comment = this.schemas.source.find((one) => one.name === like)?.comment;
    return [
      `CREATE SCHEMA IF NOT EXISTS ${identifier(name)}`,
      ...(comment === undefined ? [] : [commentOn('SCHEMA', identifier(name), comment)]),
    ];
  }

  /** What of a key's or an index's words the target is too old for; undefined where it is not. */
  tooNew(words: string): string | undefined {
    return NEWER.find(([pattern, since]) => this.major < since && pattern.test(words))?.[0].source.trim();
  }

  readonly typeIn: TypeIn = (type) => {
    if (type.kind === 'array' && type.element !== undefined) {
      const element = this.typeIn(type.element);
      return 'sql' in element ? { sql: `${element.sql}[]` } : element;
    }
    if (type.extension !== undefined) return this.ofExtension(type, type.extension);
    if (type.kind === 'multirange' && this.major < MULTIRANGES_SINCE) return { problem: 'is not known to the target' };
    if (type.schema === 'pg_catalog') {
      const unwritable = UNWRITABLE.has(type.name) || type.kind === 'pseudo';
      return unwritable ? { problem: 'has values that only the server itself makes' } : { sql: type.sql };
    }
    if (this.typesThere.has(keyOf(type))) return { sql: type.sql };
    const own = this.ownType(type);
    if (own === undefined) return { problem: 'is a type of functions that the target does not have' };
    const problem = this.problemOf(own);
    return problem === undefined
      ? { sql: type.sql }
      : { problem: `speaks of ${problem}, which the target does not have` };
  };

  /** Types that are there, but not as the source has them. */
  differing(used: readonly ColumnType[]): ReadonlySet<string> {
    return new Set(
      used.flatMap((type) => {
        const one = type.element ?? type;
        const [ours, theirs] = [this.types.get(keyOf(one)), this.typesThere.get(keyOf(one))];
        return ours !== undefined && theirs !== undefined && ours.body !== theirs.body ? [one.sql] : [];
      }),
    );
  }

  /** Statements that make what these types and needs want, in order; each may run again without harm. */
  make(used: readonly ColumnType[], needs: readonly string[]): string[] {
    const statements = new Set<string>();
    for (const type of used) this.makeType(type, statements);
    for (const need of needs) this.makeNeed(need, statements);
    return [...statements];
  }

  private has(need: string): boolean {
    if (this.objectsThere.has(need)) return true;
    if (need.startsWith('extension ')) return this.hasExtension(need.slice('extension '.length));
    const type = this.typesByNeed.get(need);
    if (type !== undefined) return this.typesThere.has(keyOf(type)) || this.problemOf(type) === undefined;
    return this.sequencesByNeed.has(need);
  }

  private hasExtension(name: string): boolean {
    const found = this.extensionsThere.get(name);
    return found !== undefined && (found.schema !== undefined || found.creatable);
  }

  /** Also of the multirange that is made with a range. */
  private ownType(type: ColumnType): OwnType | undefined {
    const own = this.types.get(keyOf(type));
    if (own !== undefined || type.kind !== 'multirange') return own;
    return this.ranges.find(({ body }) => body.endsWith(`MULTIRANGE_TYPE_NAME = ${type.sql})`));
  }

  private problemOf(type: OwnType): string | undefined {
    const key = keyOf(type);
    if (this.typesThere.has(key)) return undefined;
    if (!this.problems.has(key)) {
      this.problems.set(key, undefined);
      const parts = type.uses.flatMap((oid) => this.typesByOid.get(oid) ?? []);
      this.problems.set(key, this.lacks(type.needs) ?? parts.map((part) => this.problemOf(part)).find(Boolean));
    }
    return this.problems.get(key);
  }

  /** An extension may be in another schema there. */
  private ofExtension(type: ColumnType, name: string): ReturnType<TypeIn> {
    const extension = this.extensionsThere.get(name);
    if (extension === undefined || !this.hasExtension(name)) {
      return { problem: `is of the extension ${name}, which the target does not have and this user cannot make` };
    }
    const { schema } = extension;
    return { sql: schema === undefined ? type.sql : type.sql.replace(SCHEMA, () => `${identifier(schema)}.`) };
  }

  private makeSchema(name: string, statements: Set<string>): void {
    for (const statement of this.schema(name)) statements.add(statement);
  }

  private makeType(type: ColumnType, statements: Set<string>): void {
    if (type.element !== undefined) {
      this.makeType(type.element, statements);
      return;
    }
    if (type.extension !== undefined) {
      this.makeExtension(type.extension, statements);
      return;
    }
    const own = this.ownType(type);
    if (own !== undefined) this.makeOwn(own, statements);
    // A domain that cannot be made is its base.
    if (type.base !== undefined) this.makeType(type.base, statements);
  }

  private makeOwn(type: OwnType, statements: Set<string>): void {
    if (this.typesThere.has(keyOf(type)) || this.problemOf(type) !== undefined) return;
    for (const need of type.needs) this.makeNeed(need, statements);
    for (const oid of type.uses) {
      const part = this.typesByOid.get(oid);
      if (part !== undefined && part !== type) this.makeOwn(part, statements);
    }
    const place = qualified(type.schema, type.name);
    this.makeSchema(type.schema, statements);
    statements.add(unlessThere(createType(type)));
    if (type.comment !== undefined)
      statements.add(commentOn(type.kind === 'domain' ? 'DOMAIN' : 'TYPE', place, type.comment));
  }

  private makeNeed(need: string, statements: Set<string>): void {
    if (this.objectsThere.has(need)) return;
    if (need.startsWith('extension ')) this.makeExtension(need.slice('extension '.length), statements);
    const type = this.typesByNeed.get(need);
    if (type !== undefined) this.makeOwn(type, statements);
    const sequence = this.sequencesByNeed.get(need);
    if (sequence === undefined || sequence.owner !== undefined || this.sequencesThere.has(keyOf(sequence))) return;
    this.makeSchema(sequence.schema, statements);
    statements.add(unlessThere(...createSequence(sequence)));
  }

  private makeExtension(name: string, statements: Set<string>): void {
    if (this.extensionsThere.get(name)?.schema !== undefined || !this.hasExtension(name)) return;
    const schema = this.extensionsAtSource.get(name)?.schema;
    const where = schema === undefined || schema === 'pg_catalog' ? '' : ` SCHEMA ${identifier(schema)}`;
    if (schema !== undefined && where !== '') this.makeSchema(schema, statements);
    statements.add(unlessThere(`CREATE EXTENSION IF NOT EXISTS ${identifier(name)}${where} CASCADE`));
  }
}

const withoutMultirange = (type: OwnType): OwnType =>
  type.kind === 'range' ? { ...type, body: type.body.replace(/, MULTIRANGE_TYPE_NAME = .*\)$/, ')') } : type;
