import type { InventoryConfiguration } from '@aws-sdk/client-s3'
import {
  DeleteBucketInventoryConfigurationCommand,
  GetBucketInventoryConfigurationCommand,
  ListBucketInventoryConfigurationsCommand,
  PutBucketInventoryConfigurationCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

function inventory(target: string, more: Partial<InventoryConfiguration> = {}) {
  const configuration: InventoryConfiguration = {
    Id: 'all',
    IsEnabled: false,
    IncludedObjectVersions: 'All',
    Schedule: { Frequency: 'Weekly' },
    Filter: { Prefix: 'raw/' },
    OptionalFields: ['Size', 'ETag'],
    Destination: {
      S3BucketDestination: {
        Bucket: `arn:aws:s3:::${target}`,
        Format: 'CSV',
        Prefix: 'lists',
        Encryption: { SSES3: {} },
      },
    },
    ...more,
  }
  return configuration
}

function put(Bucket: string, configuration: InventoryConfiguration, Id = configuration.Id) {
  const input = { Bucket, Id, InventoryConfiguration: configuration }
  return s3.send(new PutBucketInventoryConfigurationCommand(input))
}

test('configurations come back as they were given, page by page, until they are removed', async () => {
  const Bucket = await newBucket()
  const target = await newBucket()
  const ids = Array.from({ length: 101 }, (_, index) => `i-${String(index).padStart(3, '0')}`)
  for (const Id of ids) await put(Bucket, inventory(target, { Id }))
  const first = await s3.send(new ListBucketInventoryConfigurationsCommand({ Bucket }))
  expect(first.InventoryConfigurationList).toHaveLength(100)
  expect(first.InventoryConfigurationList?.[0]).toEqual(inventory(target, { Id: 'i-000' }))
  const next = await s3.send(
    new ListBucketInventoryConfigurationsCommand({
      Bucket,
      ContinuationToken: first.NextContinuationToken,
    }),
  )
  expect([next.IsTruncated, next.InventoryConfigurationList?.map(({ Id }) => Id)]).toEqual([
    false,
    ['i-100'],
  ])
  const one = { Bucket, Id: 'i-007' }
  const get = () => s3.send(new GetBucketInventoryConfigurationCommand(one))
  expect((await get()).InventoryConfiguration).toEqual(inventory(target, { Id: 'i-007' }))
  await s3.send(new DeleteBucketInventoryConfigurationCommand(one))
  expect((await errorOf(get())).name).toBe('NoSuchConfiguration')
})

test('configurations that cannot stand, and what is not built, are refused', async () => {
  const Bucket = await newBucket()
  const target = await newBucket()
  const destination = (more: object) => ({
    Destination: {
      S3BucketDestination: { Bucket: `arn:aws:s3:::${target}`, Format: 'CSV' as const, ...more },
    },
  })
  const cases: ReadonlyArray<readonly [string, InventoryConfiguration]> = [
    ['NotImplemented', inventory(target, destination({ Format: 'ORC' }))],
    ['NotImplemented', inventory(target, { OptionalFields: ['ObjectAccessControlList'] })],
    ['InvalidS3DestinationBucket', inventory(target, destination({ Bucket: target }))],
    ['InvalidArgument', inventory(target, { Id: 'x'.repeat(65) })],
  ]
  for (const [name, configuration] of cases) {
    expect((await errorOf(put(Bucket, configuration))).name).toBe(name)
  }
  expect((await errorOf(put(Bucket, inventory(target), 'other'))).name).toBe('InvalidArgument')
  await put(Bucket, inventory(target, { Id: 'x'.repeat(64) }))
})
