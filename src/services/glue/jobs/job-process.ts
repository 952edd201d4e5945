import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ComputeEngine, JobEnd, RunningJob } from '../../../engines/compute/port.ts'
import type { ScratchDirectory, ScratchSpace } from '../../../engines/scratch.ts'
import type { LogWriter } from '../../logs/log-groups.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import type { SessionIssuer } from '../../sts/session-issuer.ts'
import { limits } from '../limits.ts'
import { parseS3Path } from '../s3-path.ts'
import type { ChannelDeps } from './channel-session.ts'
import { createChannelSession } from './channel-session.ts'
import { errorMessageOf } from './error-message.ts'
import type { EffectiveArguments } from './job-arguments.ts'
import { effectiveArguments, scriptArguments } from './job-arguments.ts'
import { serveChannel } from './job-channel.ts'
import { memoryOf } from './job-definition.ts'
import type { JobRun, JobRunEnd } from './job-run.ts'
import { logGroupOf } from './job-run.ts'
import type { Job } from './jobs.ts'
import type { RunLog } from './run-log.ts'
import { createRunLog } from './run-log.ts'

export interface JobProcessDeps extends ChannelDeps {
  readonly compute: ComputeEngine
  readonly scratch: ScratchSpace
  readonly sessions: SessionIssuer
  readonly logs: LogWriter
  readonly log: Logger
  /** Directory with the packages `headrace_job`, `awsglue` and `pyspark`. */
  readonly pythonPath: string
  /** Where this server answers, for the SDKs in the script. */
  readonly endpointUrl: () => string
}

export interface RunWork {
  readonly scope: Scope
  readonly job: Job
  readonly run: JobRun
  readonly signal: AbortSignal
  /** Asked all the while; true ends the script. */
  readonly shouldStop: () => Promise<boolean>
}

const WATCH_MS = 300
const MINUTE_MS = 60_000

/**
 * Runs the script of one run to its end, in a process and a scratch directory of its own, and
 * answers what became of it. Rejects only when the fault is neither the script's nor its
 * definition's.
 */
export async function runJob(deps: JobProcessDeps, work: RunWork): Promise<JobRunEnd> {
  const { scope, run, job } = work
  const runLog = createRunLog(deps, scope, logGroupOf(run), run.id)
  const scratch = await deps.scratch.create('glue-job')
  const given = effectiveArguments(job, run)
  const endpointUrl = deps.endpointUrl()
  const { signal } = work
  const session = createChannelSession(deps, {
    ...{ scope, run, scratch, endpointUrl, signal },
    arguments: given,
  })
  try {
    for (const name of given.idle) await runLog.add(`${name} has no effect here`, 'stderr')
    const process = await startScript(deps, work, { scratch, given, runLog })
    const ended = await attend(
      deps,
      work,
      process,
      async () => {
        await serveChannel(process, session, deps.log)
      },
      runLog,
    )
    return endOf(ended, run, session.failure() ?? runLog.lastErrors())
  } catch (error) {
    const known = error instanceof ServiceError || error instanceof EngineError
    if (!known) deps.log.error({ err: error, run: run.id }, 'a job run failed within the server')
    const message = known ? error.message : 'An internal error occurred in the server'
    await runLog.add(message, 'stderr')
    return { state: 'FAILED', error: message }
  } finally {
    await session.close()
    await runLog.flush()
    await scratch.remove()
  }
}

/** Serves the script, writes its log and watches for a stop until it has ended. */
async function attend(
  { clock, log }: JobProcessDeps,
  { signal, shouldStop }: RunWork,
  process: RunningJob,
  serve: () => Promise<void>,
  runLog: RunLog,
): Promise<JobEnd> {
  const over = new AbortController()
  const stop = () => process.stop()
  signal.addEventListener('abort', stop, { once: true })
  const watching = (async () => {
    while (!over.signal.aborted) {
      await clock.sleep(WATCH_MS, over.signal)
      await runLog.flush()
      if (!over.signal.aborted && (await shouldStop())) process.stop()
    }
  })().catch((error: unknown) => {
    // Nobody could stop it any more.
    log.error({ err: error }, 'a job can no longer be watched')
    process.stop()
  })
  const serving = serve().catch((error: unknown) => {
    // Without its channel the script would wait for ever.
    log.error({ err: error }, 'the channel of a job broke')
    process.stop()
  })
  const ended = await process.ended
  over.abort()
  signal.removeEventListener('abort', stop)
  await Promise.all([watching, serving])
  return ended
}

