import { Readable } from 'node:stream'
import { createAbort } from '../base/child-abort.ts'
import { ServiceError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Random } from '../base/random.ts'
import type { RequestContext, Service } from '../wire/operation.ts'
import type { OwnCall, OwnCalls } from '../wire/own-calls.ts'
import type { Wire, WireOperation, WireRequest } from '../wire/request.ts'
import { createRefusal } from './perform.ts'

/** Calls operations of the services that speak AWS's JSON, without going over the network. */
export function createOwnCalls(deps: {
  readonly wire: Wire
  readonly services: ReadonlyArray<Service>
  readonly endpoint: string
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}): OwnCalls {
  const { wire, random, log } = deps
  const services = new Map(deps.services.map((service) => [service.name, service]))
  const refuse = createRefusal(deps.metrics)

  async function find(request: WireRequest) {
    const identified = await wire.identify(request, undefined)
    if (identified.kind === 'unknown') return undefined
    const { operation } = identified
    const service = services.get(operation.service)
    const bound = service?.operations.get(operation.operation)
    return service && bound && { operation, service, bound }
  }

  function contextOf({ scope, callerArn }: OwnCall, operation: WireOperation): RequestContext {
    const requestId = random.uuid()
    const { service, operation: name } = operation
    return {
      ...{ accountId: scope.accountId, region: scope.region, requestId, callerArn },
      ...{ accessKeyId: '', endpoint: deps.endpoint, sourceAddress: '127.0.0.1', headers: {} },
      // Whoever asked waits for the outcome.
      signal: createAbort().signal,
      log: log.child({ requestId, service, operation: name }),
    }
  }

  return {
    async has(target, operation) {
      return (await find(requestOf(target, operation, new Uint8Array()))) !== undefined
    },
    async call(call) {
      const request = requestOf(call.target, call.operation, call.json)
      const found = await find(request)
      if (!found) {
        throw new ServiceError('UnknownOperationException', `${call.operation} is not built.`)
      }
      const { operation, service, bound } = found
      const input = await operation.readInput(request)
      refuse.members(bound, operation, input, 'json')
      const context = contextOf(call, operation)
      await service.authorize?.(bound.name, input, context)
      await bound.run(input, context)
    },
  }
}

function requestOf(target: string, operation: string, json: Uint8Array): WireRequest {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `${target}.${operation}`,
  }
  return {
    ...{ method: 'POST', rawPath: '/', rawQuery: '', headers },
    stream: Readable.from([json]),
    bytes: async () => Buffer.from(json),
  }
}
