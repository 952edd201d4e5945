import type {
  CreateJobRequest,
  JobUpdate,
  StartJobRunRequest,
  JobCommand as WireCommand,
  Job as WireJob,
  JobRun as WireRun,
} from '@aws-sdk/client-glue'
import { dateOf } from '../../../base/clock.ts'
import { invalidInput, refuseMembers, unsupported } from '../catalog-errors.ts'
import type { Bookmark } from '../jobs/bookmarks.ts'
import { checkArguments } from '../jobs/job-arguments.ts'
import type { JobCapacity, JobCommand, JobDefinition } from '../jobs/job-definition.ts'
import { workerDpu } from '../jobs/job-definition.ts'
import type { JobRun } from '../jobs/job-run.ts'
import { isOver, logGroupOf } from '../jobs/job-run.ts'
import type { Job } from '../jobs/jobs.ts'
import { parseS3Path } from '../s3-path.ts'

const TIMEOUT_MINUTES_MAX = 10_080
const VERSION_DEFAULT = '5.1'

export function jobFromWire(name: string, input: CreateJobRequest | JobUpdate): JobDefinition {
  refuseUnbuilt(input)
  const command = commandFromWire(input.Command)
  const { DefaultArguments: given = {}, NonOverridableArguments: fixed = {} } = input
  checkArguments(given)
  checkArguments(fixed)
  if (!input.Role) throw invalidInput('Role should not be null or empty')
  const glueVersion = input.GlueVersion ?? VERSION_DEFAULT
  return {
    name,
    role: input.Role,
    command,
    defaultArguments: given,
    fixedArguments: fixed,
    retriesMax: input.MaxRetries ?? 0,
    runsMax: input.ExecutionProperty?.MaxConcurrentRuns ?? 1,
    glueVersion,
    capacity: capacityFromWire(input, command.name, glueVersion),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.LogUri !== undefined && { logUri: input.LogUri }),
    ...(input.JobMode && { jobMode: input.JobMode }),
    ...(input.ExecutionClass && { executionClass: input.ExecutionClass }),
  }
}

function refuseUnbuilt(input: CreateJobRequest | JobUpdate): void {
  refuseMembers(input, ['CodeGenConfigurationNodes', 'SourceControlDetails', 'MaintenanceWindow'])
  if (input.SecurityConfiguration) throw unsupported('SecurityConfiguration')
  if (input.NotificationProperty?.NotifyDelayAfter) throw unsupported('NotificationProperty')
  if (input.JobRunQueuingEnabled) throw unsupported('JobRunQueuingEnabled')
  if (input.Connections?.Connections?.length) throw unsupported('Connections')
}

function commandFromWire(command: WireCommand | undefined): JobCommand {
  const name = command?.Name ?? 'glueetl'
  if (name !== 'glueetl' && name !== 'pythonshell') throw unsupported(`Command.Name ${name}`)
  if (command?.Runtime) throw unsupported('Command.Runtime')
  if (command?.PythonVersion?.startsWith('2')) throw unsupported('Command.PythonVersion 2')
  const location = command?.ScriptLocation
  if (!location) throw invalidInput('Command.ScriptLocation cannot be null or empty')
  parseS3Path(location)
  const { PythonVersion: pythonVersion } = command
  return { name, scriptLocation: location, ...(pythonVersion && { pythonVersion }) }
}

type CapacityMembers = Pick<
  CreateJobRequest,
  'Timeout' | 'WorkerType' | 'NumberOfWorkers' | 'MaxCapacity' | 'AllocatedCapacity'
>

function capacityFromWire(
  input: CapacityMembers,
  command: JobCommand['name'],
  glueVersion: string,
): JobCapacity {
  const capacity = givenCapacity(input)
  const isOld = Number(glueVersion) < 5
  const dpuDefault = command === 'pythonshell' ? 0.0625 : 10
  const dpuMax = capacity.dpuMax ?? dpuDefault
  if (command === 'pythonshell' && dpuMax !== 0.0625 && dpuMax !== 1) {
    throw invalidInput('For a Python shell job, MaxCapacity must be 0.0625 or 1 DPU')
  }
  return { timeoutMinutes: isOld ? 2880 : 480, ...capacity, dpuMax }
}

