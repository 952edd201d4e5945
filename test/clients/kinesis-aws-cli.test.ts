import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('aws', ['--version'])
const version = found.status === 0 ? found.stdout.toString().split(' ')[0] : undefined
const knows = spawnSync('aws', ['kinesis', 'update-stream-warm-throughput', 'help'])

test.runIf(knows.status === 0)(
  `the AWS CLI, ${version ?? '(not installed)'}, monitors, warms, shares and reads streams`,
  async () => {
    const server = await startHeadrace()
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
    }
    const aws = async (...args: string[]) => {
      const { stdout } = await promisify(execFile)('aws', ['kinesis', ...args], { env })
      return stdout === '' ? {} : JSON.parse(stdout)
    }
    const stream = ['--stream-name', 'cli']
    await aws('create-stream', ...stream, '--stream-mode-details', 'StreamMode=ON_DEMAND')
    const commitment = ['--minimum-throughput-billing-commitment', 'Status=ENABLED']
    expect(await aws('update-account-settings', ...commitment)).toMatchObject({
      MinimumThroughputBillingCommitment: { Status: 'ENABLED' },
    })
    await aws('update-stream-warm-throughput', ...stream, '--warm-throughput-mi-bps', '5')
    const monitored = ['--shard-level-metrics', 'IncomingBytes', 'OutgoingBytes']
    await aws('enable-enhanced-monitoring', ...stream, ...monitored)
    const { StreamDescriptionSummary: summary } = await aws('describe-stream-summary', ...stream)
    expect(summary).toMatchObject({
      OpenShardCount: 5,
      WarmThroughput: { TargetMiBps: 5, CurrentMiBps: 5 },
      EnhancedMonitoring: [{ ShardLevelMetrics: ['IncomingBytes', 'OutgoingBytes'] }],
    })
    const resource = ['--resource-arn', summary.StreamARN]
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: '111122223333' },
          Action: 'kinesis:PutRecord',
          Resource: summary.StreamARN,
        },
      ],
    })
    await aws('put-resource-policy', ...resource, '--policy', policy)
    expect(await aws('get-resource-policy', ...resource)).toEqual({ Policy: policy })
    // A file means the same to both versions of the CLI; a text does not.
    const file = join(server.dataDir, 'record')
    writeFileSync(file, 'by hand')
    const record = ['--partition-key', 'k', '--data', `fileb://${file}`]
    const put = await aws('put-record', ...stream, ...record)
    const from = ['--shard-id', put.ShardId, '--shard-iterator-type', 'TRIM_HORIZON']
    const { ShardIterator } = await aws('get-shard-iterator', ...stream, ...from)
    const { Records } = await aws('get-records', '--shard-iterator', ShardIterator)
    const Data = Buffer.from('by hand').toString('base64')
    expect(Records).toMatchObject([{ PartitionKey: 'k', Data }])
    expect(await server.stop()).toBe(0)
  },
)
