import { assert } from '../../../base/assert.ts'
import { createChildAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ComputeEngine } from '../../../engines/compute/port.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { QueryEngine } from '../../../engines/query/port.ts'
import type { ScratchDirectory, ScratchSpace } from '../../../engines/scratch.ts'
import type { LogWriter } from '../../logs/log-groups.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { MODEL_FILE, packModel } from '../model-archive.ts'
import { splitUri } from '../s3-uri.ts'
import { stageChannels } from './channel-data.ts'
import type { TrainerCommand } from './trainer-command.ts'
import type { SecondaryName, TrainingJob } from './training-job.ts'
import { enterStatus } from './training-job.ts'
import type { TrainingJobs } from './training-jobs.ts'
import type { TrainingOutcome, TrainingSpec } from './training-spec.ts'

export interface TrainingRunsDeps {
  readonly jobs: TrainingJobs
  readonly objects: ObjectAccess
  readonly logs: LogWriter
  readonly compute: ComputeEngine
  readonly query: QueryEngine
  readonly scratch: ScratchSpace
  readonly background: Background
  /** Finds, once, the program that trains: the library where the machine has it, else our own. */
  readonly trainer: () => Promise<TrainerCommand>
  readonly clock: Clock
  readonly log: Logger
}

/** How often jobs are looked for without being woken: another node may have taken the request. */
const LOOK_MS = 5_000

/** Works off the training jobs, each under a lease of its own, until the signal aborts. */
export async function runTrainings(deps: TrainingRunsDeps, signal: AbortSignal): Promise<void> {
  const running = new Map<string, Promise<void>>()
  while (!signal.aborted) {
    const look = createChildAbort(signal)
    const changed = deps.jobs.changes.wait(look.signal)
    for await (const { scope, value } of deps.jobs.everywhere()) {
      if (isEnded(value) || running.has(value.arn)) continue
      const work = {
        name: `sagemaker/training/${value.arn}/${value.createdMs}`,
        round: (own: AbortSignal) => workOff(deps, scope, value.name, own),
      }
      const loop = deps.background.run(work, signal).finally(() => running.delete(value.arn))
      running.set(value.arn, loop)
    }
    await Promise.race([changed, deps.clock.sleep(LOOK_MS, look.signal)])
    look.end()
  }
  await Promise.all(running.values())
}

function isEnded({ status }: TrainingJob): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped'
}

/** What ends a job other than success; the text is for the user. */
class TrainingEnd extends Error {
  readonly status: 'Failed' | 'Stopped'
  readonly secondary: SecondaryName

  constructor(status: 'Failed' | 'Stopped', secondary: SecondaryName, message: string) {
    super(message)
    this.status = status
    this.secondary = secondary
  }
}

/**
 * The whole of one job, from its data to its model in S3. A job that a crash cut short is done
 * again from the start: its output has one name, so a repeat overwrites itself.
 */
async function workOff(
  deps: TrainingRunsDeps,
  scope: Scope,
  name: string,
  signal: AbortSignal,
): Promise<'done' | number> {
  const job = await deps.jobs.find(scope, name)
  if (!job || isEnded(job)) return 'done'
  const directory = await deps.scratch.create('training')
  try {
    if (job.status === 'Stopping') throw new TrainingEnd('Stopped', 'Stopped', '')
    await enter(deps, scope, name, 'Downloading')
    const staged = await stageChannels(deps, scope, job.channels, directory)
    try {
      const trained = await train(deps, scope, job, directory, staged.channels, signal)
      await enter(deps, scope, name, 'Uploading')
      const modelUri = `${job.outputPath.replace(/\/$/, '')}/${job.name}/output/model.tar.gz`
      const body = await packModel({ [MODEL_FILE]: trained.model })
      await deps.objects.put(scope, {
        ...splitUri(modelUri),
        body,
        contentType: 'application/x-tar',
      })
      await end(deps, scope, name, 'Completed', 'Completed', {
        modelUri,
        metrics: trained.metrics,
        trainingStartMs: trained.startMs,
        trainingEndMs: trained.endMs,
      })
    } finally {
      staged.release()
    }
  } catch (error) {
    if (signal.aborted) return 0
    const { status, secondary, message } = endOf(error)
    await end(
      deps,
      scope,
      name,
      status,
      secondary,
      message === '' ? {} : { failureReason: message },
    )
  } finally {
    await directory.remove()
  }
  return 'done'
}

function endOf(error: unknown): TrainingEnd {
  if (error instanceof TrainingEnd) return error
  if (error instanceof ServiceError) {
    return new TrainingEnd('Failed', 'Failed', `ClientError: ${error.message}`)
  }
  throw error
}

