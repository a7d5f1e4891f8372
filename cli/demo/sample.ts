// How is the sample database made? A bookshop of 19 tables, the same on every machine, in a few seconds.
import pg from 'pg';
import { edgeRows } from './sample-edges.ts';
import { largestRows, otherRows, sampleSize } from './sample-rows.ts';
import { sampleForeignKeys, sampleTables } from './sample-tables.ts';

/** Settings for a server that holds nothing but the sample: what is written in bulk need not be logged. */
export const sampleServerSettings = { wal_level: 'minimal', max_wal_senders: '0', maintenance_work_mem: '256MB' };

async function run(uri: string, ...scripts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: uri, options: '-c timezone=UTC -c datestyle=ISO' });
  await client.connect();
  try {
    for (const script of scripts) await client.query(script);
  } finally {
    await client.end();
  }
}

/** Fills an empty PostgreSQL database. `scale` 1: a million rows in the largest table. */
export async function createSample(uri: string, scale: number): Promise<void> {
  const size = sampleSize(scale);
  await run(uri, sampleTables);
  // Two sessions, because a statement uses one core.
  await Promise.all([run(uri, largestRows(size)), run(uri, otherRows(size), edgeRows)]);
  await run(uri, sampleForeignKeys);
}
