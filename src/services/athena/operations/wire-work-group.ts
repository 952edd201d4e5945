import { dateOf } from '../../../base/clock.ts'
import type { Input, Output } from '../../../wire/contract.ts'
import { invalidRequest, refuseMembers, unsupported } from '../athena-errors.ts'
import { bucketOf, expectPlainResults } from '../submission.ts'
import type { Workgroup } from '../workgroups.ts'
import { ENGINE_VERSION } from './wire-execution.ts'

type Sdk = typeof import('@aws-sdk/client-athena')
type Configuration = NonNullable<Input<Sdk, 'CreateWorkGroup'>['Configuration']>
type Updates = NonNullable<Input<Sdk, 'UpdateWorkGroup'>['ConfigurationUpdates']>
type WireWorkgroup = NonNullable<Output<Sdk, 'GetWorkGroup'>['WorkGroup']>

/** AWS: at least 10 MB (API Reference, BytesScannedCutoffPerQuery). */
const CUTOFF_MIN = 10_000_000

export function workgroupToWire(workgroup: Workgroup): WireWorkgroup {
  return {
    Name: workgroup.name,
    State: workgroup.state,
    Description: workgroup.description,
    CreationTime: dateOf(workgroup.createdMs),
    Configuration: {
      ResultConfiguration:
        workgroup.outputLocation === undefined ? {} : { OutputLocation: workgroup.outputLocation },
      EnforceWorkGroupConfiguration: workgroup.enforced,
      PublishCloudWatchMetricsEnabled: workgroup.publishMetrics,
      RequesterPaysEnabled: workgroup.requesterPays,
      ...(workgroup.bytesMax !== undefined && { BytesScannedCutoffPerQuery: workgroup.bytesMax }),
      EngineVersion: engineVersion(workgroup),
    },
  }
}

export function engineVersion({ selectedEngineVersion }: Workgroup) {
  return {
    SelectedEngineVersion: selectedEngineVersion,
    EffectiveEngineVersion: ENGINE_VERSION,
  }
}

export const workgroupArn = (
  { accountId, region }: { readonly accountId: string; readonly region: string },
  name: string,
) => `arn:aws:athena:${region}:${accountId}:workgroup/${name}`

/** Settings of a new workgroup; AWS: enforced and with metrics unless said otherwise. */
export function configurationFromWire(
  configuration: Configuration | undefined,
  accountId: string,
): Omit<Workgroup, 'name' | 'state' | 'description' | 'createdMs'> {
  refuseMembers(configuration, REFUSED)
  const location = outputLocationOf(configuration?.ResultConfiguration, accountId)
  const bytesMax = cutoffOf(configuration?.BytesScannedCutoffPerQuery)
  return {
    enforced: configuration?.EnforceWorkGroupConfiguration ?? true,
    publishMetrics: configuration?.PublishCloudWatchMetricsEnabled ?? true,
    requesterPays: configuration?.RequesterPaysEnabled ?? false,
    selectedEngineVersion: selectedVersion(configuration?.EngineVersion),
    ...(location !== undefined && { outputLocation: location }),
    ...(bytesMax !== undefined && { bytesMax }),
  }
}

const REFUSED = [
  'AdditionalConfiguration',
  'CustomerContentEncryptionConfiguration',
  'EnableMinimumEncryptionConfiguration',
  'ExecutionRole',
  'IdentityCenterConfiguration',
  'ManagedQueryResultsConfiguration',
  'QueryResultsS3AccessGrantsConfiguration',
] as const

export function updatedWorkgroup(
  current: Workgroup,
  updates: Updates | undefined,
  accountId: string,
): Workgroup {
  refuseMembers(updates, [
    'AdditionalConfiguration',
    'CustomerContentEncryptionConfiguration',
    'EnableMinimumEncryptionConfiguration',
    'ExecutionRole',
    'ManagedQueryResultsConfigurationUpdates',
    'QueryResultsS3AccessGrantsConfiguration',
  ])
  const results = updates?.ResultConfigurationUpdates
  expectPlainResults(results, accountId)
  const location = results?.OutputLocation ?? current.outputLocation
  if (results?.OutputLocation !== undefined) bucketOf(results.OutputLocation)
  const bytesMax = cutoffOf(updates?.BytesScannedCutoffPerQuery) ?? current.bytesMax
  const { outputLocation: _location, bytesMax: _bytes, ...rest } = current
  return {
    ...rest,
    enforced: updates?.EnforceWorkGroupConfiguration ?? current.enforced,
    publishMetrics: updates?.PublishCloudWatchMetricsEnabled ?? current.publishMetrics,
    requesterPays: updates?.RequesterPaysEnabled ?? current.requesterPays,
    selectedEngineVersion: updates?.EngineVersion
      ? selectedVersion(updates.EngineVersion)
      : current.selectedEngineVersion,
    ...(location !== undefined && !results?.RemoveOutputLocation && { outputLocation: location }),
    ...(bytesMax !== undefined && !updates?.RemoveBytesScannedCutoffPerQuery && { bytesMax }),
  }
}

function outputLocationOf(
  results: Configuration['ResultConfiguration'],
  accountId: string,
): string | undefined {
  expectPlainResults(results, accountId)
  if (results?.OutputLocation !== undefined) bucketOf(results.OutputLocation)
  return results?.OutputLocation
}

function cutoffOf(bytes: number | undefined): number | undefined {
  if (bytes !== undefined && bytes < CUTOFF_MIN) {
    throw invalidRequest(`BytesScannedCutoffPerQuery must be at least ${CUTOFF_MIN}`)
  }
  return bytes
}

function selectedVersion(version: Configuration['EngineVersion']): string {
  const selected = version?.SelectedEngineVersion ?? 'AUTO'
  if (selected === 'AUTO' || selected === ENGINE_VERSION) return selected
  throw unsupported(`the engine version ${selected}`)
}
