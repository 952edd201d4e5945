import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { FunctionSpec, Invocation, InvocationOutcome } from '../port.ts'
import type { FunctionInstance } from './function-instance.ts'

/** Warm instances of all functions, and the events that wait for one. */
export interface FunctionPool {
  invoke(spec: FunctionSpec, event: Invocation): Promise<InvocationOutcome>
  retire(functionId: string): void
  /** Some instance became free or ended. */
  onInstanceChange(): void
  busyCount(): number
  close(): void
}

export interface PoolLimits {
  /** Processes of functions at the same time; beyond, events wait. */
  readonly instancesMax: number
  /** Events that wait; more are refused with `full`. */
  readonly waitingMax: number
  /** An instance that had no event for so long ends. */
  readonly idleMaxMs: number
  /** An instance older than this gets no further event: its credentials would expire in use. */
  readonly ageMaxMs: number
}

export const POOL_LIMITS: PoolLimits = {
  instancesMax: 100,
  waitingMax: 10_000,
  idleMaxMs: 300_000,
  ageMaxMs: 6 * 3_600_000,
}

interface Waiting {
  readonly spec: FunctionSpec
  readonly event: Invocation
  readonly resolve: (outcome: InvocationOutcome | Promise<InvocationOutcome>) => void
  readonly reject: (error: unknown) => void
}

const SWEEP_MS = 5_000

interface PoolDeps {
  readonly clock: Clock
  readonly limits: PoolLimits
  readonly startInstance: (spec: FunctionSpec) => Promise<FunctionInstance>
}

export function createFunctionPool(deps: PoolDeps): FunctionPool {
  return new Pool(deps)
}

class Pool implements FunctionPool {
  readonly #deps: PoolDeps
  readonly #instances = new Set<FunctionInstance>()
  /** How many instances of a function are being started. */
  readonly #starting = new Map<string, number>()
  readonly #closing = new AbortController()
  #waiting: Waiting[] = []
  #sweeping = false

  constructor(deps: PoolDeps) {
    this.#deps = deps
  }

  invoke(spec: FunctionSpec, event: Invocation): Promise<InvocationOutcome> {
    const { waitingMax } = this.#deps.limits
    if (this.#closing.signal.aborted) return Promise.reject(closed())
    if (this.#waiting.length >= waitingMax) {
      const message = `${waitingMax} events wait for a free process already`
      return Promise.reject(new EngineError('full', message))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ spec, event, resolve, reject })
      this.#pump()
    })
  }

  retire(functionId: string): void {
    for (const instance of this.#ofFunction(functionId)) instance.retire()
  }

  onInstanceChange(): void {
    for (const instance of this.#instances) {
      if (instance.isOver()) this.#instances.delete(instance)
    }
    if (!this.#closing.signal.aborted) this.#pump()
  }

  busyCount(): number {
    let count = this.#startingCount()
    for (const instance of this.#instances) if (instance.freeSinceMs() === undefined) count++
    return count
  }

  close(): void {
    this.#closing.abort()
    for (const instance of this.#instances) instance.kill()
    for (const one of this.#waiting.splice(0)) one.reject(closed())
  }

  #ofFunction(functionId: string): FunctionInstance[] {
    return [...this.#instances].filter((instance) => instance.spec.functionId === functionId)
  }

  #startingCount(): number {
    return [...this.#starting.values()].reduce((sum, count) => sum + count, 0)
  }

  #pump(): void {
    const blocked = new Set<string>()
    this.#waiting = this.#waiting.filter((one) => {
      if (blocked.has(one.spec.functionId)) return true
      if (this.#place(one)) return false
      blocked.add(one.spec.functionId)
      return true
    })
  }

  #place(one: Waiting): boolean {
    const free = this.#freeInstance(one.spec)
    if (free) {
      one.resolve(free.handle(one.event))
      return true
    }
    if (!this.#hasRoom(one.spec)) return false
    const handled = this.#handleOnNew(one)
    one.resolve(handled)
    handled.catch(() => this.#pump())
    return true
  }

  /** The one used last, so that those which are too many get old and end. */
  #freeInstance(spec: FunctionSpec): FunctionInstance | undefined {
    let best: FunctionInstance | undefined
    for (const instance of this.#ofFunction(spec.functionId)) {
      const since = instance.freeSinceMs()
      if (since === undefined) continue
      if (instance.spec.version !== spec.version) instance.retire()
      else if (since >= (best?.freeSinceMs() ?? 0)) best = instance
    }
    return best
  }

  /** Whether one more process may be started now; if not, the longest idle one has to go. */
  #hasRoom(spec: FunctionSpec): boolean {
    const { functionId, concurrencyMax } = spec
    const own = this.#ofFunction(functionId)
    if (own.some((instance) => instance.isReturning())) return false
    if (own.length + (this.#starting.get(functionId) ?? 0) >= concurrencyMax) return false
    if (this.#instances.size + this.#startingCount() < this.#deps.limits.instancesMax) return true
    const [oldest] = [...this.#instances]
      .filter((instance) => instance.freeSinceMs() !== undefined)
      .sort((a, b) => (a.freeSinceMs() ?? 0) - (b.freeSinceMs() ?? 0))
    oldest?.retire()
    return false
  }

  async #handleOnNew({ spec, event }: Waiting): Promise<InvocationOutcome> {
    const instance = await this.#startCounted(spec)
    if (this.#closing.signal.aborted) instance.kill()
    if (!this.#sweeping) void this.#sweep()
    return instance.handle(event)
  }

  async #startCounted(spec: FunctionSpec): Promise<FunctionInstance> {
    const id = spec.functionId
    this.#starting.set(id, (this.#starting.get(id) ?? 0) + 1)
    try {
      const instance = await this.#deps.startInstance(spec)
      this.#instances.add(instance)
      return instance
    } finally {
      const count = (this.#starting.get(id) ?? 1) - 1
      if (count === 0) this.#starting.delete(id)
      else this.#starting.set(id, count)
    }
  }

  async #sweep(): Promise<void> {
    const { clock, limits } = this.#deps
    this.#sweeping = true
    while (this.#instances.size > 0 && !this.#closing.signal.aborted) {
      await clock.sleep(SWEEP_MS, this.#closing.signal)
      const nowMs = clock.monotonicMs()
      for (const instance of this.#instances) {
        const since = instance.freeSinceMs()
        if (nowMs - instance.startedMs > limits.ageMaxMs) instance.retire()
        else if (since !== undefined && nowMs - since > limits.idleMaxMs) instance.retire()
      }
    }
    this.#sweeping = false
  }
}

function closed(): EngineError {
  return new EngineError('unavailable', 'the engine of user code is closed')
}