interface Start {
  readonly scratch: ScratchDirectory
  readonly given: EffectiveArguments
  readonly runLog: RunLog
}

async function startScript(
  deps: JobProcessDeps,
  { scope, job, run }: RunWork,
  { scratch, given, runLog }: Start,
): Promise<RunningJob> {
  const python = deps.compute.capabilities.python
  if (!python) {
    throw new EngineError('unavailable', 'This machine has no Python interpreter for jobs')
  }
  for (const folder of ['work', 'input', 'script', 'lib']) await scratch.makeDirectory(folder)
  const { scriptLocation } = job.command
  const script = await copyIn(deps.objects, scope, scratch, scriptLocation, 'script')
  const libraries: string[] = []
  for (const location of given.pythonFiles) {
    libraries.push(await copyIn(deps.objects, scope, scratch, location, 'lib'))
  }
  for (const location of given.files) {
    await copyIn(deps.objects, scope, scratch, location, 'work')
  }
  return deps.compute.start({
    name: `glue job ${job.name}`,
    command: python.path,
    arguments: ['-u', '-m', 'headrace_job', script, ...scriptArguments(job, run, given.all)],
    directory: `${scratch.path}/work`,
    environment: {
      ...environmentOf(deps, scope, job, run),
      HOME: `${scratch.path}/work`,
      HEADRACE_EXTRA_PY_FILES: libraries.join(':'),
      PYTHONPATH: deps.pythonPath,
    },
    memoryBytes: memoryOf(run.capacity).driverBytes,
    timeoutMs: run.capacity.timeoutMinutes * MINUTE_MS,
    onLog: (line, stream) => runLog.add(line, stream),
  })
}

function environmentOf(
  { sessions, endpointUrl }: JobProcessDeps,
  scope: Scope,
  job: Job,
  run: JobRun,
): Readonly<Record<string, string>> {
  const credentials = sessions.issue({
    scope,
    roleArn: job.role.startsWith('arn:')
      ? job.role
      : `arn:aws:iam::${scope.accountId}:role/${job.role}`,
    sessionName: 'GlueJobRunnerSession',
    durationSeconds: Math.min(run.capacity.timeoutMinutes * 60 + 900, limits.sessionSecondsMax),
  })
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_DEFAULT_REGION: scope.region,
    AWS_REGION: scope.region,
    AWS_ENDPOINT_URL: endpointUrl(),
    GLUE_PYTHON_VERSION: job.command.pythonVersion ?? '3',
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
  }
}

/** A copy that the script may do with what it likes; answers its path. */
async function copyIn(
  objects: ObjectAccess,
  scope: Scope,
  scratch: ScratchDirectory,
  location: string,
  folder: string,
): Promise<string> {
  const { bucket, key } = parseS3Path(location)
  const name = `${folder}/${
    key
      .split('/')
      .at(-1)
      ?.replace(/[^\w.-]/g, '_') || 'file'
  }`
  try {
    const { body } = await objects.get(scope, bucket, key)
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      chunks.push(chunk)
      size += chunk.length
      if (size > limits.jobFileBytesMax) {
        throw new EngineError('full', `${location} is larger than ${limits.jobFileBytesMax} bytes`)
      }
    }
    await scratch.write(name, chunks)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const message = `LAUNCH ERROR | File ${location} could not be downloaded: ${error.message}`
    throw new ServiceError(error.code, message, { cause: error })
  }
  return `${scratch.path}/${name}`
}

function endOf(end: JobEnd, run: JobRun, said: string | ReadonlyArray<string>): JobRunEnd {
  if (end.kind === 'exited') {
    if (end.code === 0) return { state: 'SUCCEEDED' }
    const error = typeof said === 'string' ? said : errorMessageOf(said, end.code)
    return { state: 'FAILED', error }
  }
  switch (end.reason) {
    case 'stopped':
      return { state: 'STOPPED' }
    case 'timeout':
      return {
        state: 'TIMEOUT',
        error: `The run took longer than ${run.capacity.timeoutMinutes} minutes`,
      }
    case 'memory':
      return { state: 'FAILED', error: 'The script needed more memory than its worker has' }
    case 'signal':
      return { state: 'FAILED', error: 'The process of the script was killed by a signal' }
  }
}
