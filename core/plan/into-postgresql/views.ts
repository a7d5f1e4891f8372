// With `create views`: which of the source's views are made in the target, how, and after which table? A view is made where what it
// reads stands in the target as it stood in the source, because its query names it so; any other is left out, and the plan says why.

import type { Table, View } from '../../catalog/model.ts';
import type { OwnView, Read } from '../../catalog/own-views.ts';
import type { PostgresqlCatalog } from '../../catalog/postgresql.ts';
import { commentOn } from '../../sql/postgresql/create.ts';
import { createView } from '../../sql/postgresql/keep.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import type { Draft } from '../draft.ts';
import type { Occupied } from '../existing.ts';
import type { PlanInput } from '../input.ts';
import type { Hazard, PlannedTable, PlannedView } from '../model.ts';
import { keyOf, type Name, placeOf, type TargetNames, tableNameProblem } from '../names.ts';
import { placeTables } from '../place.ts';
import { viewsToMake } from '../select.ts';
import { membersOf } from './members.ts';
import { TargetObjects } from './objects.ts';

export interface PlannedViews {
  /** By the number of the table after which they can be made; one that another reads comes first. */
  readonly after: ReadonlyMap<number, readonly PlannedView[]>;
  /** Statements of prepare, by the same numbers. */
  readonly setup: ReadonlyMap<number, readonly string[]>;
  readonly hazards: readonly Hazard[];
}

/** What the views stand on. */
export interface Ground {
  readonly input: PlanInput;
  /** The tables of the run, in its order, and what becomes of each. */
  readonly tables: readonly Table[];
  readonly drafts: readonly Draft[];
  readonly names: TargetNames;
  readonly there: Occupied;
}

const SECURITY_INVOKER_SINCE = 15;

export function planViews(ground: Ground): PlannedViews {
  const { command, source, capabilities } = ground.input;
  const none: PlannedViews = { after: new Map(), setup: new Map(), hazards: [] };
  const own = source.postgresql;
  if (!command.options.createViews || own === undefined || capabilities.target.dialect !== 'postgresql') return none;
  return new ViewPlanner(ground, own).plan(viewsToMake(source, command));
}

/** A table or a view that will be there: after which table, under which name, with which of its columns as they were. */
interface Standing {
  readonly after: number;
  readonly target: Name;
  /** Absent: all of them. */
  readonly kept?: ReadonlySet<string>;
}

class ViewPlanner {
  private readonly ground: Ground;
  private readonly source: PostgresqlCatalog;
  private readonly objects: TargetObjects;
  private readonly standing: Map<string, Standing>;
  private readonly taken: Set<string>;
  private readonly after = new Map<number, PlannedView[]>();
  private readonly setup = new Map<number, string[]>();
  private readonly hazards: Hazard[] = [];

  constructor(ground: Ground, source: PostgresqlCatalog) {
    const { tables, drafts, input } = ground;
    this.ground = ground;
    this.source = source;
    this.objects = TargetObjects.of(input);
    this.standing = new Map(tables.flatMap((table, after) => standingOf(ground, table, after)));
    this.taken = new Set(drafts.map(({ planned }) => keyOf(planned.target)));
  }

  plan(views: readonly View[]): PlannedViews {
    const definitions = new Map(views.map((view) => [keyOf(view), view]));
    const wanted = this.source.views.filter((view) => definitions.has(keyOf(view)));
    for (const view of readFirst(wanted)) {
      const definition = definitions.get(keyOf(view));
      if (definition === undefined) continue;
      const target = this.place(view);
      const reason = this.reasonToLeave(view, target) ?? this.meet(view, target);
      if (reason === undefined) this.make(view, target, definition);
      else this.tell('LEFT_OUT', view, `the view is not made: ${reason}`);
    }
    const { after, setup, hazards } = this;
    return { after, setup, hazards };
  }

  private tell(
    kind: Hazard['kind'],
    { schema, name }: Name,
    message: string,
    policy: Hazard['policy'] = 'report',
  ): void {
    this.hazards.push({ kind, policy, place: placeOf({ schema, name }), message });
  }

  /** As a table of its name would be placed. */
  private place({ schema, name }: Name): Name {
    const { input, names } = this.ground;
    const table: Table = {
      ...{ oid: 0, schema, name, kind: 'view' },
      ...{ columns: [], keys: [], foreignKeys: [], inherits: [], heaps: [] },
    };
    return placeTables([table], input.command, names).tables[0]?.target ?? { schema, name };
  }

  /** To complete the sentence "it is not made: …". */
  private reasonToLeave(view: OwnView, target: Name): string | undefined {
    const { names, drafts, input } = this.ground;
    if (drafts.length === 0) return 'the run makes no table';
    const unfit = tableNameProblem(target.name, names);
    if (unfit !== undefined) return unfit;
    const renamed = view.columns.find(({ name }) => names.style(name) !== name);
    if (renamed !== undefined)
      return `its query calls a column "${renamed.name}", and this command "${names.style(renamed.name)}"`;
    const unread = view.reads.map((read) => this.problemOf(read)).find((problem) => problem !== undefined);
    if (unread !== undefined) return unread;
    const missing = this.objects.lacks(view.needs);
    if (missing !== undefined) return `it speaks of ${missing}, which the target does not have`;
    const moved = this.objects.elsewhere(view.needs);
    if (moved !== undefined) return `it speaks of ${moved}, which the target has in another schema`;
    const { major } = input.capabilities.target;
    return /\bsecurity_invoker=/.test(view.options ?? '') && major < SECURITY_INVOKER_SINCE
      ? 'the target does not know security_invoker'
      : undefined;
  }

