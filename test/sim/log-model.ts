import assert from 'node:assert/strict'
import { EngineError } from '../../src/base/errors.ts'
import { makeBatch } from '../../src/engines/log/batch-fixtures.ts'
import type { LogEngine, StoredRecord } from '../../src/engines/log/port.ts'
import {
  CONTROL,
  readBatchHeader,
  TRANSACTIONAL,
} from '../../src/engines/log/segment/record-batch.ts'
import { decodeRecords, openBatch } from '../../src/engines/log/segment/record-decode.ts'

/** What is known of one partition: what was seen or acknowledged, and what its producers are at. */
export interface Expected {
  /** By offset. What is known to be gone is forgotten. */
  readonly records: Map<number, Seen>
  /** The same, with nothing forgotten: from it follows what readers of records see. */
  readonly history: Map<number, Seen>
  /** Where each text is: none may be there twice. */
  readonly offsets: Map<string, number>
  readonly clients: Client[]
  /** What lies before is gone, or may be. */
  trimmedOffset: number
  maybeTrimmedOffset: number
  /** Bumped by each removal: what is there afterwards is another partition. */
  life: number
}

export interface Seen {
  readonly text: string
  readonly timestampMs: number
  /** Of a batch in a transaction, or the marker of one. */
  readonly producerId?: number
  readonly marker?: 'commit' | 'abort'
}

/** A producer that keeps the rules: it sends again, in order, what it has no answer for. */
export interface Client {
  readonly producerId: number
  readonly isTransactional: boolean
  epoch: number
  sequence: number
  pending: Pending[]
  transaction: Transaction | undefined
  /** An end that was asked for and not yet answered. */
  ending: { readonly commit: boolean; readonly epoch: number } | undefined
}

interface Pending {
  readonly texts: ReadonlyArray<string>
  readonly sequence: number
  readonly timestampMs: number
}

interface Transaction {
  state: 'open' | 'committing' | 'aborting' | 'committed' | 'aborted'
}

export interface Model {
  readonly partitions: ReadonlyArray<Expected>
  /** All of the partition was removed. */
  forget(partition: number): void
  append(log: LogEngine, partition: number, sizes: ReadonlyArray<number>): Promise<void>
  produce(log: LogEngine, partition: number, client: number, batches: Sizes): Promise<void>
  end(log: LogEngine, partition: number, client: number, how: End): Promise<void>
  trim(log: LogEngine, partition: number, share: number): Promise<void>
  /** Reads everything there is and compares it with everything that was seen or acknowledged. */
  look(log: LogEngine): Promise<void>
}

type Sizes = ReadonlyArray<ReadonlyArray<number>>
export type End = 'commit' | 'abort' | 'fence'

export const idOf = (partition: number) => ({ topic: 't', partition })
const CLIENTS = [false, true, true]

