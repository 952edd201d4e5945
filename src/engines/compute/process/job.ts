import { EngineError } from '../../../base/errors.ts'
import type { JobEnd, JobSpec, RunningJob } from '../port.ts'
import type { Child, ChildDeps, ChildEnd } from './child-process.ts'
import { startChild } from './child-process.ts'
import { findExecutable } from './interpreters.ts'

/** File descriptor 3 carries our answers into the job, 4 its requests out of it. */
const ANSWERS = 0
const REQUESTS = 1

/** The job's `PATH` is ours when it brings none. */
export async function startJob(
  deps: ChildDeps,
  spec: JobSpec,
  searchPath: string,
): Promise<{ readonly job: RunningJob; readonly child: Child }> {
  const environment = { PATH: searchPath, ...spec.environment }
  const command = await findExecutable(spec.command, environment.PATH)
  if (command === undefined) {
    throw new EngineError('unavailable', `${spec.name}: there is no program ${spec.command}`)
  }
  const child = await startChild(deps, {
    command,
    arguments: spec.arguments,
    directory: spec.directory,
    environment,
    channelCount: 2,
    onLine: spec.onLog,
    ...(spec.memoryBytes !== undefined && { memoryBytes: spec.memoryBytes }),
  })
  const timer = new AbortController()
  if (spec.timeoutMs !== undefined) {
    void deps.clock.sleep(spec.timeoutMs, timer.signal).then(() => {
      if (!timer.signal.aborted) child.kill('timeout')
    })
  }
  const ended = child.ended.then((end) => {
    timer.abort()
    return jobEnd(end)
  })
  const job: RunningJob = {
    requests: child.channel(REQUESTS),
    respond: (bytes) => void child.channel(ANSWERS).write(bytes),
    stop: () => child.kill('stopped'),
    ended,
  }
  return { job, child }
}

function jobEnd(end: ChildEnd): JobEnd {
  if (end.killedFor) return { kind: 'killed', reason: end.killedFor }
  if (end.signal) return { kind: 'killed', reason: 'signal' }
  return { kind: 'exited', code: end.code ?? 0 }
}
