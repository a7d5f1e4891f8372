// Which texts are dates and times to COPY?
// Without DATEFORMAT and TIMEFORMAT only Redshift's default form; with 'auto' the ISO forms too; else the form given. The
// other forms that 'auto' knows on Redshift (month names, Julian days, …) are refused as bad values.
import { LoadError } from '../errors.ts';
import type { DateFormat, Moment } from '../sql/date-format.ts';
import type { FieldWriter, Rules } from './field-writer.ts';
import type { Output } from './output.ts';

const zero = 48;
const dash = 45;
const colon = 58;

/** The number that `count` digits say, or -1. */
function digits(source: Buffer, at: number, end: number, count: number): number {
  if (at + count > end) return -1;
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = (source[i] as number) - zero;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

const monthDays = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the ten bytes are a day of years 1 to 9999, as YYYY-MM-DD. */
function isDay(source: Buffer, at: number, end: number): boolean {
  const year = digits(source, at, end, 4);
  const month = digits(source, at + 5, end, 2);
  const day = digits(source, at + 8, end, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  if (source[at + 4] !== dash || source[at + 7] !== dash) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (monthDays[month] ?? 0) + (leap ? 1 : 0);
}

// What is unknown of Redshift, and tried only by the optimistic profile.
const beyond = /^(?:[+-]?infinity|\d{5,6}-\d\d-\d\d.*|\d{4,6}-\d\d-\d\d.* BC)$/i;
const timeBehindDay = /^(?:[T ]\d\d:\d\d.*)?$/;
const compactDay = /^\d{8}$/;

export function dateWriter(rules: Rules): FieldWriter {
  const { dateFormat } = rules.options;
  return typeof dateFormat === 'function' ? formattedDate(dateFormat) : isoDate(rules, dateFormat === 'auto');
}

function badDate(): LoadError {
  return new LoadError(1205, 'Invalid Date Format - length must be 10 or more');
}

function formattedDate(format: DateFormat): FieldWriter {
  return (source, start, end, output) => {
    const moment = format(source.toString('utf8', start, end));
    if (moment === undefined || moment.rest !== '' || !isDayText(dayOf(moment))) throw badDate();
    output.ascii(dayOf(moment));
  };
}

function dayOf({ year, month, day }: Moment): string {
  return `${year}-${month}-${day}`;
}

function isoDate(rules: Rules, auto: boolean): FieldWriter {
  return (source, start, end, output) => {
    if (end - start === 10 && isDay(source, start, end)) {
      output.plain(source, start, end);
      return;
    }
    const text = source.toString('latin1', start, end);
    if (isDay(source, start, end) && timeBehindDay.test(text.slice(10))) output.plain(source, start, start + 10);
    else if (auto && compactDay.test(text) && isDayText(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`))
      output.plain(source, start, end);
    else if (!rules.pessimistic && beyond.test(text)) output.plain(source, start, end);
    else throw badDate();
  };
}

function isDayText(text: string): boolean {
  const bytes = Buffer.from(text);
  return isDay(bytes, 0, bytes.length);
}

/** What ends a time: nothing, Z, or an offset of hours, at times minutes. */
const zone = /^(?: ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?(?::?\d\d)?))?$/i;

function isZone(source: Buffer, start: number, end: number): boolean {
  const isUtc = end - start === 3 && source[start] === 43 && source[start + 1] === zero && source[start + 2] === zero;
  return isUtc || zone.test(source.toString('latin1', start, end));
}

/** Where a time HH:MI[:SS[.fff…]] ends, or -1. */
function endOfTime(source: Buffer, at: number, end: number, secondsNeeded: boolean): number {
  const hour = digits(source, at, end, 2);
  const minute = digits(source, at + 3, end, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || source[at + 2] !== colon) return -1;
  if (source[at + 5] !== colon || at + 5 >= end) return secondsNeeded ? -1 : at + 5;
  const second = digits(source, at + 6, end, 2);
  if (second < 0 || second > 59) return -1;
  let last = at + 8;
  if (source[last] === 46 && last < end) {
    last++;
    while (last < end && (source[last] as number) >= zero && (source[last] as number) <= 57) last++;
    if (last === at + 9) return -1;
  }
  return last;
}

export function timestampWriter(rules: Rules, withZone: boolean): FieldWriter {
  const { timeFormat } = rules.options;
  if (timeFormat === 'epochsecs' || timeFormat === 'epochmillisecs') {
    return epoch(timeFormat === 'epochsecs' ? 1000 : 1, withZone);
  }
  if (typeof timeFormat === 'function') return formattedTimestamp(timeFormat, rules, withZone);
  return isoTimestamp(rules, timeFormat === 'auto', withZone);
}

function badTimestamp(withZone: boolean): LoadError {
  return new LoadError(1206, `Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS${withZone ? 'OF' : ''}]`);
}

const lastMillisecond = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Seconds or milliseconds since 1970. */
function epoch(milliseconds: number, withZone: boolean): FieldWriter {
  return (source, start, end, output) => {
    const text = source.toString('latin1', start, end);
    const moment = /^\d+$/.test(text) ? Number(text) * milliseconds : Number.NaN;
    if (!(moment <= lastMillisecond)) throw badTimestamp(withZone);
    output.ascii(
      new Date(moment)
        .toISOString()
        .replace('T', ' ')
        .replace('Z', withZone ? '+00' : ''),
    );
  };
}

/** A zone behind the form is ignored for a TIMESTAMP. For a TIMESTAMPTZ it was seen to be dropped: pessimistically. */
function formattedTimestamp(format: DateFormat, rules: Rules, withZone: boolean): FieldWriter {
  return (source, start, end, output) => {
    const moment = format(source.toString('utf8', start, end));
    if (moment === undefined || !isDayText(dayOf(moment))) throw badTimestamp(withZone);
    const { time, rest } = moment;
    const isTime = endOfTime(Buffer.from(time), 0, time.length, true) === time.length;
    const mayEnd = rest === '' || (zone.test(rest) && (rules.pessimistic || !withZone));
    if (!isTime || !mayEnd) throw badTimestamp(withZone);
    output.ascii(`${dayOf(moment)} ${time}`);
  };
}

function isoTimestamp(rules: Rules, auto: boolean, withZone: boolean): FieldWriter {
  return (source, start, end, output) => {
    const time = isDay(source, start, end) ? endOfDayAndTime(source, start, end, auto) : -1;
    // A zone in the text of a TIMESTAMP is ignored.
    if (time === end) write(source, start, end, output);
    else if (time > 0 && (auto || withZone) && isZone(source, time, end)) {
      write(source, start, withZone ? end : time, output);
    } else if (!rules.pessimistic && beyond.test(source.toString('latin1', start, end)))
      output.plain(source, start, end);
    else throw badTimestamp(withZone);
  };
}

/** Where day and time end, or -1. With 'auto' a T may stand between them, and the time may be missing. */
function endOfDayAndTime(source: Buffer, start: number, end: number, auto: boolean): number {
  if (end === start + 10) return auto ? end : -1;
  const separator = source[start + 10];
  const separated = separator === 32 || (auto && (separator === 0x54 || separator === 0x74));
  return separated ? endOfTime(source, start + 11, end, !auto) : -1;
}

function write(source: Buffer, start: number, end: number, output: Output): void {
  output.plain(source, start, start + 10);
  output.byte(32);
  if (end > start + 10) output.plain(source, start + 11, end);
  else output.ascii('00:00:00');
}

export function timeWriter(withZone: boolean): FieldWriter {
  return (source, start, end, output) => {
    const text = source.toString('latin1', start, end);
    const midnight = /^24:00:00(\.0+)?/.exec(text)?.[0].length;
    const time = midnight === undefined ? endOfTime(source, start, end, false) : start + midnight;
    const rest = time < 0 ? undefined : source.toString('latin1', time, end);
    if (rest === undefined || !zone.test(rest)) throw new LoadError(1206, 'Invalid time format or value [HH24:MI:SS]');
    if (withZone) output.ascii(`${toUtc(source.toString('latin1', start, time), rest.trim())}+00`);
    else output.plain(source, start, time);
  };
}

const secondsPerDay = 86_400;

/** TIMETZ is kept and shown in UTC. */
function toUtc(time: string, offset: string): string {
  const match = /^([+-])(\d\d):?(\d\d)?:?(\d\d)?$/.exec(offset);
  if (match === null || Number(match[2]) + Number(match[3] ?? 0) + Number(match[4] ?? 0) === 0) return time;
  const away = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
  const [clock = '', fraction] = time.split('.');
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  const total = hours * 3600 + minutes * 60 + seconds + (match[1] === '+' ? -away : away);
  const wrapped = ((total % secondsPerDay) + secondsPerDay) % secondsPerDay;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const shown = `${two(wrapped / 3600)}:${two((wrapped % 3600) / 60)}:${two(wrapped % 60)}`;
  return fraction === undefined ? shown : `${shown}.${fraction}`;
}