export function createModel(deps: {
  readonly partitions: number
  readonly retentionMs: number
  readonly nowMs: () => number
}): Model {
  const { retentionMs, nowMs } = deps
  let serial = 0
  let producerId = 0
  const transactions = new Map<string, Transaction>()
  const partitions = Array.from(
    { length: deps.partitions },
    (): Expected => ({
      records: new Map(),
      history: new Map(),
      offsets: new Map(),
      clients: CLIENTS.map(createClient),
      trimmedOffset: 0,
      maybeTrimmedOffset: 0,
      life: 0,
    }),
  )

  function createClient(isTransactional: boolean): Client {
    return {
      producerId: producerId++,
      isTransactional,
      epoch: 0,
      sequence: 0,
      pending: [],
      transaction: undefined,
      ending: undefined,
    }
  }

  const textsOf = (sizes: ReadonlyArray<number>) =>
    sizes.map((size) => `${serial++}:`.padEnd(size, 'x'))

  /** Sends all that has no answer yet, at once, in order. */
  async function send(log: LogEngine, partition: number, client: Client): Promise<void> {
    const one = partitions[partition] as Expected
    const { life } = one
    const sent = [...client.pending]
    let hasFailed = false
    const answers = sent.map(async (pending) => {
      const { texts, sequence, timestampMs } = pending
      const batch = makeBatch({
        records: texts.map((value) => ({ key: null, value, timestampMs })),
        producer: [client.producerId, client.epoch, sequence],
        isTransactional: client.isTransactional,
      })
      try {
        const answer = await log.batches?.append(idOf(partition), batch)
        if (one.life !== life) return
        if (answer?.outcome === 'out-of-order-sequence-number') assert(hasFailed, 'a gap')
        else {
          assert(answer && 'baseOffset' in answer, answer?.outcome)
          const { producerId: id } = client
          const extra = client.isTransactional ? { producerId: id } : {}
          for (const [index, text] of texts.entries()) {
            note(one, answer.baseOffset + index, { text, timestampMs, ...extra })
          }
          client.pending = client.pending.filter((other) => other !== pending)
        }
      } catch (error) {
        refuseStrange(error)
        hasFailed = true
      }
    })
    await Promise.all(answers)
  }

  /** False when it is still open whether the transaction ended. */
  async function settleEnd(log: LogEngine, partition: number, client: Client): Promise<boolean> {
    if (!client.ending) return true
    const one = partitions[partition] as Expected
    const { life } = one
    const { commit, epoch } = client.ending
    const { producerId: id, transaction } = client
    const end = { producerId: id, producerEpoch: epoch, coordinatorEpoch: 0, commit }
    try {
      assert.equal(await log.batches?.endTransaction(idOf(partition), end), 'ended')
    } catch (error) {
      refuseStrange(error)
      return false
    }
    if (one.life !== life) return false
    if (transaction) transaction.state = commit ? 'committed' : 'aborted'
    if (epoch !== client.epoch) client.sequence = 0
    client.epoch = epoch
    client.transaction = undefined
    client.ending = undefined
    return true
  }

  return {
    partitions,
    forget(partition) {
      const one = partitions[partition] as Expected
      one.records.clear()
      one.history.clear()
      one.offsets.clear()
      one.clients.splice(0, one.clients.length, ...CLIENTS.map(createClient))
      one.trimmedOffset = 0
      one.maybeTrimmedOffset = 0
    },
    async append(log, partition, sizes) {
      const timestampMs = nowMs()
      const texts = textsOf(sizes)
      const records = texts.map((text) => ({ key: null, value: Buffer.from(text), timestampMs }))
      const one = partitions[partition] as Expected
      const { life } = one
      try {
        const { baseOffset } = await log.append(idOf(partition), records)
        if (one.life !== life) return
        for (const [at, text] of texts.entries()) note(one, baseOffset + at, { text, timestampMs })
      } catch (error) {
        refuseStrange(error)
      }
    },
    async produce(log, partition, number, batches) {
      const client = partitions[partition]?.clients[number] as Client
      if (client.pending.length > 0) await send(log, partition, client)
      if (client.pending.length > 0 || !(await settleEnd(log, partition, client))) return
      if (client.isTransactional) client.transaction ??= { state: 'open' }
      for (const sizes of batches) {
        const texts = textsOf(sizes)
        if (client.transaction) for (const text of texts) transactions.set(text, client.transaction)
        client.pending.push({ texts, sequence: client.sequence, timestampMs: nowMs() })
        client.sequence += texts.length
      }
      await send(log, partition, client)
    },
    async end(log, partition, number, how) {
      const client = partitions[partition]?.clients[number] as Client
      if (!client.isTransactional || !(await settleEnd(log, partition, client))) return
      if (how === 'fence') client.pending = []
      else if (client.pending.length > 0) await send(log, partition, client)
      if (client.pending.length > 0) return
      client.ending = { commit: how === 'commit', epoch: client.epoch + Number(how === 'fence') }
      if (client.transaction)
        client.transaction.state = how === 'commit' ? 'committing' : 'aborting'
      await settleEnd(log, partition, client)
    },
    async trim(log, partition, share) {
      const one = partitions[partition] as Expected
      const { life } = one
      try {
        const { startOffset, endOffset } = await log.bounds(idOf(partition))
        const offset = startOffset + Math.floor(share * (endOffset - startOffset))
        one.maybeTrimmedOffset = Math.max(one.maybeTrimmedOffset, offset)
        await log.trim(idOf(partition), offset)
        if (one.life === life) one.trimmedOffset = Math.max(one.trimmedOffset, offset)
      } catch (error) {
        refuseStrange(error)
      }
    },
    async look(log) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await lookOnce(log)
        } catch (error) {
          // Retention, which a trim starts, may move the start between two reads.
          if (!(error instanceof EngineError && error.kind === 'invalid' && attempt < 9))
            throw error
        }
      }
    },
  }

  async function lookOnce(log: LogEngine): Promise<void> {
    for (const [partition, one] of partitions.entries()) {
      if (!(await readBatches(log, partition, one))) continue
      const { startOffset, endOffset } = (await log.batches?.bounds(idOf(partition))) ?? fail()
      assert(startOffset >= one.trimmedOffset, 'what was trimmed is back')
      for (const [offset, { timestampMs }] of one.records) {
        assert(offset < endOffset, `the record at ${offset} is lost`)
        if (offset >= startOffset) continue
        const mayBeGone = timestampMs < nowMs() - retentionMs || offset < one.maybeTrimmedOffset
        assert(mayBeGone, `the record at ${offset} is lost`)
        one.records.delete(offset)
      }
      await readRecords(log, partition, one, transactions)
    }
  }
}

function fail(): never {
  throw new Error('there is no view of batches')
}

