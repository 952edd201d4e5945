import { parseArn } from '../../../base/arn.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { StartPosition, StreamReader } from '../../kinesis/stream-reader.ts'
import type { LambdaDeps, LambdaOperation } from '../contract.ts'
import type { MappingSettings } from '../event-sources/mappings.ts'
import { conflict, invalidParameter, unsupported } from '../lambda-errors.ts'
import { mergeMapping, refusedMembers, toMapping } from './wire-mapping.ts'

/** Defaults of a Kinesis source (recorded). */
const defaults: Omit<MappingSettings, 'target'> = {
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

/**
 * Where each shard begins is settled before this answers: with `LATEST`, every record put after the
 * answer is seen.
 */
export const createEventSourceMapping: LambdaOperation<'CreateEventSourceMapping'> = {
  name: 'CreateEventSourceMapping',
  refuses: [...refusedMembers, 'Queues', 'SelfManagedEventSource', 'Topics'],
  async run(deps, input, scope) {
    const sourceArn = checkSource(scope, input.EventSourceArn)
    const settings = await mergeMapping(deps, scope, defaults, input)
    const start = readStart(input)
    await checkNew(deps, scope, sourceArn, settings)
    const offsets = await startOffsets(deps.reader, sourceArn, start)
    const mapping = await deps.mappings.create(
      scope,
      { ...settings, sourceArn, start, tags: input.Tags ?? {} },
      offsets,
    )
    deps.workers.wake()
    return toMapping(scope, mapping)
  },
}

function checkSource(scope: Scope, arn: string | undefined): string {
  const parsed = arn === undefined ? undefined : parseArn(arn)
  if (arn === undefined || !parsed) throw invalidParameter('Unrecognized event source.')
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

function readStart(input: {
  readonly StartingPosition?: string | undefined
  readonly StartingPositionTimestamp?: { getTime(): number } | undefined
}): StartPosition {
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

async function checkNew(
  { mappings }: LambdaDeps,
  scope: Scope,
  sourceArn: string,
  { target }: MappingSettings,
): Promise<void> {
  const same = (await mappings.all(scope)).find(
    (one) =>
      one.sourceArn === sourceArn &&
      one.target.name === target.name &&
      one.target.qualifier === target.qualifier,
  )
  if (!same) return
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
