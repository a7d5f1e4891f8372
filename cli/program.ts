// Which commands, arguments and options are there? Each command's work is loaded only when it is asked for.
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { ClauseArguments } from './commands.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { hideUriPasswords, tellFailure, UsageError } from './failure.ts';
import type { Terminal } from './terminal.ts';

const exitCodes = `
Exit codes:
  0    done
  1    failed; the message says why
  2    wrong usage
  3    done, but for rows that were rejected (on error resume next); the summary says where they are
  4    could not compare; the message says why
  5    failed when some tables were live already, and others not; --resume publishes the others
  130  interrupted`;

const uris = `
SOURCE and TARGET are connection strings: postgresql://, postgres:// or pgsql:// for the source, and the same or
redshift:// (port 5439 unless given) for the target:

  redshift://user:password@host:port/database?sslmode=require

What they leave out comes from PG* variables, .pgpass and pg_service.conf (?service=NAME). FILE holds one command or
several, in pgloader's command language: LOAD DATABASE FROM uri INTO uri [WITH option, …] …;`;

const aws = `
AWS: AWS_S3_BUCKET_NAME (default pgloader), AWS_REGION or AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3; credentials as every
AWS tool finds them. PGSHIFT_COPY_ROLE: the role that Redshift reads the bucket with; without it COPY carries keys.`;

/** The package's version; the same file lies one folder above this one, or two when compiled. */
function version(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const found = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (found.name === 'pgshift' && found.version !== undefined) return found.version;
    } catch {
      // not there: the next place
    }
  }
  return 'unknown';
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) throw new InvalidArgumentError('A port is 1 to 65535.');
  return value;
}

function scale(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 10)) throw new InvalidArgumentError('A scale is above 0 and at most 10.');
  return value;
}

function workers(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 100) throw new InvalidArgumentError('Workers are 1 to 100.');
  return value;
}

function limit(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 10_000) throw new InvalidArgumentError('A limit is 0 to 10000.');
  return value;
}

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

interface LoadFlags extends ClauseArguments {
  readonly with: readonly string[];
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly resume?: string;
  readonly newSnapshot?: boolean;
  readonly scan?: boolean;
}

interface CompareFlags extends LoadFlags {
  readonly workers?: number;
  readonly strict?: boolean;
  readonly showKeys?: boolean;
  readonly limit: number;
}

/** The options that stand for clauses when SOURCE and TARGET stand for a file. Each may be repeated. */
const clauseOptions: readonly (readonly [flags: string, description: string])[] = [
  ['--set <parameters>', 'parameters of the sessions: "search_path = \'shop\'"'],
  ['--cast <rules>', "rules as after CAST: 'type uuid to varchar(36)'"],
  ['--including-only <tables>', 'load these only: "orders, ~/^item/ in schema \'shop\'"'],
  ['--excluding <tables>', 'load all but these'],
  ['--before <file>', 'a file of SQL for the target, before the load'],
  ['--after <file>', 'a file of SQL for the target, after the load'],
];

function addClauses(command: Command): void {
  for (const [flags, description] of clauseOptions) command.option(flags, description, collect, []);
}

function clausesOf({ set, cast, includingOnly, excluding, before, after }: LoadFlags): ClauseArguments {
  return { set, cast, includingOnly, excluding, before, after };
}

