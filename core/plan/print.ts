// The plan as a commented SQL script that a person can review: hazards on top, what each option came to, then what is
// run, in the order of the run. It is for reading: rows arrive by COPY in between, which no script does.

import type { Measured } from '../catalog/model.ts';
import type { LoadCommand, SqlBlock } from '../command/model.ts';
import { blocksAt, type Moment } from '../sql/blocks.ts';
import { copyOut } from '../sql/copy-out.ts';
import { swapStatements as swapInPostgresql } from '../sql/postgresql/swap.ts';
import { swapStatements } from '../sql/publish.ts';
import type { Hazard, PlanChunk, PlannedColumn, PlannedTable, PlanSummary } from './model.ts';
import { optionLines } from './print-options.ts';

/** The whole script; the last line has no newline. `chunks` is empty for a plan that is refused. */
export function planScript(summary: PlanSummary, chunks: readonly PlanChunk[], command: LoadCommand): string {
  const planned = chunks.flatMap(({ tables }) => tables);
  return [
    `-- From ${visible(summary.source)}`,
    `-- into ${visible(summary.target)}`,
    ...redshiftLines(summary, planned),
    '--',
    ...hazardLines(summary.hazards),
    '--',
    '-- Options, and whose each is: given by the command, pgloader’s default, or pgshift’s',
    ...optionLines(command, summary).map(comment),
    '--',
    `-- ${counted(summary.tables.length, 'table')}, largest first; ${batchesText(summary)}`,
    ...summary.tables.map((table) => comment(tableLine(table, planned))),
    ...viewLines(summary),
    ...measuredLines(planned),
    ...policyLines(planned),
    ...(chunks.length === 0 ? [] : script(chunks, planned, command)),
  ].join('\n');
}

/** How a Redshift source is read. */
function redshiftLines({ redshift }: PlanSummary, tables: readonly PlannedTable[]): string[] {
  if (redshift === undefined) return [];
  const cursors = tables.filter((table) => table.redshift?.by === 'cursor').length;
  const roads = cursors === 0 ? 'by UNLOAD' : `by UNLOAD, ${counted(cursors, 'table')} by a cursor`;
  return [
    `-- read ${roads}, ${redshift.together ? 'all in one transaction' : 'each table in a transaction of its own'}`,
  ];
}

type ShortTable = PlanSummary['tables'][number];

function hazardLines(hazards: readonly Hazard[]): string[] {
  if (hazards.length === 0) return ['-- No hazards'];
  // What stops the run comes first.
  const sorted = hazards.toSorted((a, b) => Number(b.policy === 'refuse') - Number(a.policy === 'refuse'));
  const refused = hazards.filter((hazard) => hazard.policy === 'refuse').length;
  const title = `${counted(hazards.length, 'hazard')}${refused > 0 ? `, ${refused} of which stop the run` : ''}`;
  return [
    `-- ${title}`,
    ...sorted.map(({ kind, policy, place, message }) => {
      const where = place === null ? '' : `${place}: `;
      return comment(`${policy === 'refuse' ? 'STOPS  ' : ''}${kind}  ${where}${message}`);
    }),
  ];
}

const batchesText = ({ batches, batchesAtOnce, partsAtOnce }: PlanSummary): string =>
  `${counted(batches, 'batch', 'batches')}, ${batchesAtOnce} at once with ${partsAtOnce} parts each`;

const PUBLISHED = {
  replace: 'replaces a table',
  create: 'new',
  append: 'appends to a table',
  refill: 'empties a table and fills it',
} as const satisfies Record<PlannedTable['publish'], string>;

function tableLine(table: ShortTable, planned: readonly PlannedTable[]): string {
  const full = planned.find((one) => one.table === table.table);
  const name = table.target === table.source ? table.source : `${table.source} → ${table.target}`;
  const facts = [
    `about ${table.estimatedRows} rows`,
    size(table.estimatedBytes),
    counted(table.parts, 'part'),
    counted(table.batches, 'batch', 'batches'),
    ...(full?.pieces === undefined ? [] : ['each part in pieces, a COPY each']),
    ...(full === undefined ? [] : [PUBLISHED[full.publish]]),
  ];
  return `${name}: ${facts.join(', ')}`;
}

/** Of `create views`. */
function viewLines({ views = [] }: PlanSummary): string[] {
  if (views.length === 0) return [];
  return ['--', `-- ${counted(views.length, 'view')}, in this order`, ...views.map(({ view }) => comment(view))];
}

