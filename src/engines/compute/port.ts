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
   * Rejects with `unavailable` when no process can be started, `unsupported` for an unknown runtime.
   */
  invoke(spec: FunctionSpec, event: Invocation): Promise<InvocationOutcome>
  /** Ends the warm instances of the function (code or configuration changed, or it was deleted). */
  retire(functionId: string): Promise<void>
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
  readonly memoryBytes: number
  readonly concurrencyMax: number
}

export interface Invocation {
  readonly requestId: string
  readonly functionArn: string
  readonly payload: Uint8Array
  readonly timeoutMs: number
  readonly clientContext?: string
  readonly signal?: AbortSignal
  /** Lines of the function's stdout and stderr while this event is handled. */
  readonly onLog: (line: string) => void
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
  | { readonly kind: 'exited'; readonly reason: string }
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
  readonly onLog: (line: string, stream: 'stdout' | 'stderr') => void
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
