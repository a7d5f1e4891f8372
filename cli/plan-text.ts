// How does a plan read on a terminal? Hazards first, then the tables as the target will have them.
import type { Hazard, PlannedTable } from '../core/plan/model.ts';
import type { PrintedPlan } from './plan.ts';

/** The whole plan as lines. */
export function planText(plan: PrintedPlan): string {
  const planned = new Map(plan.chunksInFull.flatMap((chunk) => chunk.tables).map((table) => [table.table, table]));
  const tables = plan.tables.flatMap((table) => [
    `  ${visible(table.source)}${table.target === table.source ? '' : ` → ${visible(table.target)}`}: ${[
      `about ${table.estimatedRows} rows`,
      size(table.estimatedBytes),
      counted(table.parts, 'part'),
      counted(table.batches, 'batch', 'batches'),
      ...published(planned.get(table.table)),
    ].join(', ')}`,
    ...columns(planned.get(table.table)),
  ]);
  const atOnce = `${counted(plan.batches, 'batch', 'batches')}, ${plan.batchesAtOnce} at once with ${plan.partsAtOnce} parts each`;
  return [
    `From ${visible(plan.source)}`,
    `into ${visible(plan.target)}`,
    '',
    ...hazardLines(plan.hazards),
    '',
    `${counted(plan.tables.length, 'table')}, largest first; ${atOnce}`,
    ...tables,
  ].join('\n');
}

function hazardLines(hazards: readonly Hazard[]): string[] {
  if (hazards.length === 0) return ['No hazards'];
  // What stops the run comes first.
  const sorted = hazards.toSorted((a, b) => Number(b.policy === 'refuse') - Number(a.policy === 'refuse'));
  const refused = hazards.filter((hazard) => hazard.policy === 'refuse').length;
  const title = `${counted(hazards.length, 'hazard')}${refused > 0 ? `, ${refused} of which stop the run` : ''}`;
  return [
    title,
    ...sorted.map(({ kind, policy, place, message }) => {
      const where = place === null ? '' : `${visible(place)}: `;
      return `  ${policy === 'refuse' ? 'STOPS  ' : ''}${kind}  ${where}${visible(message)}`;
    }),
  ];
}

function published(table: PlannedTable | undefined): string[] {
  if (table === undefined) return [];
  return [{ replace: 'replaces a table', create: 'new', append: 'appends to a table' }[table.publish]];
}

function columns(table: PlannedTable | undefined): string[] {
  if (table === undefined) return [];
  const width = Math.max(0, ...table.columns.map((column) => visible(column.target).length));
  return table.columns.map(
    (column) => `      ${visible(column.target).padEnd(width)}  ${column.type}${column.notNull ? ' NOT NULL' : ''}`,
  );
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const size = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
};

/** A name may hold a control character; a terminal must not obey it. */
const visible = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
