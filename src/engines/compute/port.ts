import type { Readable } from 'node:stream'

/**
 * User code, outside our process. Two shapes: a function that is invoked again and again and kept
 * warm in between (Lambda's Runtime API), and a job that runs once (a script).
 */
export interface ComputeEngine {
  readonly capabilities: ComputeCapabilities
  /**
   * Runs one event through the function, on a warm instance of the same `spec.version` when one is
   * idle. Never rejects for what user code does: crash, hang and exit are outcomes.
   * Rejects with `unavailable` when no process can be started, `unsupported` for an unknown runtime,
   * `full` when too many events wait already.
   */
  invoke(spec: FunctionSpec, event: Invocation): Promise<InvocationOutcome>
  /** Ends the warm instances of the function (code or configuration changed, or it was deleted). */
  retire(functionId: string): Promise<void>
  /**
   * Puts code where functions find it, whole or not at all, and answers its directory. `files` is
   * asked only when the code is not there yet. A cache: it may be gone after a restart.
   * Rejects with `invalid` for a path that leads out of the directory.
   */
  installCode(codeId: string, files: () => AsyncIterable<CodeFile>): Promise<string>
  /** Gives the space of code back that no function has any more. */
  removeCode(codeId: string): Promise<void>
  /** Starts a job. Rejects only when the process cannot be started. */
  start(spec: JobSpec): Promise<RunningJob>
  close(): Promise<void>
}

export interface ComputeCapabilities {
  /** Lambda names of the runtimes whose interpreter was found, such as `nodejs20.x`. */
  readonly runtimes: ReadonlyArray<string>
  /** Python interpreter for jobs, with its version; absent when the machine has none. */
  readonly python?: { readonly path: string; readonly version: string }
}

export interface CodeFile {
  /** Relative, with `/`. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly executable: boolean
}

export interface FunctionSpec {
  /** Unique over accounts and regions. */
  readonly functionId: string
  /** Changes with code and configuration; instances of an older version are not used again. */
  readonly version: string
  readonly runtime: string
  /** `file.exported`, as Lambda has it. */
  readonly handler: string
  /** Directory with the unpacked code; read-only to the function. */
  readonly codeDirectory: string
  readonly environment: Readonly<Record<string, string>>
  /** Asked once for each new instance: what differs between instances, such as its credentials. */
  readonly instanceEnvironment?: (instanceId: string) => Readonly<Record<string, string>>
  readonly memoryBytes: number
  readonly concurrencyMax: number
}

export interface Invocation {
  readonly requestId: string
  readonly functionArn: string
  readonly payload: Uint8Array
  readonly timeoutMs: number
  /** A longer answer fails with `Function.ResponseSizeTooLarge`. */
  readonly responseMaxBytes: number
  readonly clientContext?: string
  /** Ends the instance and with it the event. */
  readonly signal?: AbortSignal
  /** Called before anything else with the instance that gets the event. */
  readonly onInstance?: (instance: InstanceInfo) => void
  /**
   * Lines of the function's stdout and stderr while this event is handled, each at most 256 KB.
   * While an answered promise is pending, the function's output is held back.
   */
  readonly onLog: (line: string) => void | Promise<void>
}

export interface InstanceInfo {
  readonly id: string
  /** What really runs, such as `node 20.20.2`. */
  readonly runtime: string
  /** It has had no event before. */
  readonly isNew: boolean
}

export type InvocationOutcome = {
  readonly durationMs: number
  /** Present for the first event of an instance. */
  readonly initDurationMs?: number
  readonly memoryUsedBytes: number
} & (
  | { readonly kind: 'succeeded'; readonly payload: Uint8Array }
  /** The handler threw: Lambda's error document (`errorType`, `errorMessage`, `stackTrace`). */
  | { readonly kind: 'failed'; readonly payload: Uint8Array }
  | { readonly kind: 'timed-out' }
  /** `reason` in Lambda's words: `exit status 1`, `signal: killed`; empty for exit status 0. */
  | { readonly kind: 'exited'; readonly reason: string; readonly outOfMemory: boolean }
)

export interface JobSpec {
  /** For process titles and messages. */
  readonly name: string
  readonly command: string
  readonly arguments: ReadonlyArray<string>
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly memoryBytes?: number
  readonly timeoutMs?: number
  /** While an answered promise is pending, the job's output is held back. */
  readonly onLog: (line: string, stream: 'stdout' | 'stderr') => void | Promise<void>
}

export interface RunningJob {
  /** A duplex pair for messages with the job (file descriptors 3 in and 4 out of the child). */
  readonly requests: Readable
  respond(bytes: Uint8Array): void
  stop(): void
  readonly ended: Promise<JobEnd>
}

export type JobEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly reason: 'stopped' | 'timeout' | 'memory' | 'signal' }
