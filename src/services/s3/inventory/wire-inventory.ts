import { ServiceError } from '../../../base/errors.ts'
import type { Input, Output } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { INVENTORY_ID_MAX } from '../limits.ts'
import { invalidArgument, malformedXml, notSupported } from '../s3-errors.ts'
import { inventoryColumns } from './inventory-columns.ts'
import type { InventoryConfiguration, InventoryDestination } from './inventory-settings.ts'

type Given = NonNullable<Input<Sdk, 'PutBucketInventoryConfiguration'>['InventoryConfiguration']>
type WireAnswer = NonNullable<
  Output<Sdk, 'GetBucketInventoryConfiguration'>['InventoryConfiguration']
>

const BUCKET_ARN = /^arn:aws:s3:::([^/:]+)$/

/** A configuration as it was given. */
export function inventoryOf(id: string, given: Given): InventoryConfiguration {
  const { Id, IsEnabled, IncludedObjectVersions, Schedule, Filter, OptionalFields = [] } = given
  if (Id !== id) throw invalidArgument('The inventory configuration has another id', 'Id', Id)
  if (!new RegExp(`^[\\w.-]{1,${INVENTORY_ID_MAX}}$`).test(id)) {
    throw invalidArgument('The inventory configuration id is not valid', 'id', id)
  }
  if (!Schedule?.Frequency || !IncludedObjectVersions || IsEnabled === undefined) {
    throw malformedXml()
  }
  const fields = OptionalFields.map((field) => {
    const column = inventoryColumns.find((name) => name === field)
    if (!column) throw notSupported(`${field} in an inventory`)
    return column
  })
  return {
    id,
    isEnabled: IsEnabled,
    ...(Filter?.Prefix !== undefined && { prefix: Filter.Prefix }),
    versions: IncludedObjectVersions,
    fields,
    frequency: Schedule.Frequency,
    destination: destinationOf(given),
  }
}

function destinationOf({ Destination }: Given): InventoryDestination {
  const given = Destination?.S3BucketDestination
  if (!given) throw malformedXml()
  const bucketName = BUCKET_ARN.exec(given.Bucket ?? '')?.[1]
  if (bucketName === undefined) {
    throw new ServiceError('InvalidS3DestinationBucket', 'Invalid bucket ARN.')
  }
  const { Format: format, Encryption: encryption } = given
  if (format !== 'CSV' && format !== 'Parquet') throw notSupported(`An inventory in ${format}`)
  const keyId = encryption?.SSEKMS?.KeyId
  return {
    bucketName,
    format,
    ...(given.Prefix !== undefined && { prefix: given.Prefix }),
    ...(given.AccountId !== undefined && { account: given.AccountId }),
    ...(encryption?.SSES3 && { encryption: { algorithm: 'AES256' } }),
    ...(keyId !== undefined && { encryption: { algorithm: 'aws:kms', keyId } }),
  }
}

export function inventoryAnswer(configuration: InventoryConfiguration): WireAnswer {
  const { id, isEnabled, prefix, versions, fields, frequency, destination } = configuration
  const { bucketName, format, prefix: start, account, encryption } = destination
  return {
    Destination: {
      S3BucketDestination: {
        Bucket: `arn:aws:s3:::${bucketName}`,
        Format: format,
        ...(account !== undefined && { AccountId: account }),
        ...(start !== undefined && { Prefix: start }),
        ...(encryption?.algorithm === 'AES256' && { Encryption: { SSES3: {} } }),
        ...(encryption?.keyId !== undefined && {
          Encryption: { SSEKMS: { KeyId: encryption.keyId } },
        }),
      },
    },
    IsEnabled: isEnabled,
    ...(prefix !== undefined && { Filter: { Prefix: prefix } }),
    Id: id,
    IncludedObjectVersions: versions,
    ...(fields.length > 0 && { OptionalFields: [...fields] }),
    Schedule: { Frequency: frequency },
  }
}