/** What a job or one of its runs says about its capacity. */
function givenCapacity(input: CapacityMembers): Partial<JobCapacity> {
  const { Timeout: timeout, WorkerType: workerType, NumberOfWorkers: workerCount } = input
  const dpuGiven = input.MaxCapacity ?? (input.AllocatedCapacity || undefined)
  if (timeout !== undefined && (timeout < 1 || timeout > TIMEOUT_MINUTES_MAX)) {
    throw invalidInput(`Timeout must be between 1 and ${TIMEOUT_MINUTES_MAX} minutes`)
  }
  if (workerType && dpuGiven !== undefined) {
    throw invalidInput('Please do not set Max Capacity if using Worker Type and Number of Workers.')
  }
  const dpu = workerType ? workerDpu(workerType) : undefined
  if (workerType && dpu === undefined) throw unsupported(`WorkerType ${workerType}`)
  const dpuMax = dpu === undefined ? dpuGiven : dpu * (workerCount ?? 1)
  return {
    ...(timeout !== undefined && { timeoutMinutes: timeout }),
    ...(workerType && { workerType }),
    ...(workerCount !== undefined && { workerCount }),
    ...(dpuMax !== undefined && { dpuMax }),
  }
}

export function runCapacityFromWire(input: StartJobRunRequest): Partial<JobCapacity> {
  return givenCapacity(input)
}

export function jobToWire(job: Job): WireJob {
  const { capacity, command } = job
  return {
    Name: job.name,
    JobMode: job.jobMode === 'VISUAL' || job.jobMode === 'NOTEBOOK' ? job.jobMode : 'SCRIPT',
    JobRunQueuingEnabled: false,
    Description: job.description,
    LogUri: job.logUri,
    Role: job.role,
    CreatedOn: dateOf(job.createdMs),
    LastModifiedOn: dateOf(job.updatedMs),
    ExecutionProperty: { MaxConcurrentRuns: job.runsMax },
    Command: {
      Name: command.name,
      ScriptLocation: command.scriptLocation,
      PythonVersion: command.pythonVersion,
    },
    DefaultArguments: job.defaultArguments,
    NonOverridableArguments: job.fixedArguments,
    MaxRetries: job.retriesMax,
    ...capacityToWire(capacity),
    GlueVersion: job.glueVersion,
    ExecutionClass: executionClass(job.executionClass),
  }
}

const executionClass = (text: string | undefined) =>
  text === 'FLEX' || text === 'STANDARD' ? text : undefined

function capacityToWire(capacity: JobCapacity) {
  return {
    AllocatedCapacity: Math.floor(capacity.dpuMax),
    Timeout: capacity.timeoutMinutes,
    MaxCapacity: capacity.dpuMax,
    WorkerType: workerTypes.find((type) => type === capacity.workerType),
    NumberOfWorkers: capacity.workerCount,
  }
}

const workerTypes = ['Standard', 'G.025X', 'G.1X', 'G.2X', 'G.4X', 'G.8X'] as const

export function runToWire(run: JobRun, nowMs: number): WireRun {
  const { runningMs } = run
  const untilMs = isOver(run) ? (run.completedMs ?? nowMs) : nowMs
  return {
    Id: run.id,
    Attempt: run.attempt,
    PreviousRunId: run.previousRunId,
    TriggerName: run.triggerName,
    JobName: run.job,
    JobRunQueuingEnabled: false,
    StartedOn: dateOf(run.startedMs),
    LastModifiedOn: dateOf(run.updatedMs),
    CompletedOn: run.completedMs === undefined ? undefined : dateOf(run.completedMs),
    JobRunState: run.state,
    Arguments: run.arguments,
    ErrorMessage: run.error,
    PredecessorRuns: [],
    ...capacityToWire(run.capacity),
    ExecutionTime: runningMs === undefined ? 0 : Math.round((untilMs - runningMs) / 1000),
    LogGroupName: logGroupOf(run),
    GlueVersion: run.glueVersion,
    ExecutionClass: executionClass(run.executionClass),
  }
}

export function bookmarkToWire(bookmark: Bookmark) {
  return {
    JobName: bookmark.job,
    Version: bookmark.version,
    Run: bookmark.run,
    Attempt: bookmark.attempt,
    PreviousRunId: bookmark.previousRunId,
    RunId: bookmark.runId,
    JobBookmark: JSON.stringify(bookmark.sources),
  }
}
