// The closed list of errors as pages for people, docs/reference/errors.md and docs/runbook.md:
// `npm run docs`. What an operator can look at stands here; no step needs it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ERROR_KINDS,
  type ErrorKind,
  type ErrorPolicy,
  kindsOf,
  PLATFORM_ERRORS,
  RETRIES,
  type RetryClass,
} from './errors.ts';

const docs = join(import.meta.dirname, '..', 'docs');
const WRITER = 'written by `npm run docs` of the list that steps and state machine use, `core/errors.ts`';

/** What shows the cause: SQL or a command, by where it is asked. */
interface Look {
  readonly where: string;
  readonly ask: string;
}

const SOURCE_SESSIONS: Look = {
  where: 'At the source: who is connected, since when, and as what',
  ask: `SELECT pid, usename, application_name, state, backend_start, xact_start
  FROM pg_stat_activity WHERE application_name LIKE 'pgshift%' OR state <> 'idle' ORDER BY xact_start`,
};
const SOURCE_LIMITS: Look = {
  where: 'At the source: how many connections there may be',
  ask: `SELECT current_setting('max_connections') AS server, datconnlimit AS database, rolconnlimit AS role
  FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`,
};
const REDSHIFT_LOCKS: Look = {
  where: 'At the target: who holds which table',
  ask: `SELECT DISTINCT n.nspname AS schema, c.relname AS name, t.pid, t.txn_owner, t.lock_mode, t.granted, t.txn_start
  FROM svv_transactions t JOIN pg_class c ON c.oid = t.relation JOIN pg_namespace n ON n.oid = c.relnamespace`,
};
const LOAD_ERRORS: Look = {
  where: 'At the target: what Redshift says of refused rows (`stl_load_errors` on a provisioned cluster)',
  ask: `SELECT trim(file_name) AS object, line_number, trim(column_name) AS column, error_code, trim(error_message) AS reason
  FROM sys_load_error_detail WHERE file_name LIKE 's3://BUCKET/runs/RUN/%' ORDER BY start_time DESC LIMIT 10`,
};
const CLAIMS: Look = {
  where: 'What the run left, and what would go',
  ask: 'pgshift clean TARGET --run RUN --dry-run',
};
const REWRITERS: Look = {
  where:
    'At the source: when its tables were last vacuumed or analyzed; TRUNCATE and CLUSTER stand in the server log only',
  ask: 'SELECT schemaname, relname, last_vacuum, last_autovacuum FROM pg_stat_user_tables ORDER BY 3 DESC NULLS LAST',
};
const PLAN: Look = { where: 'The plan, its hazards on top', ask: 'pgshift plan FILE.load' };

const LOOKS: Readonly<Partial<Record<ErrorKind, readonly Look[]>>> = {
  CommandInvalid: [{ where: 'Every mistake of the file, with its place', ask: 'pgshift check FILE.load' }],
  ConfigurationInvalid: [{ where: 'Whether a load could start', ask: 'pgshift load --dry-run FILE.load' }],
  CredentialsInvalid: [{ where: 'Who AWS thinks you are', ask: 'aws sts get-caller-identity' }],
  BucketDenied: [{ where: 'Whether the bucket answers', ask: 'aws s3api head-bucket --bucket BUCKET' }],
  CopyDenied: [
    { where: 'Which roles the cluster has', ask: 'aws redshift describe-clusters --query "Clusters[].IamRoles"' },
  ],
  TableClaimed: [CLAIMS],
  PlanRefused: [PLAN],
  SnapshotLost: [SOURCE_SESSIONS],
  TableRewritten: [REWRITERS],
  RowRefused: [LOAD_ERRORS],
  ValueRefused: [
    {
      where: 'How many such values there are, table by table and column by column',
      ask: 'pgshift plan --scan FILE.load',
    },
  ],
  DependentsExist: [PLAN],
  RefusalUntold: [LOAD_ERRORS],
  ConnectionLost: [SOURCE_SESSIONS],
  SerializationConflict: [REDSHIFT_LOCKS],
  TooManyConnections: [SOURCE_LIMITS, SOURCE_SESSIONS],
  LockTimeout: [REDSHIFT_LOCKS],
};

const TITLES: Readonly<Record<RetryClass, string>> = {
  final: 'Never tried again',
  transient: 'Tried again for minutes',
  busy: 'Tried again for an hour',
};

