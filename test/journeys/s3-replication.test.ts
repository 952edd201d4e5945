import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const COUNT = 60
const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
}

function configOf({ endpoint }: RunningHeadrace) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return { endpoint, region: 'us-east-1', credentials }
}

async function prepare(server: RunningHeadrace, s3: S3Client): Promise<void> {
  for (const Bucket of ['source', 'target']) {
    await s3.send(new CreateBucketCommand({ Bucket }))
    const VersioningConfiguration = { Status: 'Enabled' as const }
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  }
  const { Role } = await new IAMClient(configOf(server)).send(
    new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  )
  const rule = {
    Status: 'Enabled' as const,
    Priority: 1,
    Filter: {},
    DeleteMarkerReplication: { Status: 'Disabled' as const },
    Destination: { Bucket: 'arn:aws:s3:::target' },
  }
  const ReplicationConfiguration = { Role: Role?.Arn, Rules: [rule] }
  await s3.send(new PutBucketReplicationCommand({ Bucket: 'source', ReplicationConfiguration }))
}

test('what was acknowledged is copied, whenever the server is killed', async () => {
  let server = await startHeadrace({})
  const s3 = (running: RunningHeadrace) =>
    new S3Client({ ...configOf(running), forcePathStyle: true })
  await prepare(server, s3(server))
  const written = new Map<string, string | undefined>()
  const numbers = Array.from({ length: COUNT }, (_, index) => index)
  for (const half of [numbers.slice(0, COUNT / 2), numbers.slice(COUNT / 2)]) {
    const client = s3(server)
    await Promise.all(
      half.map(async (number) => {
        const put = { Bucket: 'source', Key: `k${number % 20}`, Body: `${number}`.repeat(5_000) }
        const { VersionId = '' } = await client.send(new PutObjectCommand(put))
        written.set(VersionId, put.Key)
      }),
    )
    await server.kill()
    server = await startHeadrace({ dataDir: server.dataDir })
  }
  const client = s3(server)
  const copies = async () => {
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: 'target' }))
    return Versions.map(({ VersionId }) => VersionId ?? '').sort()
  }
  await expect.poll(copies, { timeout: 20_000 }).toEqual([...written.keys()].sort())
  const statuses = async () => {
    const heads = [...written].map(([VersionId, Key]) =>
      client.send(new HeadObjectCommand({ Bucket: 'source', Key, VersionId })),
    )
    return new Set((await Promise.all(heads)).map(({ ReplicationStatus }) => ReplicationStatus))
  }
  await expect.poll(statuses, { timeout: 20_000 }).toEqual(new Set(['COMPLETED']))
  expect(await server.stop()).toBe(0)
})
