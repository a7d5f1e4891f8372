// The summary as text, in pgloader's layout: label, errors, rows, bytes, total time; before, tables, after, total.

import stringWidth from 'string-width';
import type { Report, ReportRow } from './model.ts';
import { oneLine } from './one-line.ts';

/** Widths of errors, rows, bytes and total time; the label takes what the longest label needs. */
const WIDTHS = [9, 9, 9, 14] as const;
const FOOTER = 'Total import time';
const HEADER = ['errors', 'rows', 'bytes', 'total time'] as const;

/** Ends with a newline. */
export function reportText(report: Report): string {
  const rows = [...report.preload, ...report.data, ...report.postload];
  const label = Math.max('table name'.length, FOOTER.length, ...rows.map((row) => stringWidth(row.name)));
  const line = (name: string, cells: readonly string[]): string =>
    [' '.repeat(label - stringWidth(name)) + name, ...cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0))].join('  ');
  const rule = [label, ...WIDTHS].map((width) => '-'.repeat(width)).join('  ');
  const section = (members: readonly ReportRow[]): string[] =>
    members.length === 0 ? [] : [rule, ...members.map((row) => line(row.name, cells(row)))];
  const total = [
    report.errs === 0 ? '✓' : String(report.errs),
    String(report.rows),
    size(report.bytes),
    time(report.secs),
  ];
  return [
    line('table name', HEADER),
    ...section(report.preload),
    ...section(report.data),
    ...section(report.postload),
    rule,
    line(FOOTER, total),
    ...madeViews(report),
    ...replacements(report),
    ...rejects(report),
    ...failure(report),
    ...partlyPublished(report),
    '',
  ].join('\n');
}

const cells = (row: ReportRow): string[] => [String(row.errs), String(row.rows), size(row.bytes), time(row.secs)];

/** A list of 10,000 tables helps nobody. */
const TABLES_NAMED = 20;

function madeViews({ views }: Report): string[] {
  if (views.length === 0) return [];
  const more = views.length > TABLES_NAMED ? ` and ${views.length - TABLES_NAMED} more, in report.json` : '';
  return ['', `Views made: ${views.slice(0, TABLES_NAMED).join(', ')}${more}`];
}

/** Values that arrived as something else than they were. */
function replacements({ replaced }: Report): string[] {
  if (replaced.length === 0) return [];
  const named = replaced
    .slice(0, TABLES_NAMED)
    .map(
      ({ table, column, hazard, policy, rows }) =>
        `  ${oneLine(`${table}.${column}`)}: ${rows} × ${hazard} → ${policy}`,
    );
  const more = replaced.length > TABLES_NAMED ? [`  and ${replaced.length - TABLES_NAMED} more, in report.json`] : [];
  return ['', 'Values that Redshift refuses or alters, replaced as the command says:', ...named, ...more];
}

/** Where the rejected rows are. */
function rejects({ rejected, rejects: files }: Report): string[] {
  if (files.length === 0) return [];
  const named = files.slice(0, TABLES_NAMED).map(({ table, rows, csv }) => `  ${table}: ${rows} in ${csv}`);
  const more = files.length > TABLES_NAMED ? [`  and ${files.length - TABLES_NAMED} more tables beside them`] : [];
  const head = `${rejected} rejected ${rejected === 1 ? 'row' : 'rows'}; beside each file a .log says why, line for line:`;
  return ['', head, ...named, ...more];
}

function failure(report: Report): string[] {
  if (report.error === null) return [];
  const { kind, message, step, hint } = report.error;
  const place = step === null ? '' : ` in ${step}`;
  return ['', `Failed${place}: ${kind}`, message, ...(hint === null ? [] : [hint])];
}

/** What people see is of two loads then: they have to know, and what ends it. */
function partlyPublished({ unpublished, data, run }: Report): string[] {
  if (unpublished.length === 0) return [];
  const named = unpublished.slice(0, TABLES_NAMED).map((name) => `  ${name}`);
  const more = unpublished.length > TABLES_NAMED ? [`  and ${unpublished.length - TABLES_NAMED} more`] : [];
  const head = `Partly published: ${data.length - unpublished.length} of ${data.length} tables are live, and these are not yet.`;
  return ['', `${head} Resuming or redriving run ${run} publishes them:`, ...named, ...more];
}

/** Bytes in steps of 1,024, blank for none: `512.0 kB`, `3.7 MB`. */
export function size(bytes: number): string {
  if (bytes === 0) return '';
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** `[N days ][Nh][Nm]S.SSSs`. */
export function time(seconds: number): string {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3_600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  const rest = (seconds - whole + (whole % 60)).toFixed(3);
  return `${days > 0 ? `${days} days ` : ''}${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest}s`;
}
