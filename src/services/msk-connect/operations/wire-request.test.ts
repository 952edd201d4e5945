import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { EngineError } from '../../../base/errors.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import { arnOf } from '../connect-arns.ts'
import { conflict } from '../connect-errors.ts'
import { createConnectNouns } from '../connect-nouns.ts'
import type { Connector } from '../connector.ts'
import type { ConnectDeps } from '../contract.ts'
import { builtInPlugins } from '../plugins.ts'
import { pauseConnector } from './pause-connector.ts'
import { updateConnector } from './update-connector.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' } as RequestContext
const configuration = {
  'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
  'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
  's3.bucket.name': 'landing',
  topics: 'orders',
  'flush.size': '3',
}

/** A connector that runs, and that somebody or something else gets at just before it is changed. */
async function createHouse(error: Error) {
  const { clock } = createVirtualClock()
  const random = createSeededRandom(1)
  const nouns = createConnectNouns({ meta: createMemoryMeta(), clock, random })
  const [plugin] = builtInPlugins
  if (!plugin) throw new Error('there is no plugin')
  const made = await nouns.connectors.create(scope, {
    ...{ name: 'to-s3', tags: {} },
    settings: { configuration, capacity: { kind: 'provisioned', mcuCount: 1, workerCount: 1 } },
    details: {
      plugin: { arn: arnOf(scope, 'custom-plugin', plugin), revision: plugin.revision },
    } as Connector['details'],
  })
  await nouns.connectors.note(scope, made, (one) => ({ ...one, state: 'RUNNING' }))
  const deps = {
    ...nouns,
    connectors: {
      ...nouns.connectors,
      async ask() {
        throw error
      },
    },
  } as unknown as ConnectDeps
  return { deps, made, arn: arnOf(scope, 'connector', made) }
}

type Ask = (deps: ConnectDeps, arn: string, version: string) => Promise<unknown>

const pause: Ask = (deps, connectorArn) => pauseConnector.run(deps, { connectorArn }, scope)
const update: Ask = (deps, connectorArn, currentVersion) => {
  const connectorConfiguration = { ...configuration, 'flush.size': '4' }
  return updateConnector.run(deps, { connectorArn, currentVersion, connectorConfiguration }, scope)
}

test.each([
  ['a pause', pause, conflict('somebody was faster'), 'ConflictException'],
  ['an update', update, conflict('somebody was faster'), 'ConflictException'],
  ['a pause', pause, new EngineError('full', 'no room'), 'InternalServerErrorException'],
  ['an update', update, new EngineError('full', 'no room'), 'InternalServerErrorException'],
])(
  '%s that comes to nothing is a failed operation, for the reason that was answered',
  async (_what, ask, error, code) => {
    const { deps, made, arn } = await createHouse(error)
    await expect(ask(deps, arn, made.version)).rejects.toBe(error)
    const operations = await deps.history.list(scope, made.id)
    expect(operations).toMatchObject([
      { outcome: 'failed', failure: { code, message: error.message }, endedMs: expect.anything() },
    ])
  },
)
