import { sealed } from '../../../src/engines/log/batch-fixtures.ts'
import type { Script, Side } from './side.ts'
import { batch, makeTopic, produce } from './side.ts'

const DAY_MS = 86_400_000

async function writes(side: Side): Promise<void> {
  await makeTopic(side, 'writes', 2)
  const one = batch(side, ['a'])
  await side.tell('first', produce(side, 'writes', one))
  await side.tell('second', produce(side, 'writes', batch(side, ['b', 'c'])))
  await side.tell('acks 1', produce(side, 'writes', one, { acks: 1 }))
  await side.tell('acks 2', produce(side, 'writes', one, { acks: 2 }))
  await side.tell('acks -2', produce(side, 'writes', one, { acks: -2 }))
  await side.tell('no partition', produce(side, 'writes', one, { partition: 2 }))
  await side.tell('partition -1', produce(side, 'writes', one, { partition: -1 }))
  await side.tell('no topic', produce(side, 'nowhere', one))
  await side.tell('invalid topic', produce(side, 'no/where', one))
  await side.tell('empty topic', produce(side, '', one))
  await side.tell('in an old version', produce(side, 'writes', one, { version: 3 }))
  const two = Buffer.concat([one, one])
  await side.tell('two batches', produce(side, 'writes', two))
  await side.tell('compressed by nothing known', produce(side, 'writes', marked(one, 22, 7)))
  await side.tell('control batch', produce(side, 'writes', marked(one, 22, 0x20)))
  const { responses } = await side.ask('produce', {
    ...{ acks: -1, timeoutMs: 5000 },
    topicData: [
      {
        name: 'writes',
        partitionData: [
          { index: 0, records: [one] },
          { index: 5, records: [one] },
        ],
      },
      { name: 'nowhere', partitionData: [{ index: 0, records: [one] }] },
    ],
  })
  await side.tell('some', responses)
  await side.tell('append time', produce(side, 'writes', marked(one, 22, 0x08)))
  await side.tell('nothing', side.ask('produce', { acks: -1, timeoutMs: 5000, topicData: [] }))
}

/** The batch with a byte changed, and a checksum for it. */
function marked(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = value
  return sealed(copy)
}

async function damagedWrites(side: Side): Promise<void> {
  await makeTopic(side, 'damaged')
  const one = batch(side, ['value'])
  const changed = (change: (copy: Buffer) => void, isSealed = true) => {
    const copy = Buffer.from(one)
    change(copy)
    return isSealed ? sealed(copy) : copy
  }
  const cases: Record<string, Buffer> = {
    'empty records': Buffer.alloc(0),
    'bad checksum': changed((copy) => {
      copy[70] = 1 ^ (copy[70] ?? 0)
    }, false),
    'magic 1': changed((copy) => {
      copy[16] = 1
    }),
    'magic 3': changed((copy) => {
      copy[16] = 3
    }),
    'a half batch': one.subarray(0, 40),
    'a cut batch': one.subarray(0, -2),
    'wrong count': changed((copy) => copy.writeInt32BE(2, 57)),
    'wrong last offset': changed((copy) => copy.writeInt32BE(5, 23)),
    'wrong offset': changed((copy) => copy.writeBigInt64BE(17n, 0)),
    'length too small': changed((copy) => copy.writeInt32BE(10, 8)),
    'no record': changed((copy) => {
      copy.writeInt32BE(0, 57)
      copy.writeInt32BE(-1, 23)
    }),
  }
  for (const [label, bytes] of Object.entries(cases)) {
    const peer = await side.connect()
    const given = { ...side, ask: peer.ask }
    await side.tell(label, produce(given, 'damaged', bytes))
  }
}

