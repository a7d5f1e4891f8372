// How fast does the Redshift stand-in load one part, next to PostgreSQL's own COPY of the same bytes, and does its memory
// stay flat?
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { temporaryFolder } from '../cli/laptop.ts';
import type { Benchmark, Figure } from './figures.ts';
import { inTurn, secondsOf } from './measure.ts';
import { loadFile } from './reference.ts';
import { MIXED_TABLE, type World } from './world.ts';

const SAMPLES = 3;

/** 250 MB of CSV, every text in quotes. */
const PART_ROWS = 1_000_000;
const SENTINEL = '@NULL@';

const TEXTS = 'code, status, name, city, note, reference, tags';
const csv = `(FORMAT csv, NULL '${SENTINEL}', FORCE_QUOTE (${TEXTS}))`;

/** The same columns as Redshift has them. */
const REDSHIFT_TABLE = `CREATE TABLE mixed (
  id bigint NOT NULL, customer int NOT NULL, quantity smallint, paid boolean, price numeric(12,2), weight double precision,
  ordered date, created_at timestamptz, changed_at timestamp, code varchar(32), status varchar(48), name varchar(65535),
  city varchar(65535), note varchar(65535), reference char(36), tags super
)`;

export const standInBenchmark: Benchmark = {
  name: 'stand-in',
  question: "one part into the Redshift stand-in, beside PostgreSQL's own COPY",
  async run(world) {
    const file = join(await temporaryFolder(world.life), 'part.csv');
    await writePart(world, file);
    const { source, copyText } = await uploadPart(world, file);
    world.note(`a part of ${Math.round(statSync(file).size / 1e6)} MB of CSV: ${source}`);
    const target = await world.sourceDatabase('loaded', MIXED_TABLE);
    const client = new pg.Client({ connectionString: world.laptop.redshift });
    await client.connect();
    try {
      await client.query(REDSHIFT_TABLE);
      const peaks: number[] = [];
      const ours = async () => {
        await client.query('TRUNCATE mixed');
        const memory = watchMemory();
        const seconds = await secondsOf(() => client.query(copyText));
        peaks.push(memory.end() / 1e6);
        return seconds;
      };
      const reference = loadFile(file, target, 'bench.mixed', csv.replace(/, FORCE_QUOTE.*\)\)$/, ')'));
      await ours();
      await reference.run();
      const pairs = await inTurn(SAMPLES, ours, reference.run);
      return [
        {
          what: 'stand-in, one part',
          values: pairs.ours,
          unit: 's',
          reference: { what: reference.what, values: pairs.theirs },
          ratio: 'times its speed',
          goal: { atLeast: 0.2 },
        },
        { what: 'stand-in, memory added', values: peaks, unit: 'MB', goal: { atMost: 200 } },
      ] satisfies Figure[];
    } finally {
      await client.end();
    }
  },
};

async function writePart(world: World, file: string): Promise<void> {
  const { uri, rows } = await world.large();
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  try {
    const sql = `COPY (SELECT * FROM bench.mixed LIMIT ${Math.min(rows, PART_ROWS)}) TO STDOUT ${csv}`;
    await pipeline(client.query(copyTo(sql)), createWriteStream(file));
  } finally {
    await client.end();
  }
}

/** Into the bucket, compressed as Extract does it. */
async function uploadPart(world: World, file: string): Promise<{ source: string; copyText: string }> {
  const { env } = world.laptop;
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const client = new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3,
    region: env.AWS_DEFAULT_REGION,
    forcePathStyle: true,
    credentials,
  });
  const place = { Bucket: env.AWS_S3_BUCKET_NAME, Key: 'bench/part.zst' };
  try {
    const Body = createReadStream(file).pipe(createZstdCompress());
    await new Upload({ client, params: { ...place, Body } }).done();
  } finally {
    client.destroy();
  }
  const source = `s3://${place.Bucket}/${place.Key}`;
  const keys = `ACCESS_KEY_ID '${credentials.accessKeyId}' SECRET_ACCESS_KEY '${credentials.secretAccessKey}'`;
  const options = `CSV NULL AS '${SENTINEL}' DATEFORMAT 'auto' TIMEFORMAT 'auto' ZSTD ROUNDEC`;
  return { source, copyText: `COPY mixed FROM '${source}' ${keys} ${options}` };
}

/** The most bytes this process, in which the stand-in runs, has over what it had. */
function watchMemory(): { end(): number } {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  return {
    end: () => {
      clearInterval(timer);
      return most - before;
    },
  };
}
