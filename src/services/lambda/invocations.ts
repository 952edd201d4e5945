import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import { EngineError, ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { ComputeEngine, FunctionSpec, InvocationOutcome } from '../../engines/compute/port.ts'
import type { LogTarget } from '../logs/log-groups.ts'
import type { SessionIssuer } from '../sts/session-issuer.ts'
import type { CodeStore } from './code-store.ts'
import type { Concurrency } from './concurrency.ts'
import type { InvokeAnswer } from './function-invoker.ts'
import type { FunctionLog } from './function-log.ts'
import type { FunctionTarget } from './function-names.ts'
import { functionArn } from './function-names.ts'
import type { FunctionRecord, FunctionVersion } from './function-record.ts'
import type { FunctionResolver } from './function-resolver.ts'
import { createInvocationTail, failureOf, reportLine } from './invocation-report.ts'
import { tooManyRequests } from './lambda-errors.ts'
import { limits } from './limits.ts'

/** Runs events through functions: permits, code, environment, process, log. */
export interface Invocations {
  /**
   * Resolves also when user code failed. Rejects with `ResourceNotFoundException` and
   * `TooManyRequestsException`.
   */
  run(scope: Scope, target: FunctionTarget, event: InvocationEvent): Promise<InvocationAnswer>
  /** Ends the processes of a function that is gone. */
  retire(scope: Scope, name: string, versions: ReadonlyArray<string>): Promise<void>
}

export interface InvocationAnswer extends InvokeAnswer {
  /** `$LATEST` or the number of the version that ran. */
  readonly executedVersion: string
}

export interface InvocationEvent {
  readonly payload: Uint8Array
  /** Given when the same event is tried again; else a new one is made. */
  readonly requestId?: string
  readonly clientContext?: string
  readonly signal?: AbortSignal
}

interface Run {
  readonly scope: Scope
  readonly record: FunctionRecord
  readonly version: FunctionVersion
  readonly arn: string
  readonly requestId: string
}

export interface InvocationsDeps {
  readonly compute: ComputeEngine
  readonly resolver: FunctionResolver
  readonly concurrency: Concurrency
  readonly codes: CodeStore
  readonly sessions: SessionIssuer
  readonly functionLog: FunctionLog
  /** Where user code finds this server. */
  readonly endpoint: () => string
  readonly clock: Clock
  readonly random: Random
}

export function createInvocations(deps: InvocationsDeps): Invocations {
  const { compute, resolver, concurrency, random } = deps
  return {
    async run(scope, target, event) {
      const { record, version, arn } = await resolver.resolve(scope, target)
      const release = concurrency.take(scope, record)
      try {
        const requestId = event.requestId ?? random.uuid()
        return await runOnce(deps, { scope, record, version, arn, requestId }, event)
      } finally {
        release()
      }
    },
    async retire(scope, name, versions) {
      for (const version of versions) await compute.retire(functionIdOf(scope, name, version))
    },
  }
}

async function runOnce(
  deps: InvocationsDeps,
  run: Run,
  event: InvocationEvent,
): Promise<InvocationAnswer> {
  const { clock, functionLog } = deps
  const { scope, version, requestId } = run
  const { settings } = version
  const timeoutMs = settings.timeoutSeconds * 1000
  const tail = createInvocationTail()
  let target: LogTarget | undefined
  const write = (message: string) => {
    tail.line(message)
    if (target) functionLog.write(scope, target, message)
  }
  const outcome = await invoke(deps, await specOf(deps, run), {
    requestId,
    functionArn: run.arn,
    payload: event.payload.byteLength === 0 ? Buffer.from('{}') : event.payload,
    timeoutMs,
    responseMaxBytes: limits.responseBytesMax,
    ...(event.clientContext !== undefined && { clientContext: event.clientContext }),
    ...(event.signal && { signal: event.signal }),
    onInstance({ id, runtime, isNew }) {
      target = { group: logGroupOf(run), stream: logStreamOf(clock, version, id) }
      if (isNew) write(`INIT_START Runtime Version: ${runtime} (for ${settings.runtime})\n`)
      write(`START RequestId: ${requestId} Version: ${version.version}\n`)
    },
    onLog(line) {
      write(`${line}\n`)
      return target && functionLog.backlog(scope, target)
    },
  })
  const answer = answerOf(run, timeoutMs, outcome)
  if (answer.logLine) write(`${dateOf(clock.wallMs()).toISOString()} ${answer.logLine}\n`)
  write(`END RequestId: ${requestId}\n`)
  write(reportLine(requestId, settings.memoryMegabytes, outcome))
  return {
    requestId,
    payload: answer.payload,
    executedVersion: version.version,
    logTail: tail.tail(),
    ...(outcome.kind !== 'succeeded' && { functionError: 'Unhandled' }),
  }
}

async function invoke(
  { compute }: InvocationsDeps,
  spec: FunctionSpec,
  event: Parameters<ComputeEngine['invoke']>[1],
): Promise<InvocationOutcome> {
  try {
    return await compute.invoke(spec, event)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    if (error.kind === 'full') throw tooManyRequests('ConcurrentInvocationLimitExceeded', error)
    if (error.kind === 'unsupported') {
      throw new ServiceError('InvalidRuntimeException', error.message, {
        status: 502,
        cause: error,
      })
    }
    throw error
  }
}

function answerOf(run: Run, timeoutMs: number, outcome: InvocationOutcome) {
  if ('payload' in outcome) return { payload: outcome.payload, logLine: undefined }
  const { errorType, errorMessage, logLine } = failureOf(run.requestId, timeoutMs, outcome)
  return { payload: Buffer.from(JSON.stringify({ errorType, errorMessage })), logLine }
}

async function specOf(deps: InvocationsDeps, run: Run): Promise<FunctionSpec> {
  const { scope, record, version } = run
  const { settings, code } = version
  return {
    functionId: functionIdOf(scope, record.name, version.version),
    version: version.revisionId,
    runtime: settings.runtime,
    handler: settings.handler,
    codeDirectory: await deps.codes.directoryOf(scope, code),
    environment: settings.environment ?? {},
    instanceEnvironment: (instanceId) => instanceEnvironment(deps, run, instanceId),
    memoryBytes: settings.memoryMegabytes * 1024 ** 2,
    concurrencyMax: record.reservedConcurrency ?? limits.concurrencyMax,
  }
}

/** What Lambda sets itself (Developer Guide, "Defined runtime environment variables"). */
function instanceEnvironment(deps: InvocationsDeps, run: Run, instanceId: string) {
  const { scope, record, version } = run
  const { role, memoryMegabytes, environment } = version.settings
  const session = deps.sessions.issue({
    scope,
    roleArn: role,
    sessionName: record.name,
    durationSeconds: limits.sessionSeconds,
  })
  return {
    AWS_REGION: scope.region,
    AWS_DEFAULT_REGION: scope.region,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_ENDPOINT_URL: environment?.['AWS_ENDPOINT_URL'] ?? deps.endpoint(),
    AWS_LAMBDA_FUNCTION_NAME: record.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(run),
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamOf(deps.clock, version, instanceId),
  }
}

function functionIdOf(scope: Scope, name: string, version: string): string {
  return functionArn(scope, { name, qualifier: version })
}

function logGroupOf({ record, version }: Pick<Run, 'record' | 'version'>): string {
  return version.settings.logGroup ?? `/aws/lambda/${record.name}`
}

function logStreamOf(clock: Clock, { version }: FunctionVersion, instanceId: string): string {
  const [day = ''] = dateOf(clock.wallMs()).toISOString().split('T')
  return `${day.replaceAll('-', '/')}/[${version}]${instanceId}`
}
