import type { Arn } from '../../../base/arn.ts'
import { parseArn } from '../../../base/arn.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { StartPosition, StreamReader } from '../../kinesis/stream-reader.ts'
import type { LambdaDeps, LambdaOperation } from '../contract.ts'
import type { MappingSettings, NewMapping } from '../event-sources/mappings.ts'
import { isQueueMapping } from '../event-sources/mappings.ts'
import { conflict, invalidParameter, unsupported } from '../lambda-errors.ts'
import { mergeMapping, refusedMembers, toMapping } from './wire-mapping.ts'
import { checkQueueSource } from './wire-queue-source.ts'

/** Defaults of a Kinesis source (recorded). */
const streamDefaults: Omit<MappingSettings, 'target'> = {
  batchSize: 100,
  windowSeconds: 0,
  parallelization: 1,
  retriesMax: -1,
  recordAgeMaxSeconds: -1,
  bisects: false,
  reportsFailures: false,
  filters: [],
  enabled: true,
}

const queueDefaults = { ...streamDefaults, batchSize: 10 }

/**
 * Where each shard begins is settled before this answers: with `LATEST`, every record put after the
 * answer is seen.
 */
export const createEventSourceMapping: LambdaOperation<'CreateEventSourceMapping'> = {
  name: 'CreateEventSourceMapping',
  refuses: [...refusedMembers, 'Queues', 'SelfManagedEventSource', 'Topics'],
  async run(deps, input, scope) {
    const sourceArn = checkSource(scope, input.EventSourceArn)
    const defaults = isQueueMapping({ sourceArn }) ? queueDefaults : streamDefaults
    const settings = await mergeMapping(deps, scope, { ...defaults, sourceArn }, input)
    const source = { ...settings, sourceArn, tags: input.Tags ?? {} }
    const mapping = isQueueMapping(source)
      ? await mapQueue(deps, scope, source, input)
      : await mapStream(deps, scope, source, input)
    deps.workers.wake()
    return toMapping(scope, mapping)
  },
}

async function mapStream(deps: LambdaDeps, scope: Scope, source: NewMapping, input: Given) {
  const start = readStart(input)
  await checkNew(deps, scope, source)
  const offsets = await startOffsets(deps.reader, source.sourceArn, start)
  return deps.mappings.create(scope, { ...source, start }, offsets)
}

async function mapQueue(deps: LambdaDeps, scope: Scope, source: NewMapping, input: Given) {
  if (input.StartingPosition !== undefined) {
    throw invalidParameter('StartingPosition is not valid for SQS event sources.')
  }
  await checkQueueSource(deps, scope, source.sourceArn, source)
  await checkNew(deps, scope, source)
  return deps.mappings.create(scope, source, new Map())
}

function checkSource(scope: Scope, arn: string | undefined): string {
  const parsed = arn === undefined ? undefined : parseArn(arn)
  if (arn === undefined || !parsed) throw invalidParameter('Unrecognized event source.')
  if (parsed.service === 'sqs') return checkRegion(scope, parsed, arn)
  if (parsed.service !== 'kinesis') throw unsupported(`The event source ${arn}`)
  // AWS: the stream must be in the account and region of the function.
  if (parsed.accountId !== scope.accountId || parsed.region !== scope.region) {
    throw invalidParameter(`Stream not found: ${arn}`)
  }
  if (parsed.resource.includes('/consumer/')) {
    throw unsupported('An event source of a stream consumer (enhanced fan-out)')
  }
  return arn
}

// AWS: a queue may be of another account, whose policy allows it, but not of another region.
function checkRegion(scope: Scope, { region }: Arn, arn: string): string {
  if (region !== scope.region) throw invalidParameter(`Queue not found: ${arn}`)
  return arn
}

interface Given {
  readonly StartingPosition?: string | undefined
  readonly StartingPositionTimestamp?: { getTime(): number } | undefined
}

function readStart(input: Given): StartPosition {
  const { StartingPosition: at, StartingPositionTimestamp: time } = input
  if (at === 'TRIM_HORIZON' || at === 'LATEST') return { at }
  if (at === 'AT_TIMESTAMP') {
    if (time) return { at, timestampMs: time.getTime() }
    throw invalidParameter('StartingPositionTimestamp is needed with AT_TIMESTAMP.')
  }
  throw invalidParameter(
    "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
  )
}

async function checkNew({ mappings }: LambdaDeps, scope: Scope, source: NewMapping): Promise<void> {
  const { sourceArn, target } = source
  const same = (await mappings.all(scope)).find(
    (one) =>
      one.sourceArn === sourceArn &&
      one.target.name === target.name &&
      one.target.qualifier === target.qualifier,
  )
  if (!same) return
  // AWS: recorded; the wording differs by the kind of source.
  if (isQueueMapping(source)) {
    throw conflict(
      `An event source mapping with SQS arn (" ${sourceArn} ") and function (" ${target.name} ") already exists. Please update or delete the existing mapping with UUID ${same.id}`,
    )
  }
  throw conflict(
    `The event source arn (" ${sourceArn} ") and function (" ${target.name} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${same.id}`,
  )
}

async function startOffsets(
  reader: StreamReader,
  sourceArn: string,
  start: StartPosition,
): Promise<ReadonlyMap<string, number>> {
  try {
    const offsets = new Map<string, number>()
    for (const { shardId } of await reader.shardsOf(sourceArn)) {
      offsets.set(shardId, await reader.startOffset(sourceArn, shardId, start))
    }
    return offsets
  } catch (error) {
    const isAbsent = error instanceof ServiceError && error.code === 'ResourceNotFoundException'
    if (isAbsent) throw invalidParameter(`Stream not found: ${sourceArn}`, error)
    throw error
  }
}
