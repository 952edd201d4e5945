import type { Clock } from '../../base/clock.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { ComputeEngine } from '../../engines/compute/port.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { ObjectStore } from '../../engines/objects/port.ts'
import type { StreamReader } from '../kinesis/stream-reader.ts'
import type { LogWriter } from '../logs/log-groups.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { SqsNouns } from '../sqs/sqs-nouns.ts'
import type { SessionIssuer } from '../sts/session-issuer.ts'
import { createAliases } from './aliases.ts'
import { createCodeStore } from './code-store.ts'
import { createConcurrency } from './concurrency.ts'
import type { LambdaDeps } from './contract.ts'
import { createDestinations } from './destinations.ts'
import { createEventHandling } from './event-handling.ts'
import type { EventQueue } from './event-queue.ts'
import { createEventQueue } from './event-queue.ts'
import { createMappingWorkers } from './event-sources/mapping-workers.ts'
import { createMappings } from './event-sources/mappings.ts'
import type { FunctionInvoker } from './function-invoker.ts'
import { createFunctionLog } from './function-log.ts'
import { parseFunctionName } from './function-names.ts'
import type { FunctionResolver } from './function-resolver.ts'
import { createFunctionResolver } from './function-resolver.ts'
import { createFunctionVersions } from './function-versions.ts'
import { createFunctions } from './functions.ts'
import type { Invocations } from './invocations.ts'
import { createInvocations } from './invocations.ts'
import { createInvokeConfigs } from './invoke-configs.ts'
import { createPolicies } from './policies.ts'

export interface LambdaNounsDeps {
  readonly meta: MetaStore
  readonly objectStore: ObjectStore
  readonly compute: ComputeEngine
  readonly background: Background
  readonly sessions: SessionIssuer
  readonly logWriter: LogWriter
  readonly reader: StreamReader
  readonly sqs: Pick<SqsNouns, 'queues' | 'messages'>
  readonly objects: ObjectAccess
  /** Queues, topics and buses as destinations; asked when something is sent. */
  readonly targets: () => ReadonlyArray<EventTarget>
  /** Where user code finds this server; asked when an instance starts. */
  readonly endpoint: () => string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}

/** The nouns of the service, on one another. */
export function createLambdaNouns(deps: LambdaNounsDeps): LambdaDeps {
  const { meta, compute, clock, random } = deps
  const codes = createCodeStore({ objects: deps.objectStore, compute, random })
  const aliases = createAliases(meta, random)
  const functions = createFunctions({ ...deps, codes, aliases })
  const versions = createFunctionVersions({ ...deps, functions, codes, aliases })
  const resolver = createFunctionResolver({ functions, versions, aliases, random })
  const functionLog = createFunctionLog({ ...deps, writer: deps.logWriter })
  const concurrency = createConcurrency()
  const invocations = createInvocations({ ...deps, resolver, concurrency, codes, functionLog })
  const invokeConfigs = createInvokeConfigs(meta, clock)
  const destinations = createDestinations({
    ...deps,
    resolver,
    invoker: () => invoker,
    functionExists: (scope, arn) => exists(resolver, scope, arn),
  })
  const configs = invokeConfigs
  const handle = createEventHandling({ ...deps, invocations, configs, destinations, resolver })
  const queue = createEventQueue({ ...deps, handle })
  const invoker = createFunctionInvoker({ invocations, resolver, queue })
  const mappings = createMappings(deps)
  const workers = createMappingWorkers({ ...deps, mappings, invocations, destinations, resolver })
  return {
    functions,
    versions,
    aliases,
    policies: createPolicies(meta, random),
    resolver,
    invocations,
    invoker,
    invokeConfigs,
    destinations,
    queue,
    mappings,
    workers,
    functionLog,
    runtimes: compute.capabilities.runtimes,
    reader: deps.reader,
    queues: deps.sqs.queues,
    objects: deps.objects,
    clock,
  }
}

function createFunctionInvoker(deps: {
  readonly invocations: Invocations
  readonly resolver: FunctionResolver
  readonly queue: EventQueue
}): FunctionInvoker {
  const { invocations, resolver, queue } = deps
  return {
    invoke: (scope, { functionName, ...event }) =>
      invocations.run(scope, parseFunctionName(scope, functionName), event),
    async invokeLater(scope, { functionName, payload, clientContext }) {
      const target = parseFunctionName(scope, functionName)
      await resolver.resolve(scope, target)
      const context = clientContext === undefined ? {} : { clientContext }
      await queue.accept(scope, { target, payload, ...context })
    },
  }
}

async function exists(resolver: FunctionResolver, scope: Scope, arn: string): Promise<boolean> {
  try {
    await resolver.resolve(scope, parseFunctionName(scope, arn))
    return true
  } catch {
    // Whatever is wrong with the name, there is no such function to send to.
    return false
  }
}
