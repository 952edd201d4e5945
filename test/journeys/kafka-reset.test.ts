import { spawn } from 'node:child_process'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  Partitioners,
  ResourcePatternTypes,
} from 'kafkajs'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const anyAcl = {
  resourceType: AclResourceTypes.ANY,
  resourcePatternType: ResourcePatternTypes.ANY,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
}

/** As anybody on this machine: in the account of the settings. */
function session({ kafka = '' }: RunningHeadrace) {
  const client = new Kafka({ brokers: [kafka], logLevel: logLevel.NOTHING })
  const admin = client.admin()
  return {
    admin,
    async fill() {
      await admin.createTopics({ topics: [{ topic: 'clicks', numPartitions: 1 }] })
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner })
      await producer.connect()
      const [sent] = await producer.send({ topic: 'clicks', messages: [{ value: 'x' }] })
      await producer.disconnect()
      const consumer = client.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 })
      await consumer.connect()
      await consumer.subscribe({ topic: 'clicks', fromBeginning: true })
      const read = new Promise<void>((resolve) => {
        void consumer.run({ eachMessage: async () => resolve() })
      })
      await read
      await consumer.commitOffsets([{ topic: 'clicks', partition: 0, offset: '1' }])
      const acl = {
        ...anyAcl,
        resourceType: AclResourceTypes.TOPIC,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        resourceName: 'secrets',
        principal: 'User:alice',
        host: '*',
        operation: AclOperationTypes.READ,
        permissionType: AclPermissionTypes.ALLOW,
      }
      await admin.createAcls({ acl: [acl] })
      return { firstOffset: sent?.baseOffset, consumer }
    },
    async count() {
      const topics = await admin.listTopics()
      const { groups } = await admin.listGroups()
      const { resources } = await admin.describeAcls(anyAcl)
      return [topics.length, groups.length, resources.length]
    },
  }
}

function reset({ endpoint }: RunningHeadrace): Promise<number | null> {
  const args = ['dist/headrace.js', 'reset', '--yes', '--endpoint', endpoint]
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const child = spawn(process.execPath, args, { env: { ...process.env, ...keys } })
  return new Promise((resolve) => child.on('close', resolve))
}

test('a reset takes topics, groups and rules of Kafka clients, also of those who are connected', async () => {
  const server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  const kafka = session(server)
  await kafka.admin.connect()
  const before = await kafka.fill()
  expect(await kafka.count()).toEqual([1, 1, 1])
  await before.consumer.stop()
  expect(await reset(server)).toBe(0)
  expect(await kafka.count()).toEqual([0, 0, 0])
  await before.consumer.disconnect()
  const after = await kafka.fill()
  expect(after.firstOffset).toBe('0')
  expect(await kafka.count()).toEqual([1, 1, 1])
  await after.consumer.disconnect()
  await kafka.admin.disconnect()
  expect(await server.stop()).toBe(0)
})
