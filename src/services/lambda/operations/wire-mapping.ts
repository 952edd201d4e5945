import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LambdaDeps } from '../contract.ts'
import type { Mapping, MappingSettings } from '../event-sources/mappings.ts'
import { isQueueMapping, mappingArn } from '../event-sources/mappings.ts'
import { compileMessageFilter, compileRecordFilter } from '../event-sources/record-filter.ts'
import type { FunctionTarget } from '../function-names.ts'
import { functionArn, parseFunctionName } from '../function-names.ts'
import { invalidParameter, unsupported } from '../lambda-errors.ts'

type MappingInput = Partial<CreateEventSourceMappingRequest> &
  Partial<UpdateEventSourceMappingRequest>

/** Members that belong to sources which are not built, or to features that are not. */
export const refusedMembers = [
  'AmazonManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'KMSKeyArn',
  'LoggingConfig',
  'MetricsConfig',
  'ProvisionedPollerConfig',
  'SelfManagedKafkaEventSourceConfig',
  'SourceAccessConfigurations',
] as const

/** What there was before, or the defaults. */
export type CurrentMapping = Omit<MappingSettings, 'target'> &
  Partial<Pick<MappingSettings, 'target'>> &
  Pick<Mapping, 'sourceArn'>

const ofStreams = [
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ParallelizationFactor',
  'TumblingWindowInSeconds',
] as const
const ofQueues = ['ScalingConfig'] as const

function checkMembers(current: CurrentMapping, input: MappingInput): void {
  const foreign = isQueueMapping(current) ? ofStreams : ofQueues
  const given = foreign.find((name) => input[name] !== undefined)
  if (given === undefined) return
  throw invalidParameter(`Unsupported ${given} parameter for given event source mapping type.`)
}

/** AWS: the shortest MaximumRecordAgeInSeconds beside -1 (Developer Guide, Kinesis parameters). */
const RECORD_AGE_MIN = 60

/** What CreateEventSourceMapping and UpdateEventSourceMapping may set, on top of what there was. */
export async function mergeMapping(
  deps: LambdaDeps,
  scope: Scope,
  current: CurrentMapping,
  input: MappingInput,
): Promise<MappingSettings> {
  checkMembers(current, input)
  const target = input.FunctionName ? parseFunctionName(scope, input.FunctionName) : current.target
  if (!target) throw invalidParameter('Function does not exist')
  if (input.FunctionName) await checkFunction(deps, scope, input.FunctionName)
  const onFailure = await readDestination(deps, scope, target, current.onFailure, input)
  const { MaximumConcurrency } = input.ScalingConfig ?? {}
  // An empty configuration takes the limit away.
  const concurrencyMax = input.ScalingConfig ? MaximumConcurrency : current.concurrencyMax
  checkAge(input.MaximumRecordAgeInSeconds)
  if (input.TumblingWindowInSeconds) throw unsupported('TumblingWindowInSeconds')
  return {
    target,
    batchSize: input.BatchSize ?? current.batchSize,
    windowSeconds: input.MaximumBatchingWindowInSeconds ?? current.windowSeconds,
    parallelization: input.ParallelizationFactor ?? current.parallelization,
    retriesMax: input.MaximumRetryAttempts ?? current.retriesMax,
    recordAgeMaxSeconds: input.MaximumRecordAgeInSeconds ?? current.recordAgeMaxSeconds,
    bisects: input.BisectBatchOnFunctionError ?? current.bisects,
    reportsFailures: input.FunctionResponseTypes
      ? input.FunctionResponseTypes.includes('ReportBatchItemFailures')
      : current.reportsFailures,
    filters: readFilters(current, input) ?? current.filters,
    enabled: input.Enabled ?? current.enabled,
    ...(onFailure !== undefined && { onFailure }),
    ...(concurrencyMax !== undefined && { concurrencyMax }),
  }
}

async function checkFunction(deps: LambdaDeps, scope: Scope, name: string): Promise<void> {
  try {
    await deps.resolver.resolve(scope, parseFunctionName(scope, name))
  } catch (error) {
    throw invalidParameter('Function does not exist', error)
  }
}

async function readDestination(
  deps: LambdaDeps,
  scope: Scope,
  target: FunctionTarget,
  current: string | undefined,
  { DestinationConfig: config }: MappingInput,
): Promise<string | undefined> {
  if (!config) return current
  if (config.OnSuccess?.Destination) {
    throw invalidParameter(
      'Unsupported DestinationConfig parameter for given event source mapping type.',
    )
  }
  const destination = config.OnFailure?.Destination
  if (!destination) return undefined
  await deps.destinations.validate(scope, target, destination, ['s3', 'sqs', 'sns'])
  return destination
}

function checkAge(seconds: number | undefined): void {
  if (seconds === undefined || seconds === -1 || seconds >= RECORD_AGE_MIN) return
  throw invalidParameter(
    `MaximumRecordAgeInSeconds must be -1 or at least ${RECORD_AGE_MIN}, not ${seconds}.`,
  )
}

function readFilters(
  current: CurrentMapping,
  { FilterCriteria }: MappingInput,
): ReadonlyArray<string> | undefined {
  if (!FilterCriteria) return undefined
  const patterns = (FilterCriteria.Filters ?? []).map(({ Pattern = '' }) => Pattern)
  if (isQueueMapping(current)) compileMessageFilter(patterns)
  else compileRecordFilter(patterns)
  return patterns
}

export function toMapping(scope: Scope, mapping: Mapping): EventSourceMappingConfiguration {
  return {
    ...toAnyMapping(scope, mapping),
    ...(isQueueMapping(mapping) ? toQueueMapping(mapping) : toStreamMapping(mapping)),
  }
}

function toAnyMapping(scope: Scope, mapping: Mapping) {
  const { filters } = mapping
  return {
    UUID: mapping.id,
    EventSourceMappingArn: mappingArn(scope, mapping.id),
    EventSourceArn: mapping.sourceArn,
    FunctionArn: functionArn(scope, mapping.target),
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    FunctionResponseTypes: mapping.reportsFailures ? ['ReportBatchItemFailures' as const] : [],
    ...(filters.length > 0 && {
      FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) },
    }),
    LastModified: dateOf(mapping.modifiedMs),
    State: mapping.state,
    StateTransitionReason: mapping.stateReason,
  }
}

function toStreamMapping({ start, onFailure, ...mapping }: Mapping) {
  return {
    ParallelizationFactor: mapping.parallelization,
    StartingPosition: start?.at,
    ...(start?.at === 'AT_TIMESTAMP' && { StartingPositionTimestamp: dateOf(start.timestampMs) }),
    MaximumRecordAgeInSeconds: mapping.recordAgeMaxSeconds,
    MaximumRetryAttempts: mapping.retriesMax,
    BisectBatchOnFunctionError: mapping.bisects,
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: onFailure === undefined ? {} : { Destination: onFailure } },
    LastProcessingResult: mapping.lastResult,
  }
}

function toQueueMapping({ concurrencyMax }: Mapping) {
  if (concurrencyMax === undefined) return {}
  return { ScalingConfig: { MaximumConcurrency: concurrencyMax } }
}