  private problemOf(read: Read): string | undefined {
    const place = placeOf(read);
    const found = this.standing.get(keyOf(read));
    if (found === undefined) return `it reads ${place}, which this run does not make`;
    if (keyOf(found.target) !== keyOf(read)) {
      return `its query names ${place}, which is ${placeOf(found.target)} in the target`;
    }
    const isKept = read.column === undefined || found.kept === undefined || found.kept.has(read.column);
    return isKept ? undefined : `it reads ${place}.${read.column}, whose name or type is another one in the target`;
  }

  /** How it meets what has its name in the target. */
  private meet(view: OwnView, target: Name): string | undefined {
    const { input, there } = this.ground;
    if (this.taken.has(keyOf(target)) || there.tables.has(keyOf(target))) {
      const message = `the view would have the name of a table, ${placeOf(target)}: rename one, or leave the view out with EXCLUDING`;
      this.tell('NAME_COLLISION', view, message, 'refuse');
      return undefined;
    }
    if (!there.views.has(keyOf(target))) return undefined;
    if (!input.command.options.includeDrop) return 'the target has a view of its name, which `include no drop` keeps';
    this.tell(
      'DROPS_TARGET_VIEW',
      target,
      'the target has a view of this name; it is replaced by the source’s (create views)',
    );
    const was = input.target.postgresql?.views.find((one) => keyOf(one) === keyOf(target));
    const attached = input.target.postgresql?.attached[was?.oid ?? ''] ?? [];
    if (attached.length > 0) {
      const lost = attached.map(({ kind, name }) => `${kind} "${name}"`).join(', ');
      this.tell(
        'LOST_WITH_TABLE',
        target,
        `it has ${lost}, which would be lost with the view: drop that first`,
        'refuse',
      );
    }
    return undefined;
  }

  private make(view: OwnView, target: Name, { definition, comment }: View): void {
    const reads = view.reads.flatMap((read) => this.standing.get(keyOf(read)) ?? []);
    const after = reads.reduce((latest, { after }) => Math.max(latest, after), 0);
    const place = qualified(target.schema, target.name);
    const create = [
      createView({ ...target, definition, ...(view.options === undefined ? {} : { options: view.options }) }),
      ...(comment === undefined ? [] : [commentOn('VIEW', place, comment)]),
      ...view.columns.flatMap(({ name, comment: text }) =>
        text === undefined ? [] : [commentOn('COLUMN', `${place}.${identifier(name)}`, text)],
      ),
      ...this.defaults(view, place),
    ];
    const attached = this.source.attached[view.oid] ?? [];
    if (attached.length > 0) {
      this.tell('LEFT_OUT', view, `not copied: ${attached.map(({ kind, name }) => `${kind} "${name}"`).join(', ')}`);
    }
    const schema = this.ground.input.command.options.createSchemas
      ? this.objects.schema(target.schema, view.schema)
      : [];
    const setup = [...schema, ...this.objects.make([], view.needs)];
    this.taken.add(keyOf(target));
    this.standing.set(keyOf(view), { after, target });
    this.after.set(after, [...(this.after.get(after) ?? []), { target, create }]);
    this.setup.set(after, [...(this.setup.get(after) ?? []), ...setup]);
  }

  /** What INSERT puts into a column of the view. */
  private defaults(view: OwnView, place: string): string[] {
    return view.columns.flatMap(({ name, number, default: expression }) => {
      if (expression === undefined) return [];
      const missing = this.objects.lacks(this.source.defaultNeeds[`${view.oid}.${number}`] ?? []);
      if (missing === undefined)
        return [`ALTER VIEW ${place} ALTER COLUMN ${identifier(name)} SET DEFAULT ${expression}`];
      this.hazards.push({
        ...{ kind: 'DEFAULT_DROPPED', policy: 'report', place: `${placeOf(view)}.${name}` },
        message: `its default speaks of ${missing}, which the target does not have`,
      });
      return [];
    });
  }
}

/** A table of the run, with its partitions where the run makes them. */
function standingOf({ drafts, input, names }: Ground, table: Table, after: number): [string, Standing][] {
  const draft = drafts[after];
  if (draft === undefined) return [];
  const { target, staging, publish } = draft.planned;
  const kept = new Set(draft.kept);
  const isMade = publish === 'create' || publish === 'replace';
  const members = isMade ? membersOf(table, target, staging, input.source.postgresql, names.style).slice(1) : [];
  return [
    [keyOf(table), { after, target, kept }],
    ...members.map(({ partition, live }): [string, Standing] => [
      keyOf(partition ?? live),
      { after, target: live, kept },
    ]),
  ];
}

/** Each view after those that it reads, of these. */
function readFirst(views: readonly OwnView[]): OwnView[] {
  const byKey = new Map(views.map((view) => [keyOf(view), view]));
  const ordered = new Set<OwnView>();
  const visit = (view: OwnView): void => {
    if (ordered.has(view)) return;
    for (const read of view.reads) {
      const other = byKey.get(keyOf(read));
      if (other !== undefined) visit(other);
    }
    ordered.add(view);
  };
  for (const view of views) visit(view);
  return [...ordered];
}

/** The tables with the views that are made after each. */
export const withViews = (tables: readonly PlannedTable[], { after, setup }: PlannedViews): PlannedTable[] =>
  tables.map((table, number) => {
    const views = after.get(number);
    if (views === undefined || table.postgresql === undefined) return table;
    const before = [...table.postgresql.setup, ...(setup.get(number) ?? [])];
    return { ...table, postgresql: { ...table.postgresql, setup: before, views } };
  });