async function train(
  deps: TrainingRunsDeps,
  scope: Scope,
  job: TrainingJob,
  directory: ScratchDirectory,
  channels: TrainingSpec['channels'],
  signal: AbortSignal,
) {
  await enter(deps, scope, job.name, 'Training')
  const startMs = deps.clock.wallMs()
  const spec: TrainingSpec = {
    hyperparameters: job.hyperparameters,
    channels,
    modelPath: `${directory.path}/${MODEL_FILE}`,
    outcomePath: `${directory.path}/outcome.json`,
  }
  await directory.write('spec.json', [Buffer.from(JSON.stringify(spec))])
  const { command, arguments: before, environment } = await deps.trainer()
  const stream = `${job.name}/algo-1-${Math.floor(startMs / 1000)}`
  const log = batchLines(deps, scope, { group: '/aws/sagemaker/TrainingJobs', stream })
  const process = await deps.compute.start({
    name: `training ${job.name}`,
    command,
    arguments: [...before, `${directory.path}/spec.json`],
    directory: directory.path,
    environment,
    timeoutMs: job.runtimeSecondsMax * 1000,
    onLog: log.add,
  })
  const watch = watchForStop(deps, scope, job.name, process.stop, signal)
  const ended = await process.ended
  await watch.end()
  await log.flush()
  if (watch.stopped()) throw new TrainingEnd('Stopped', 'Stopped', '')
  signal.throwIfAborted()
  if (ended.kind === 'killed') throw killed(ended.reason)
  if (ended.code !== 0) {
    throw new TrainingEnd(
      'Failed',
      'Failed',
      `AlgorithmError: the trainer ended with exit code ${ended.code}: ${log.last()}`,
    )
  }
  const outcome = await readOutcome(directory)
  const model = await directory.read(MODEL_FILE)
  assert(model, 'a trainer that succeeded has written its model')
  return { model, metrics: outcome.metrics, startMs, endMs: deps.clock.wallMs() }
}

async function readOutcome(directory: ScratchDirectory) {
  const bytes = await directory.read('outcome.json')
  assert(bytes, 'a trainer that ended well has written its outcome')
  const outcome = JSON.parse(bytes.toString('utf8')) as TrainingOutcome
  if (outcome.kind === 'trained') return outcome
  throw new TrainingEnd('Failed', 'Failed', `ClientError: ${outcome.message}`)
}

function killed(reason: 'stopped' | 'timeout' | 'memory' | 'signal'): TrainingEnd {
  if (reason === 'timeout') return new TrainingEnd('Stopped', 'MaxRuntimeExceeded', '')
  return new TrainingEnd('Failed', 'Failed', `AlgorithmError: the trainer was killed (${reason})`)
}

/** Ends the process when StopTrainingJob came, or when this node shall let go of the job. */
function watchForStop(
  { jobs, clock }: TrainingRunsDeps,
  scope: Scope,
  name: string,
  stop: () => void,
  signal: AbortSignal,
) {
  const over = createChildAbort(signal)
  let stopped = false
  const watching = (async () => {
    while (!over.signal.aborted) {
      const job = await jobs.find(scope, name)
      stopped = job === undefined || job.status === 'Stopping'
      if (stopped) return stop()
      const look = createChildAbort(over.signal)
      await Promise.race([jobs.changes.wait(look.signal), clock.sleep(LOOK_MS, look.signal)])
      look.end()
    }
    if (signal.aborted) stop()
  })()
  return {
    stopped: () => stopped,
    async end() {
      over.end()
      await watching
    },
  }
}

/** Lines go to the log group in batches; a slow store holds the process back. */
function batchLines(
  { logs, clock }: TrainingRunsDeps,
  scope: Scope,
  target: { readonly group: string; readonly stream: string },
) {
  const LINES_A_BATCH = 500
  let lines: { timestampMs: number; message: string }[] = []
  let last = ''
  const flush = async () => {
    const batch = lines
    lines = []
    if (batch.length > 0) await logs.append(scope, target, batch)
  }
  return {
    flush,
    last: () => last,
    add(message: string) {
      last = message
      lines.push({ timestampMs: clock.wallMs(), message })
      return lines.length >= LINES_A_BATCH ? flush() : undefined
    },
  }
}

async function enter(
  { jobs, clock }: TrainingRunsDeps,
  scope: Scope,
  name: string,
  status: SecondaryName,
): Promise<void> {
  await jobs.update(scope, name, (job) => {
    if (job.status !== 'InProgress') throw new TrainingEnd('Stopped', 'Stopped', '')
    const nowMs = clock.wallMs()
    return { ...job, modifiedMs: nowMs, secondary: enterStatus(job.secondary, status, nowMs) }
  })
}

async function end(
  { jobs, clock }: TrainingRunsDeps,
  scope: Scope,
  name: string,
  status: TrainingJob['status'],
  secondary: SecondaryName,
  result: Partial<TrainingJob>,
): Promise<void> {
  await jobs.update(scope, name, (job) => {
    const nowMs = clock.wallMs()
    return {
      ...job,
      ...result,
      status,
      modifiedMs: nowMs,
      secondary: enterStatus(job.secondary, secondary, nowMs),
    }
  })
}
