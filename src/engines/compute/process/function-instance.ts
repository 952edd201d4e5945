import type { Clock } from '../../../base/clock.ts'
import type { FunctionSpec, Invocation, InvocationOutcome } from '../port.ts'
import type { Child, ChildEnd } from './child-process.ts'
import type { RuntimeClient, RuntimeEvent } from './runtime-api.ts'

/**
 * One process of a function, from its start to its end. It handles one event at a time:
 *
 *     starting --next--> free --event--> busy --answer, next--> free --> … --> over
 */
export interface FunctionInstance {
  readonly id: string
  readonly spec: FunctionSpec
  readonly startedMs: number
  /** Since when it has waited for an event; undefined while it does not. */
  freeSinceMs(): number | undefined
  /** It has just answered and will ask for the next event in a moment. */
  isReturning(): boolean
  isOver(): boolean
  /** For an instance that has no event: it was just made, or is free. */
  handle(event: Invocation): Promise<InvocationOutcome>
  /** Ends it now, or when the event that it handles is done. */
  retire(): void
  kill(): void
}

export interface InstanceDeps {
  readonly clock: Clock
  readonly id: string
  /** Such as `node 20.20.2`. */
  readonly runtime: string
  /** The instance has just become free, or is over. */
  readonly onChange: () => void
  /** Starts the process. Told `onLine` what it prints. */
  readonly start: (client: RuntimeClient, onLine: LineTaker) => Promise<Child>
  /** Called once, when the process is gone. */
  readonly cleanUp: () => Promise<void>
}

type LineTaker = (line: string) => void | Promise<void>
type Result =
  | { readonly kind: 'succeeded' | 'failed'; readonly payload: Uint8Array }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'exited'; readonly reason: string; readonly outOfMemory: boolean }

interface Task {
  readonly event: Invocation
  readonly resolve: (outcome: InvocationOutcome) => void
  timer: AbortController
  readonly onAbort: () => void
  /** When the runtime got the event; undefined while it still starts. */
  begunMs: number | undefined
  initDurationMs: number | undefined
  answered: boolean
}

/** Lambda gives the code outside of the handler ten seconds; a longer timeout of the function wins. */
const INIT_TIMEOUT_MS = 10_000
/** Lines printed between events wait for the next one. */
const ORPHAN_LINES_MAX = 1000
/** How long an instance that has answered is expected back before another one is started instead. */
const RETURN_MAX_MS = 50

export async function startFunctionInstance(
  deps: InstanceDeps,
  spec: FunctionSpec,
): Promise<FunctionInstance> {
  const instance = new Instance(deps, spec)
  await instance.start()
  return instance
}

class Instance implements FunctionInstance, RuntimeClient {
  readonly id: string
  readonly spec: FunctionSpec
  readonly startedMs: number
  readonly #deps: InstanceDeps
  #child: Child | undefined
  #task: Task | undefined
  #handOut: ((event: RuntimeEvent) => void) | undefined
  #freeSinceMs: number | undefined
  #returning: AbortController | undefined
  #initError: Buffer | undefined
  #seenEvent = false
  #retiring = false
  #over = false
  #orphanLines: string[] = []

  constructor(deps: InstanceDeps, spec: FunctionSpec) {
    this.#deps = deps
    this.id = deps.id
    this.spec = spec
    this.startedMs = deps.clock.monotonicMs()
  }

  async start(): Promise<void> {
    this.#child = await this.#deps.start(this, (line) => this.#onLine(line))
    void this.#child.ended.then((end) => this.#onEnd(end))
  }

  freeSinceMs(): number | undefined {
    return this.#freeSinceMs
  }

  isReturning(): boolean {
    return this.#returning !== undefined
  }

  isOver(): boolean {
    return this.#over
  }

