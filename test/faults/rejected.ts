// Which rows does a run say that it has loaded, and which has it put aside? Loaded and rejected are all that were extracted;
// the rows that the target refuses are in the reject files, each once, and no others.
import type { Store } from '../../core/ports.ts';
import type { Report } from '../../core/report/model.ts';
import type { LoadChoice } from './model.ts';
import { type Content, loadedRows, refusedRows } from './tables.ts';

export interface Told {
  readonly report: Report;
  readonly load: LoadChoice;
  readonly source: Content;
  readonly succeeded: boolean;
}

/** What is not as promised. */
export async function rejectFaults(store: Store, { report, load, source, succeeded }: Told): Promise<string[]> {
  const refused = load.rows === 'put aside' ? refusedRows(load).map(String) : [];
  const files = report.rejects.map(({ rows, csv, log }) => ({ rows, csv: keyIn(store, csv), log: keyIn(store, log) }));
  const wrong: string[] = [];
  const put: string[] = [];
  for (const { rows, csv, log } of files) {
    const [, ...lines] = linesOf(await store.getText(csv));
    const reasons = linesOf(await store.getText(log));
    if (lines.length !== rows || reasons.length !== rows)
      wrong.push(`${rows} rows are rejected, ${lines.length} in the file, for ${reasons.length} reasons`);
    put.push(...lines.map((line) => line.replace(/,.*$/, '')));
  }
  const others = put.filter((id, at) => !refused.includes(id) || put.indexOf(id) !== at);
  if (others.length > 0) wrong.push(`put aside twice, or wrongly: ${others.join(', ')}`);
  if (report.rejected !== put.length) wrong.push(`${report.rejected} rejected, ${put.length} put aside`);
  if (!succeeded) return wrong;
  const missing = refused.filter((id) => !put.includes(id));
  if (missing.length > 0) wrong.push(`refused, and not put aside: ${missing.join(', ')}`);
  const outcome = refused.length > 0 ? 'succeeded with rejects' : 'succeeded';
  if (report.outcome !== outcome) wrong.push(`${report.outcome}, not ${outcome}`);
  const loaded = loadedRows(load, source);
  if (report.rows !== loaded) wrong.push(`the report has ${report.rows} rows, and ${loaded} were loaded`);
  return wrong;
}

const keyIn = ({ bucket }: Store, url: string): string => url.replace(`s3://${bucket}/`, '');

/** No value of a row that is refused has a newline. */
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