async function limitedWrites(side: Side): Promise<void> {
  const one = batch(side, ['value'])
  await makeTopic(side, 'small', 1, { 'max.message.bytes': '200' })
  await side.tell('too large', produce(side, 'small', batch(side, ['x'.repeat(200)])))
  await side.tell('small enough', produce(side, 'small', one))
  const bounds = { 'message.timestamp.before.max.ms': '3600000' }
  await makeTopic(side, 'timed', 1, { ...bounds, 'message.timestamp.after.max.ms': '3600000' })
  const old = batch(side, ['old', 'old too'], { atMs: side.nowMs - DAY_MS })
  await side.tell('too old', produce(side, 'timed', old))
  await side.tell(
    'too new',
    produce(side, 'timed', batch(side, ['x'], { atMs: side.nowMs + DAY_MS })),
  )
  await side.tell('in time', produce(side, 'timed', one))
  await makeTopic(side, 'stamped', 1, { 'message.timestamp.type': 'LogAppendTime' })
  await side.tell('stamped', produce(side, 'stamped', old))
  await makeTopic(side, 'compacted', 1, { 'cleanup.policy': 'compact' })
  await side.tell('without key', produce(side, 'compacted', batch(side, ['a', 'b'], { key: null })))
  await side.tell('with key', produce(side, 'compacted', one))
  await makeTopic(side, 'in-sync', 1, { 'min.insync.replicas': '2' })
  await side.tell('in sync is not asked', produce(side, 'in-sync', one, { acks: 1 }))
  await side.tell('too few in sync', produce(side, 'in-sync', one))
}

async function idempotentWrites(side: Side): Promise<void> {
  await makeTopic(side, 'idempotent')
  const { producerId, producerEpoch } = await side.ask('initProducerId', {
    transactionalId: null,
    transactionTimeoutMs: 60_000,
  })
  await side.tell('id', { producerId, producerEpoch })
  const write = (label: string, epoch: number, sequence: number, count = 1, id = producerId) => {
    const values = Array.from({ length: count }, (_, index) => `v${index}`)
    const bytes = batch(side, values, { producer: [id, epoch, sequence] })
    return side.tell(label, produce(side, 'idempotent', bytes))
  }
  await write('first', 0, 0, 2)
  await write('again', 0, 0, 2)
  await write('part of it', 0, 1)
  await write('next', 0, 2)
  await write('gap', 0, 9)
  await write('newer epoch, wrong sequence', 1, 3)
  await write('newer epoch', 1, 0)
  await write('older epoch', 0, 3)
  await write('older duplicate', 0, 2)
  for (let sequence = 1; sequence < 7; sequence++)
    await write(`one of many ${sequence}`, 1, sequence)
  await write('last', 1, 6)
  await write('fifth from last', 1, 2)
  await write('out of memory', 1, 1)
  await write('unknown id, sequence 0', 0, 0, 1, 900_001)
  await write('unknown id, sequence 5', 0, 5, 1, 900_002)
  await write('negative epoch', -1, 0)
  await write('negative sequence', 1, -1)
  const both = [7, 8].map((sequence) => batch(side, ['x'], { producer: [producerId, 1, sequence] }))
  await side.tell('two batches', produce(side, 'idempotent', Buffer.concat(both)))
  const more = batch(side, ['x'], { producer: [producerId, 1, 9], isTransactional: true })
  await side.tell('marked as transactional', produce(side, 'idempotent', more))
  const described = await side.ask('describeProducers', {
    topics: [
      { name: 'idempotent', partitionIndexes: [0, 1] },
      { name: 'nowhere', partitionIndexes: [0] },
    ],
  })
  const topics = described.topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map(({ activeProducers, ...rest }) => ({
      ...rest,
      activeProducers: activeProducers.filter((one) => one.producerId === producerId),
    })),
  }))
  await side.tell('producers', topics)
}

async function transactionalWrites(side: Side): Promise<void> {
  await makeTopic(side, 'transactional')
  const of = (producer: readonly [number, number, number]) =>
    batch(side, ['x'], { producer, isTransactional: true })
  const given = { transactionalId: 'writer', version: 11 }
  await side.tell('unknown', produce(side, 'transactional', of([77, 0, 0]), given))
  await side.tell('no id', produce(side, 'transactional', of([77, 0, 0])))
  const { producerId: id } = await side.ask('initProducerId', {
    transactionalId: 'writer',
    transactionTimeoutMs: 60_000,
  })
  await side.tell('not added', produce(side, 'transactional', of([id, 0, 0]), given))
  await side.tell('plain', produce(side, 'transactional', batch(side, ['x']), given))
  await side.tell('acks 1', produce(side, 'transactional', of([id, 0, 0]), { ...given, acks: 1 }))
}

export const produceScripts: Readonly<Record<string, Script>> = {
  writes,
  damagedWrites,
  limitedWrites,
  idempotentWrites,
  transactionalWrites,
}
