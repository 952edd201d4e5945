import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KafkaCluster } from '../../scripts/peers/kafka/cluster.ts'
import { startApacheKafka } from '../support/apache-kafka.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { adminScripts } from '../support/kafka-differential/admin-scripts.ts'
import { differences } from '../support/kafka-differential/differences.ts'
import { fetchScripts } from '../support/kafka-differential/fetch-scripts.ts'
import { groupScripts } from '../support/kafka-differential/group-scripts.ts'
import { produceScripts } from '../support/kafka-differential/produce-scripts.ts'
import type { Script } from '../support/kafka-differential/side.ts'
import { runScript, warmUp } from '../support/kafka-differential/side.ts'
import { topicScripts } from '../support/kafka-differential/topic-scripts.ts'
import { transactionScripts } from '../support/kafka-differential/transaction-scripts.ts'

/*
 * The same requests go to an Apache Kafka and to this broker, and the answers are the same but for what
 * `differences.ts` names.
 */

const scripts: Readonly<Record<string, Script>> = {
  ...produceScripts,
  ...fetchScripts,
  ...groupScripts,
  ...transactionScripts,
  ...topicScripts,
  ...adminScripts,
}

const properties = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'true',
  'super.users': 'User:ANONYMOUS',
}
const apache: KafkaCluster | undefined = await startApacheKafka({ properties })

describe.skipIf(!apache)('beside Apache Kafka', () => {
  let ours: RunningHeadrace
  let ports: readonly [ours: number, apache: number]

  beforeAll(async () => {
    ours = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
    ports = [Number(ours.kafka?.split(':').at(-1)), apache?.nodes[0]?.port ?? 0]
    await Promise.all(ports.map(warmUp))
  })

  afterAll(async () => {
    await Promise.all([ours.stop(), apache?.stop()])
  })

  test('all that is said to differ is of a script', () => {
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(Object.keys(differences)))
  })

  test.each(Object.entries(scripts))('%s: the answers are the same', async (name, script) => {
    const nowMs = Date.now()
    const [told, toldByApache] = await Promise.all([
      runScript(ports[0], nowMs, script),
      runScript(ports[1], nowMs, script),
    ])
    const known = new Set(Object.keys(differences[name] ?? {}))
    const differing = labels(told, toldByApache).filter(
      (label) => !isDeepStrictEqual(told.get(label), toldByApache.get(label)),
    )
    const of = (all: ReadonlyMap<string, unknown>) =>
      Object.fromEntries(
        differing.filter((label) => !known.has(label)).map((label) => [label, all.get(label)]),
      )
    expect(of(told)).toEqual(of(toldByApache))
    // A difference that is no more is to be struck off the list.
    expect([...known].filter((label) => !differing.includes(label))).toEqual([])
  })
})

function labels(...all: ReadonlyArray<ReadonlyMap<string, unknown>>): ReadonlyArray<string> {
  return [...new Set(all.flatMap((one) => [...one.keys()]))]
}