/** What WITH measure columns found. */
function measuredLines(tables: readonly PlannedTable[]): string[] {
  const lines = tables.flatMap(({ source, columns }) =>
    columns.flatMap(({ source: column, measured, type }) =>
      measured === undefined
        ? []
        : [comment(`${source.schema}.${source.name}.${column}: ${figures(measured)}, ${type}`)],
    ),
  );
  return lines.length === 0 ? [] : ['--', '-- Columns as they were measured, and the types they get', ...lines];
}

function figures({ bytes, whole, scale, leastScale }: Measured): string {
  if (bytes !== undefined) return `up to ${counted(bytes, 'byte')}`;
  if (whole === undefined) return 'no values';
  const zeros = scale === leastScale ? '' : `, ${leastScale} of them without zeros at the end`;
  return `up to ${counted(whole, 'digit')} before the point and ${scale} after it${zeros}`;
}

/** What becomes of values that Redshift refuses or alters, where it is not pgshift's own choice. */
function policyLines(tables: readonly PlannedTable[]): string[] {
  const lines = tables.flatMap(({ source, columns }) =>
    columns.flatMap(({ source: column, guards = [] }) =>
      guards.flatMap(({ hazard, policy, by }) =>
        by === undefined ? [] : [comment(`${source.schema}.${source.name}.${column}: on ${hazard} ${policy} (${by})`)],
      ),
    ),
  );
  return lines.length === 0
    ? []
    : ['--', '-- Values that Redshift refuses or alters, where the command says so', ...lines];
}

function script(chunks: readonly PlanChunk[], tables: readonly PlannedTable[], command: LoadCommand): string[] {
  return [
    ...blockLines(command, 'BEFORE LOAD'),
    ...heading('Prepare: schemas, staging tables and their ledgers'),
    ...chunks.flatMap(({ schemas }) => statements(schemas)),
    ...tables.flatMap((table) => ['', comment(nameOf(table)), ...statements(table.create)]),
    ...heading('Load: at the source, one of these for each part; --json lists the values that are looked for'),
    ...chunks.flatMap(({ sentinels, tables: members }) => members.flatMap((table) => readLines(table, sentinels[0]))),
    ...heading('Publish'),
    ...publishLines(tables),
    ...blockLines(command, 'AFTER CREATE SCHEMA'),
    ...blockLines(command, 'AFTER LOAD'),
  ];
}

function publishLines(tables: readonly PlannedTable[]): string[] {
  if (tables.length === 0) return [];
  const own = tables.flatMap(({ postgresql }) => postgresql ?? []);
  const swap = own.length === 0 ? swapStatements(tables) : swapInPostgresql(tables);
  return [
    ...statements(own.flatMap(({ indexes, sequences }) => [...indexes.map(({ sql }) => sql), ...sequences])),
    ...statements([
      'BEGIN',
      ...swap,
      ...own.flatMap(({ views = [] }) => views.flatMap(({ create }) => create)),
      'COMMIT',
    ]),
    ...statements(own.flatMap(({ validate }) => validate)),
  ];
}

const nameOf = ({ target }: PlannedTable): string => `${target.schema}.${target.name}`;

/** The statement of the first part stands for all: only the bounds differ. Guards of values would hide what is read. */
function readLines(table: PlannedTable, sentinel: string): string[] {
  const [first] = table.parts;
  if (first === undefined) return [];
  const more = table.parts.length > 1 ? `, part 1 of ${table.parts.length}` : '';
  return [
    comment(`${table.source.schema}.${table.source.name}${more}`),
    ...commented(copyOut({ columns: table.columns.map(unguarded) }, first, { sentinel, headed: false, again: false })),
  ];
}

const unguarded = ({ guards, ...column }: PlannedColumn): PlannedColumn => column;

function blockLines(command: LoadCommand, moment: Moment): string[] {
  return blocksAt(command, moment).flatMap((block: SqlBlock, index) => [
    ...heading(`${moment}, block ${index + 1}`),
    ...statements(['BEGIN', ...block.statements, 'COMMIT']),
  ]);
}

const heading = (text: string): string[] => ['', `-- ${text}`];

/** Statements as they are sent: a name may hold a newline, and a terminal's controls are shown, not obeyed. */
const statements = (list: readonly string[]): string[] => list.map((statement) => `${shown(statement)};`);

const commented = (sql: string): string[] =>
  shown(sql)
    .split('\n')
    .map((line) => `--   ${line}`);

/** One line of a comment: whatever the text holds, it cannot leave it. */
const comment = (text: string): string => `--   ${visible(text)}`;

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}

function escaped(control: string): string {
  if (control === '\n') return '\\n';
  return `\\u${(control.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

const visible = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, escaped);

/** Newlines of SQL stay. */
const shown = (sql: string): string => sql.replaceAll(/[^\P{Cc}\n\t]/gu, escaped);