/** The longest that the tries of a class take in all, in minutes: full jitter takes half of it on average. */
export function longestMinutes(retry: Exclude<RetryClass, 'final'>): number {
  const { firstSeconds, rate, attempts, mostSeconds } = RETRIES[retry];
  const waits = Array.from({ length: attempts }, (_, attempt) => Math.min(firstSeconds * rate ** attempt, mostSeconds));
  return Math.round(waits.reduce((sum, wait) => sum + wait, 0) / 60);
}

function retriesOf(retry: RetryClass): string {
  if (retry === 'final') return 'The run fails at once: trying again would end the same way.';
  const { firstSeconds, rate, attempts, mostSeconds } = RETRIES[retry];
  return `${attempts} more tries: the first after up to ${firstSeconds} s, each later one after up to ${rate} times as long, ${mostSeconds} s at most; ${longestMinutes(retry)} minutes in all at most, half of it on average (full jitter). What AWS itself reports is tried again likewise: ${PLATFORM_ERRORS[retry].map(code).join(', ')}.`;
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');
const policyOf = (kind: ErrorKind): ErrorPolicy => ERROR_KINDS[kind];
const CLASSES = ['final', 'transient', 'busy'] as const;

/** The text of docs/reference/errors.md. */
export function errorsPage(): string {
  const tables = CLASSES.map((retry) => {
    const rows = kindsOf(retry).map((kind) => {
      const { means, hint } = policyOf(kind);
      return `| [${kind}](../runbook.md#${kind.toLowerCase()}) | ${cell(means)} | ${cell(hint)} |`;
    });
    return [
      `## ${TITLES[retry]}`,
      '',
      retriesOf(retry),
      '',
      '| error | what has happened | what to do |',
      '| --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  const introduction = `# Errors

Every failure of a step is of one of these kinds. The kind is the error's name in Step Functions, in \`report.json\`
(\`error.kind\`) and in the objects under \`errors/\`; its message names the place and what is allowed or what to do, and never
holds a value of a row or a secret. This page is ${WRITER}.`;
  return `${[introduction, ...tables].join('\n\n')}\n`;
}

/** The text of docs/runbook.md. */
export function runbookPage(): string {
  const sections = CLASSES.flatMap((retry) => [
    `## ${TITLES[retry]}\n\n${retriesOf(retry)}`,
    ...kindsOf(retry).map((kind) => sectionOf(kind)),
  ]);
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

function sectionOf(kind: ErrorKind): string {
  const { means, hint } = policyOf(kind);
  const looks = (LOOKS[kind] ?? []).map(({ where, ask }) => {
    const language = /^(?:pgshift|aws) /.test(ask) ? 'sh' : 'sql';
    return `${where}:\n\n\`\`\`${language}\n${ask}${language === 'sql' ? ';' : ''}\n\`\`\``;
  });
  return [`### ${kind}`, `${means} **${hint}**`, ...looks].join('\n\n');
}

const INTRODUCTION = `# Runbook

A run has failed: what to look at, what pgshift has done about it by itself, and what to do. This page is ${WRITER}.
**Not tried on real AWS**: commands of \`aws\` stand as its documentation has them.

## First

1. **Live tables are as they were** unless the report says that tables were published. Nobody has to be in a hurry.
2. **Read the report.** It says which step failed, of which kind, with its message. On a laptop the command has printed it;
   it is in the bucket either way, also after a failure:

   \`\`\`sh
   aws s3 cp s3://BUCKET/runs/RUN/report.txt -
   aws s3 ls s3://BUCKET/runs/RUN/errors/      # what was thrown on the way, also where a retry mended it
   \`\`\`

3. **Find the kind below.** Mend the cause, then start the command again, or go on with the same run:

   \`\`\`sh
   pgshift load --resume RUN SOURCE TARGET                     # a run of a laptop: parts written and batches loaded are skipped
   aws stepfunctions redrive-execution --execution-arn ARN     # one of AWS, the same way
   \`\`\`

4. **Or give it up**: what a failed run left in target and bucket goes with \`pgshift clean TARGET\`.`;

if (import.meta.main) {
  writeFileSync(join(docs, 'reference', 'errors.md'), errorsPage());
  writeFileSync(join(docs, 'runbook.md'), runbookPage());
}