  handle(event: Invocation): Promise<InvocationOutcome> {
    return new Promise((resolve) => {
      const onAbort = () => this.kill()
      const task: Task = {
        event,
        resolve,
        onAbort,
        timer: new AbortController(),
        begunMs: undefined,
        initDurationMs: undefined,
        answered: false,
      }
      this.#task = task
      const { runtime } = this.#deps
      event.onInstance?.({ id: this.id, runtime, isNew: !this.#seenEvent })
      for (const line of this.#orphanLines.splice(0)) void event.onLog(line)
      event.signal?.addEventListener('abort', onAbort, { once: true })
      if (event.signal?.aborted) onAbort()
      if (this.#over) void this.#finish(task, resultOfEnd(undefined, this.#initError))
      else if (this.#handOut) this.#begin(task, this.#handOut)
      else this.#limit(task, Math.max(INIT_TIMEOUT_MS, event.timeoutMs))
    })
  }

  retire(): void {
    this.#retiring = true
    if (!this.#task) this.kill()
  }

  kill(): void {
    this.#freeSinceMs = undefined
    this.#handOut = undefined
    this.#child?.kill('stopped')
  }

  onNext(handOut: (event: RuntimeEvent) => void): void {
    this.#endReturn()
    const task = this.#task
    if (task && task.begunMs === undefined) {
      task.timer.abort()
      this.#begin(task, handOut)
    } else {
      this.#handOut = handOut
      this.#becomeFree()
    }
  }

  responseMaxBytes(): number {
    return this.#task?.event.responseMaxBytes ?? 0
  }

  onAnswer(requestId: string, kind: 'response' | 'error', payload: Buffer): boolean {
    const result: Result = { kind: kind === 'error' ? 'failed' : 'succeeded', payload }
    return this.#answer(requestId, result)
  }

  onAnswerTooLarge(requestId: string): boolean {
    return this.#answer(requestId, tooLarge(this.responseMaxBytes()))
  }

  onInitError(body: Buffer): void {
    this.#initError = body
  }

  /** Our bootstraps print a message of several lines with carriage returns in between. */
  #onLine(printed: string): void | Promise<void> {
    const line = printed.includes('\r') ? printed.replaceAll('\r', '\n') : printed
    if (this.#task) return this.#task.event.onLog(line)
    if (this.#orphanLines.length < ORPHAN_LINES_MAX) this.#orphanLines.push(line)
  }

  async #onEnd(end: ChildEnd): Promise<void> {
    this.#over = true
    this.#endReturn()
    this.#freeSinceMs = undefined
    const task = this.#task
    if (task && !task.answered) await this.#finish(task, resultOfEnd(end, this.#initError))
    await this.#deps.cleanUp()
    this.#deps.onChange()
  }

  #limit(task: Task, limitMs: number): void {
    const { signal } = task.timer
    void this.#deps.clock.sleep(limitMs, signal).then(() => {
      if (!signal.aborted) this.#child?.kill('timeout')
    })
  }

  #begin(task: Task, handOut: (event: RuntimeEvent) => void): void {
    const { clock } = this.#deps
    const { requestId, functionArn, payload, timeoutMs, clientContext } = task.event
    this.#handOut = undefined
    this.#freeSinceMs = undefined
    task.begunMs = clock.monotonicMs()
    if (!this.#seenEvent) task.initDurationMs = task.begunMs - this.startedMs
    this.#seenEvent = true
    task.timer = new AbortController()
    this.#limit(task, timeoutMs)
    const deadlineMs = clock.wallMs() + timeoutMs
    const context = clientContext === undefined ? {} : { clientContext }
    handOut({ requestId, functionArn, payload, deadlineMs, ...context })
  }

  #answer(requestId: string, result: Result): boolean {
    const task = this.#task
    if (task?.event.requestId !== requestId || task.begunMs === undefined || task.answered) {
      return false
    }
    this.#expectReturn()
    void this.#finish(task, result)
    return true
  }

  #expectReturn(): void {
    const returning = new AbortController()
    this.#returning = returning
    void this.#deps.clock.sleep(RETURN_MAX_MS, returning.signal).then(() => {
      if (returning.signal.aborted) return
      this.#endReturn()
      this.#deps.onChange()
    })
  }

  #endReturn(): void {
    this.#returning?.abort()
    this.#returning = undefined
  }

  async #finish(task: Task, result: Result): Promise<void> {
    task.answered = true
    task.timer.abort()
    task.event.signal?.removeEventListener('abort', task.onAbort)
    const durationMs = this.#deps.clock.monotonicMs() - (task.begunMs ?? this.startedMs)
    await this.#child?.outputSettled()
    const memoryUsedBytes = (await this.#child?.memoryPeakBytes()) ?? 0
    const init = task.initDurationMs === undefined ? {} : { initDurationMs: task.initDurationMs }
    this.#task = undefined
    task.resolve({ ...result, ...init, durationMs, memoryUsedBytes })
    this.#becomeFree()
  }

  #becomeFree(): void {
    if (this.#task || !this.#handOut || this.#over) return
    if (this.#retiring) {
      this.kill()
      return
    }
    this.#freeSinceMs = this.#deps.clock.monotonicMs()
    this.#deps.onChange()
  }
}

function resultOfEnd(end: ChildEnd | undefined, initError: Buffer | undefined): Result {
  if (end?.killedFor === 'timeout') return { kind: 'timed-out' }
  if (initError) return { kind: 'failed', payload: initError }
  const outOfMemory = end?.killedFor === 'memory'
  if (end?.signal) {
    return { kind: 'exited', reason: `signal: ${SIGNALS[end.signal] ?? end.signal}`, outOfMemory }
  }
  return { kind: 'exited', reason: end?.code ? `exit status ${end.code}` : '', outOfMemory }
}

/** As Go's runtime words them, which is what Lambda prints. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGILL: 'illegal instruction',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
}

function tooLarge(limitBytes: number): Result {
  const document = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`,
  }
  return { kind: 'failed', payload: Buffer.from(JSON.stringify(document)) }
}
