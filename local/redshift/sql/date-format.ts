// What does a DATEFORMAT or TIMEFORMAT string mean? Parts of a date or a time, and what stands between them.
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';

/** Of a text that has the format, with digits only; undefined for another text. */
export interface Moment {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly time: string;
  /** What stands behind the format's last part. */
  readonly rest: string;
}

export type DateFormat = (text: string) => Moment | undefined;

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const monthNames =
  'January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec';

/** The longest first, so that HH12 is not taken for HH. */
const parts: readonly (readonly [name: string, pattern: string, isTime: boolean])[] = [
  ['YYYY', '(?<year>\\d{4})', false],
  ['MON', `(?<name>${monthNames})`, false],
  ['MM', '(?<month>\\d{2})', false],
  ['DD', '(?<day>\\d{2})', false],
  ['HH24', '(?<hour>\\d{2})', true],
  ['HH12', '(?<hour>\\d{2})', true],
  ['HH', '(?<hour>\\d{2})', true],
  ['MI', '(?<minute>\\d{2})', true],
  ['SS', '(?<second>\\d{2}(?:\\.\\d+)?)', true],
  ['AM', '(?<half>[AaPp]\\.?[Mm]\\.?)', true],
  ['PM', '(?<half>[AaPp]\\.?[Mm]\\.?)', true],
];

/** Parts that Redshift has and the stand-in has not. */
const later = /^(?:YY|Y|US|MS|D|J)(?![A-Z])/i;

export function dateFormat(format: string): DateFormat {
  return compile(format, 'DATEFORMAT', false);
}

/** Seconds may have a fraction whether or not the format says so. A zone is no part of a format. */
export function timeFormat(format: string): DateFormat {
  return compile(format, 'TIMEFORMAT', true);
}

function compile(format: string, option: string, withTime: boolean): DateFormat {
  const invalid = (why: string) =>
    new RedshiftError(`Invalid ${option} '${format}': ${why}`, sqlstate.invalidParameter);
  const found = new Set<string>();
  let pattern = '';
  for (let rest = format; rest !== ''; ) {
    const part = parts.find(([name]) => rest.toUpperCase().startsWith(name));
    if (part === undefined) {
      if (later.test(rest)) throw notImplemented(`${option} '${format}'`);
      if (/^[A-Za-z\d]/.test(rest)) throw invalid(`no part begins at "${rest}"`);
      pattern += `\\u{${rest.codePointAt(0)?.toString(16)}}`;
      rest = rest.slice(String.fromCodePoint(rest.codePointAt(0) ?? 0).length);
      continue;
    }
    const group = /<(\w+)>/.exec(part[1])?.[1] ?? '';
    if (found.has(group)) throw invalid(`${part[0]} twice`);
    if (part[2] && !withTime) throw invalid(`${part[0]} is no part of a date`);
    found.add(group);
    pattern += part[1];
    rest = rest.slice(part[0].length);
  }
  if (!found.has('year') || !found.has('day') || found.has('month') === found.has('name')) {
    throw invalid('year, month and day are needed');
  }
  return matcher(new RegExp(`^${pattern}(?<rest>.*)$`, 'isu'));
}

function matcher(pattern: RegExp): DateFormat {
  return (text) => {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) return undefined;
    const { year = '', day = '', name, minute = '00', second = '00', rest = '' } = groups;
    const month = groups.month ?? two(months.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1);
    const hour = hourOf(groups.hour ?? '00', groups.half);
    return hour === undefined ? undefined : { year, month, day, time: `${hour}:${minute}:${second}`, rest };
  };
}

function hourOf(hour: string, half: string | undefined): string | undefined {
  if (half === undefined) return hour;
  const number = Number(hour);
  if (number < 1 || number > 12) return undefined;
  return two((number % 12) + (/^p/i.test(half) ? 12 : 0));
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
