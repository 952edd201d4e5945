import type { ServiceError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { BoundOperation, Proof, RequestContext, Service } from '../wire/operation.ts'
import type { WireOperation, WireRequest, WireResponse } from '../wire/request.ts'
import type { Authenticated } from './authenticate.ts'
import type { Dialect } from './dialect.ts'
import { notBuilt } from './failure.ts'
import type { Passage } from './passage.ts'
import { signalOf } from './passage.ts'
import type { HeaderFields } from './signature.ts'

/** What an operation is performed with. */
export interface Call {
  /** Asked for when it is known that the operation is built: to make it has its price. */
  readonly request: () => WireRequest
  readonly caller: Authenticated
  readonly isForm?: boolean
}

/**
 * Performs an operation for a caller who is known: refuses what is not built, reads the input, asks
 * whether he may, runs, writes the output.
 */
export type Perform = (
  passage: Passage,
  operation: WireOperation,
  call: Call,
) => Promise<{ readonly response: WireResponse; readonly keepsNoInput: boolean }>

export function createPerform(deps: {
  readonly services: ReadonlyMap<string, Service>
  readonly log: Logger
  readonly metrics: Metrics
}): Perform {
  const { services, log } = deps
  const refuse = createRefusal(deps.metrics)

  return async (passage, operation, call) => {
    const { request, caller, isForm } = call
    const service = services.get(operation.service)
    const bound = service?.operations.get(operation.operation)
    if (!bound) throw refuse.operation(operation, passage.dialect)
    const input = await operation.readInput(request())
    refuse.members(bound, operation, input, passage.dialect)
    const { headers } = request()
    const context = new ContextOfPassage(passage, caller, { headers, log, isForm })
    passage.asked = { input, context }
    const accountId = await service?.authorize?.(bound.name, input, context)
    const acting =
      accountId === undefined || accountId === caller.accountId
        ? context
        : new ContextOfPassage(passage, { ...caller, accountId }, { headers, log, isForm })
    const output = await bound.run(input, acting)
    const response = operation.writeOutput(output, passage.requestId)
    return { response, keepsNoInput: bound.keepsNoInput }
  }
}

/** Refusals by name, counted, so that one sees what callers miss. */
export function createRefusal(metrics: Metrics) {
  const count = ({ service, operation }: WireOperation) =>
    metrics.record('headrace_unsupported_total', { service, operation }, 1)
  return {
    operation(operation: WireOperation, dialect: Dialect): ServiceError {
      count(operation)
      return notBuilt(
        dialect,
        `The operation ${operation.operation} of ${operation.service} is not built into this version of Headrace.`,
      )
    },
    members(
      { refuses }: BoundOperation,
      operation: WireOperation,
      input: unknown,
      dialect: Dialect,
    ): void {
      const members = input as Readonly<Record<string, unknown>>
      const refused = refuses.filter((name) => hasEffect(members[name]))
      if (refused.length === 0) return
      count(operation)
      throw notBuilt(
        dialect,
        `${operation.operation}: ${refused.join(', ')} is not supported by this version of Headrace. Nothing was done.`,
      )
    },
  }
}

/** False for values that ask for nothing: `false`, an empty text, list or map. */
function hasEffect(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return typeof value !== 'object' || value instanceof Uint8Array || Object.keys(value).length > 0
}

/**
 * `signal` and `log` are made when asked for: most operations want neither, and both cost. A class instead
 * of an object literal: a getter in a literal gives every object a hidden class of its own, which
 * only a full garbage collection takes back (measured: 20 us a request).
 */
class ContextOfPassage implements RequestContext {
  readonly accountId: string
  readonly region: string
  readonly accessKeyId: string
  readonly callerArn: string
  readonly proof: Proof | undefined
  readonly requestId: string
  readonly headers: HeaderFields
  readonly isForm: boolean
  readonly sourceAddress: string
  readonly endpoint: string
  readonly #passage: Passage
  readonly #log: Logger

  constructor(
    passage: Passage,
    caller: Authenticated,
    given: {
      readonly headers: HeaderFields
      readonly log: Logger
      readonly isForm?: boolean | undefined
    },
  ) {
    const { headers, log, isForm = false } = given
    const { exchange, requestId } = passage
    this.accountId = caller.accountId
    this.region = caller.region
    this.accessKeyId = caller.accessKeyId
    this.callerArn = caller.callerArn
    this.proof = caller.proof
    this.requestId = requestId
    this.headers = headers
    this.isForm = isForm
    this.sourceAddress = exchange.sourceAddress
    this.endpoint = `${exchange.secure ? 'https' : 'http'}://${headers['host'] ?? ''}`
    this.#passage = passage
    this.#log = log
  }

  get signal(): AbortSignal {
    return signalOf(this.#passage)
  }

  get log(): Logger {
    const { requestId, service, operation } = this.#passage
    return this.#log.child({ requestId, service, operation })
  }
}