/** The whole command line. Actions throw; `run` turns that into a message and an exit code. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('pgshift')
    .description('Moves a PostgreSQL database into Amazon Redshift, whole.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', exitCodes)
    .showHelpAfterError('Run pgshift --help, or pgshift COMMAND --help.')
    .configureOutput({ writeErr: (text) => terminal.note(hideUris(text.trimEnd())) })
    .exitOverride();

  program
    .command('demo')
    .description('load a sample database from an embedded PostgreSQL into the Redshift stand-in, and compare')
    .option('--scale <factor>', 'rows of the sample, 1 being a million in the largest table', scale, 1)
    .action(async (flags: { readonly scale: number }) => {
      const { demo } = await import('./demo/demo.ts');
      await demo(terminal, flags);
    });

  program
    .command('load')
    .description('load a database: from SOURCE into TARGET, or as the commands in FILE say')
    .argument('[source-or-file]', 'SOURCE connection string, or FILE')
    .argument('[target]', 'TARGET connection string')
    .option('--with <options>', "options as after WITH: 'include no drop, workers = 8'; may be repeated", collect, [])
    .option('--dry-run', 'tell whether the load could start, and start nothing')
    .option(
      '--resume <run>',
      'go on with a run that ended before its end; the arguments are those it began with, or none',
    )
    .option('--new-snapshot', 'with --resume: read everything again, as of now, because the snapshot is lost')
    .addHelpText('after', uris + aws)
    .action(async (first: string | undefined, target: string | undefined, flags: LoadFlags) => {
      const clauses = clausesOf(flags);
      if (flags.resume !== undefined) {
        if (flags.dryRun === true) throw new UsageError('--dry-run tells of a run that is new');
        const { resume } = await import('./resume.ts');
        const given = first === undefined ? undefined : { first, target, options: flags.with, clauses };
        if (given === undefined && [flags.with, ...Object.values(clauses)].some((texts) => texts.length > 0)) {
          throw new UsageError(
            'without SOURCE and TARGET the command is the one that the run began with: no option changes it',
          );
        }
        await resume(terminal, flags.resume, given, { newSnapshot: flags.newSnapshot === true });
        return;
      }
      if (flags.newSnapshot === true) throw new UsageError('--new-snapshot goes with --resume');
      if (first === undefined) throw new UsageError('SOURCE and TARGET, or FILE, are missing');
      const given = { first, target, options: flags.with, clauses };
      if (flags.dryRun === true) {
        const { dryRun } = await import('./dry-run.ts');
        await dryRun(terminal, given);
        return;
      }
      const { load } = await import('./load.ts');
      await load(terminal, given);
    });

  program
    .command('plan')
    .description('print what a load would do; changes nothing')
    .argument('<source-or-file>', 'SOURCE connection string, or FILE')
    .argument('[target]', 'TARGET connection string')
    .option('--with <options>', 'options as after WITH; may be repeated', collect, [])
    .option('--json', 'print the plan as JSON')
    .option('--scan', 'count the values that Redshift refuses or alters: reads the tables that may hold such')
    .addHelpText('after', uris)
    .action(async (first: string, target: string | undefined, flags: LoadFlags) => {
      const { plan } = await import('./plan.ts');
      const how = { json: flags.json === true, scan: flags.scan === true };
      await plan(terminal, { first, target, options: flags.with, clauses: clausesOf(flags) }, how);
    });

  program
    .command('compare')
    .description(
      'tell whether SOURCE and TARGET are equal under what a load makes of them, or what FILE loads; exits 1 if not',
    )
    .argument('<source-or-file>', 'SOURCE connection string, or FILE')
    .argument('[target]', 'TARGET connection string')
    .option('--with <options>', 'options as after WITH; may be repeated', collect, [])
    .option('--workers <n>', 'how many parts of a PostgreSQL are read at once; 4 unless given', workers)
    .option('--strict', 'let every difference count: tables only in the target, lengths, order of columns, keys')
    .option('--show-keys', 'tell the keys of rows that differ')
    .option('--limit <rows>', 'how many rows of a table are told at most', limit, 10)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', uris)
    .action(async (first: string, target: string | undefined, flags: CompareFlags) => {
      const { compare } = await import('./compare/compare.ts');
      const { strict = false, showKeys = false, json = false, limit: most, workers: count } = flags;
      const given = { first, target, options: flags.with, clauses: clausesOf(flags) };
      await compare(terminal, given, {
        strict,
        showKeys,
        json,
        limit: most,
        ...(count === undefined ? {} : { workers: count }),
      });
    });

  program
    .command('check')
    .description('read load files and tell every mistake in them; touches no network')
    .argument('<file...>', 'load files')
    .option('--json', 'print the diagnostics as JSON, for editors')
    .action(async (files: readonly string[], flags: { readonly json?: boolean }) => {
      const { check } = await import('./check.ts');
      check(terminal, files, flags.json === true);
    });

  program
    .command('clean')
    .description('remove what runs that ended have left: their tables in TARGET, their data objects in the bucket')
    .argument('<target>', 'TARGET connection string')
    .option('--run <run>', 'remove what this run left and nothing else, whether it still runs or not')
    .option('--dry-run', 'tell what would be removed, and remove nothing')
    .addHelpText('after', aws)
    .action(async (target: string, flags: { readonly run?: string; readonly dryRun?: boolean }) => {
      const { clean } = await import('./clean.ts');
      await clean(terminal, target, flags);
    });

  program
    .command('local')
    .description('serve S3 and the Redshift stand-in on this machine until told to stop; every start is empty')
    .option('--json', 'print one line of JSON with the environment to use and the connection string, nothing more')
    .option('--port-s3 <port>', 'port of S3; a free one unless given', port)
    .option('--port-redshift <port>', 'port of the stand-in; a free one unless given', port)
    .action(async (flags: { readonly json?: boolean; readonly portS3?: number; readonly portRedshift?: number }) => {
      const { local } = await import('./local.ts');
      await local(terminal, flags);
    });
  for (const command of program.commands) if (['load', 'plan', 'compare'].includes(command.name())) addClauses(command);
  return program;
}

/** In what the argument parser says about arguments: it repeats them, and one may be a connection string. */
function hideUris(text: string): string {
  return hideUriPasswords(text).replaceAll(/\b([a-z]+:\/\/)[^\s'"]+/gi, '$1…');
}

/** Runs one command line (without node and script) and gives the exit code. Never throws. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    // The parser has printed its message or the help already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const told = tellFailure(error);
    if (told.message !== '') terminal.note(`pgshift: ${told.message}`);
    if (error instanceof UsageError) terminal.note('Run pgshift COMMAND --help.');
    return told.exit;
  }
}
