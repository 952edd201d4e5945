import { unsupported } from '../catalog-errors.ts'
import type { JobRun } from './job-run.ts'
import type { Job } from './jobs.ts'

/**
 * AWS Glue Developer Guide, "Using job parameters in AWS Glue jobs". Arguments of Glue itself that
 * would change what a job does, and cannot here, are refused by name.
 */
const refused = new Set([
  '--additional-python-modules',
  '--class',
  '--conf',
  '--continuous-log-logGroup',
  '--continuous-log-logStreamPrefix',
  '--customer-driver-env-vars',
  '--customer-executor-env-vars',
  '--datalake-formats',
  '--extra-jars',
  '--job-bookmark-from',
  '--job-bookmark-to',
  '--user-jars-first',
])

/**
 * Arguments of Glue itself that tune or observe a cluster: there is none, so they change nothing.
 */
const withoutEffect = [
  '--auto-scale-within-microbatch',
  '--continuous-log-conversionPattern',
  '--enable-auto-scaling',
  '--enable-continuous-cloudwatch-log',
  '--enable-continuous-log-filter',
  '--enable-job-insights',
  '--enable-metrics',
  '--enable-observability-metrics',
  '--enable-rename-algorithm-v2',
  '--enable-s3-parquet-optimized-committer',
  '--enable-spark-ui',
  '--executor-cores',
  '--library-set',
  '--spark-event-logs-path',
  '--write-shuffle-files-to-s3',
  '--write-shuffle-spills-to-s3',
]

/** Throws `InvalidInputException` for an argument that cannot be honoured. */
export function checkArguments(given: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (refused.has(name) && value !== '') throw unsupported(`The job argument ${name}`)
    if (name === '--job-language' && value !== 'python') {
      throw unsupported(`The job language ${value}`)
    }
  }
}

export interface EffectiveArguments {
  readonly all: Readonly<Record<string, string>>
  readonly bookmark: BookmarkOption
  readonly temporaryDirectory?: string
  /** Locations in S3. */
  readonly pythonFiles: ReadonlyArray<string>
  readonly files: ReadonlyArray<string>
  /** Names that were given and do nothing, for the run's log. */
  readonly idle: ReadonlyArray<string>
}

export type BookmarkOption = 'job-bookmark-enable' | 'job-bookmark-disable' | 'job-bookmark-pause'

/** Those of the job, over them those of the run, over all those that cannot be overridden. */
export function effectiveArguments(job: Job, run: JobRun): EffectiveArguments {
  const all: Readonly<Record<string, string>> = {
    ...job.defaultArguments,
    ...run.arguments,
    ...job.fixedArguments,
  }
  const option = all['--job-bookmark-option']
  const temporaryDirectory = all['--TempDir']
  return {
    all,
    bookmark:
      option === 'job-bookmark-enable' || option === 'job-bookmark-pause'
        ? option
        : 'job-bookmark-disable',
    ...(temporaryDirectory && { temporaryDirectory }),
    pythonFiles: listOf(all['--extra-py-files']),
    files: listOf(all['--extra-files']),
    idle: withoutEffect.filter((name) => all[name] !== undefined),
  }
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** `sys.argv` behind the script's name. */
export function scriptArguments(job: Job, run: JobRun, all: EffectiveArguments['all']): string[] {
  const own =
    run.kind === 'glueetl'
      ? ['--JOB_NAME', job.name, '--JOB_RUN_ID', run.id, '--JOB_ID', `j_${job.name}`]
      : []
  const { '--JOB_NAME': _name, ...rest } = all
  const given = run.kind === 'glueetl' ? rest : all
  return [...own, ...Object.entries(given).flat()]
}