function refuseStrange(error: unknown): void {
  if (!(error instanceof EngineError)) throw error
  assert(['unavailable', 'full', 'not-found'].includes(error.kind), error.message)
}

function note(one: Expected, offset: number, seen: Seen): void {
  const known = one.history.get(offset)
  if (known) assert.deepEqual({ ...seen }, { ...known })
  one.records.set(offset, seen)
  one.history.set(offset, seen)
  if (seen.marker) return
  assert.equal(one.offsets.get(seen.text) ?? offset, offset, `${seen.text} is there twice`)
  one.offsets.set(seen.text, offset)
}

/** Notes all that the view of batches shows; false when there is no such partition. */
async function readBatches(log: LogEngine, partition: number, one: Expected): Promise<boolean> {
  const id = idOf(partition)
  try {
    await log.bounds(id)
  } catch (error) {
    assert.equal((error as EngineError).kind, 'not-found')
    assert.equal(one.records.size, 0)
    return false
  }
  const { startOffset, endOffset } = (await log.batches?.bounds(id)) ?? fail()
  for (let offset = startOffset; offset < endOffset; ) {
    const request = { offset, bytesMax: 2500, isolation: 'uncommitted' as const }
    const read = (await log.batches?.read(id, request)) ?? fail()
    assert(read.batches.length > 0)
    for (const bytes of read.batches) {
      const header = readBatchHeader(bytes, 0) ?? fail()
      assert(header.baseOffset <= offset && header.endOffset > offset, 'a gap')
      offset = header.endOffset
      const { attributes, producerId } = header
      const extra = (attributes & TRANSACTIONAL) === 0 ? {} : { producerId }
      const records: StoredRecord[] = []
      const opened = openBatch(header, bytes) ?? fail()
      decodeRecords(opened, 0, { recordsLeft: 1e9, bytesLeft: 1e9 }, records)
      for (const { offset: at, key, value, timestampMs } of records) {
        if (at < startOffset) continue
        if ((attributes & CONTROL) === 0) {
          note(one, at, { text: Buffer.from(value ?? '').toString(), timestampMs, ...extra })
        } else {
          const marker = key?.[3] === 1 ? 'commit' : 'abort'
          note(one, at, { text: '', timestampMs, producerId, marker })
        }
      }
    }
  }
  return true
}

/** The view of records must follow from the batches, and from what was told of transactions. */
async function readRecords(
  log: LogEngine,
  partition: number,
  one: Expected,
  transactions: ReadonlyMap<string, Transaction>,
): Promise<void> {
  const id = idOf(partition)
  const { startOffset, endOffset, stableOffset } = (await log.batches?.bounds(id)) ?? fail()
  const found = new Map<number, string>()
  for (let offset = startOffset; offset < stableOffset; ) {
    const batch = await log.read(id, { offset, recordsMax: 7, bytesMax: 2500 })
    for (const record of batch.records) {
      assert(record.offset >= offset && record.offset < batch.nextOffset)
      found.set(record.offset, Buffer.from(record.value ?? '').toString())
    }
    assert(batch.nextOffset > offset)
    assert(batch.records.length > 0 || batch.nextOffset === batch.endOffset)
    offset = batch.nextOffset
  }
  const committed = committedOf(one, endOffset)
  for (const [offset, text] of found) {
    const state = transactions.get(text)?.state ?? 'committed'
    assert(['committed', 'committing'].includes(state), `${text} is seen, but ${state}`)
    assert.equal(one.history.get(offset)?.text, text)
    assert(committed.visible.has(offset), `${text} is seen without a marker`)
  }
  for (const offset of committed.visible) {
    const isWithin = offset >= startOffset && offset < stableOffset
    if (isWithin) assert(found.has(offset), `the committed record at ${offset} is not seen`)
  }
  for (const [offset, { text }] of one.records) {
    const isCommitted = transactions.get(text)?.state === 'committed'
    if (!isCommitted || offset >= stableOffset) continue
    assert(found.has(offset), `the committed record at ${offset} is lost`)
  }
  if (committed.isWhole) {
    assert.equal(stableOffset, Math.max(committed.stableOffset, startOffset))
  }
}

function committedOf(one: Expected, endOffset: number) {
  const visible = new Set<number>()
  const open = new Map<number, number[]>()
  let isWhole = true
  for (let offset = 0; offset < endOffset; offset++) {
    const seen = one.history.get(offset)
    if (!seen) isWhole = false
    else if (seen.producerId === undefined) visible.add(offset)
    else if (seen.marker === undefined) {
      open.set(seen.producerId, [...(open.get(seen.producerId) ?? []), offset])
    } else {
      if (seen.marker === 'commit') {
        for (const one of open.get(seen.producerId) ?? []) visible.add(one)
      }
      open.delete(seen.producerId)
    }
  }
  const stableOffset = Math.min(endOffset, ...[...open.values()].flat())
  return { visible, stableOffset, isWhole }
}
