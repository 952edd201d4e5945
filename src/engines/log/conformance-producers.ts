import { expect } from 'vitest'
import { EngineError } from '../../base/errors.ts'
import { makeBatch, recordsOf } from './batch-fixtures.ts'
import type { LogAdapter } from './conformance.ts'
import { ended, ID, SETTINGS, testBatches, values, whole } from './conformance-bench.ts'

const NEVER = new AbortController().signal

const kind = (expected: string) => expect.objectContaining({ kind: expected, name: 'EngineError' })

export function knowsProducers(adapter: LogAdapter): void {
  const batch = (sequence: number, count = 1, producer: readonly [number, number] = [7, 0]) =>
    makeBatch({
      records: recordsOf(Array.from({ length: count }, (_, at) => `${sequence + at}`)),
      producer: [...producer, sequence],
    })

  testBatches(adapter, 'what an idempotent producer repeats is appended once', async (opened) => {
    const { log, batches } = opened
    for (const [index, sequence] of [0, 2, 4, 6, 8, 10].entries()) {
      const appended = { outcome: 'appended', baseOffset: 2 * index }
      expect(await batches.append(ID, batch(sequence, 2))).toEqual(appended)
    }
    for (const sequence of [2, 6, 10]) {
      const duplicate = { outcome: 'duplicate', baseOffset: sequence }
      expect(await batches.append(ID, batch(sequence, 2))).toEqual(duplicate)
    }
    const gap = { outcome: 'out-of-order-sequence-number' }
    // Only the last five batches are known; and these are not the batches that were sent.
    expect(await batches.append(ID, batch(0, 2))).toEqual(gap)
    expect(await batches.append(ID, batch(10, 1))).toEqual(gap)
    expect(await batches.append(ID, batch(13))).toEqual(gap)
    expect(await values(log)).toHaveLength(12)
    const together = [batch(12), batch(12), batch(13), batch(15)].map((one) =>
      batches.append(ID, one),
    )
    expect(await Promise.all(together)).toEqual([
      { outcome: 'appended', baseOffset: 12 },
      { outcome: 'duplicate', baseOffset: 12 },
      { outcome: 'appended', baseOffset: 13 },
      gap,
    ])
  })

  testBatches(
    adapter,
    'sequence numbers go on at 0 behind the largest one',
    async ({ batches }) => {
      // Of a producer that is not known the first number may be any.
      expect(await batches.append(ID, batch(0x7ffffffe, 4))).toMatchObject({ outcome: 'appended' })
      expect(await batches.append(ID, batch(0x7ffffffe, 4))).toMatchObject({ outcome: 'duplicate' })
      expect(await batches.append(ID, batch(2))).toMatchObject({ outcome: 'appended' })
      expect(await batches.producers(ID)).toMatchObject([{ producerId: 7, lastSequence: 2 }])
    },
  )

  testBatches(
    adapter,
    'a later epoch starts at 0 and shuts the earlier ones out',
    async ({ batches }) => {
      await batches.append(ID, batch(0, 3))
      const gap = { outcome: 'out-of-order-sequence-number' }
      expect(await batches.append(ID, batch(3, 1, [7, 1]))).toEqual(gap)
      expect(await batches.append(ID, batch(0, 1, [7, 1]))).toMatchObject({ outcome: 'appended' })
      expect(await batches.append(ID, batch(3))).toEqual({ outcome: 'invalid-producer-epoch' })
      expect(await batches.append(ID, batch(0, 1, [8, 0]))).toMatchObject({ outcome: 'appended' })
      const known = await batches.producers(ID)
      expect(known.map((one) => [one.producerId, one.producerEpoch])).toEqual([
        [7, 1],
        [8, 0],
      ])
    },
  )

  testBatches(adapter, 'producers are known again after a reopening', async (first) => {
    for (let sequence = 0; sequence < 6; sequence++) await first.batches.append(ID, batch(sequence))
    let opened = await first.reopen()
    expect(await opened.batches.append(ID, batch(3))).toEqual({
      outcome: 'duplicate',
      baseOffset: 3,
    })
    expect(await opened.batches.append(ID, batch(6))).toEqual({
      outcome: 'appended',
      baseOffset: 6,
    })
    opened = await first.reopen()
    expect(await opened.batches.append(ID, batch(6))).toEqual({
      outcome: 'duplicate',
      baseOffset: 6,
    })
    const gap = { outcome: 'out-of-order-sequence-number' }
    expect(await opened.batches.append(ID, batch(8))).toEqual(gap)
  })

  testBatches(adapter, 'a producer that is silent for a day is forgotten', async ({ batches }) => {
    await batches.append(ID, batch(0))
    await adapter.advance(90_000_000)
    await expect.poll(() => batches.producers(ID)).toEqual([])
    expect(await batches.append(ID, batch(5))).toMatchObject({ outcome: 'appended' })
  })
}

export function keepsTransactions(adapter: LogAdapter): void {
  const batch = (value: string, producer: readonly [number, number, number]) =>
    makeBatch({ records: recordsOf([value]), producer, isTransactional: true })

  testBatches(
    adapter,
    'a transaction is seen once it is committed, and then whole',
    async (opened) => {
      const { log, batches } = opened
      await batches.append(ID, makeBatch({ records: recordsOf(['before']) }))
      await batches.append(ID, batch('a', [7, 0, 0]))
      await batches.append(ID, makeBatch({ records: recordsOf(['between']) }))
      await batches.append(ID, batch('b', [7, 0, 1]))
      expect(await values(log)).toEqual(['before'])
      expect((await log.bounds(ID)).endOffset).toBe(1)
      expect(await log.offsetAt(ID, 0)).toBe(0)
      expect(await log.offsetAt(ID, 5000)).toBe(1)
      expect(await batches.bounds(ID)).toEqual({ startOffset: 0, endOffset: 4, stableOffset: 1 })
      expect((await whole(batches, 0, 'committed')).batches).toHaveLength(1)
      expect(Buffer.concat((await whole(batches, 1, 'uncommitted')).batches)).not.toHaveLength(0)
      expect((await whole(batches, 1, 'committed')).batches).toEqual([])
      let woken = false
      const waiting = log.waitFor(ID, 1, NEVER).then(() => {
        woken = true
      })
      await batches.waitFor(ID, 3, 'uncommitted', NEVER)
      expect(woken).toBe(false)
      expect(await batches.endTransaction(ID, ended([7, 0], true))).toBe('ended')
      await waiting
      expect(await values(log)).toEqual(['before', 'a', 'between', 'b'])
      expect(await log.read(ID, { offset: 3, recordsMax: 1, bytesMax: 1 })).toMatchObject({
        nextOffset: 5,
        endOffset: 5,
      })
      expect(await whole(batches, 0, 'committed')).toMatchObject({ stableOffset: 5, aborted: [] })
    },
  )

  testBatches(
    adapter,
    'an aborted transaction is never seen, and told to readers of batches',
    async (opened) => {
      const { log, batches } = opened
      await batches.append(ID, batch('aborted', [7, 0, 0]))
      await batches.append(ID, batch('open', [8, 0, 0]))
      expect(await batches.endTransaction(ID, ended([7, 0], false))).toBe('ended')
      expect((await log.bounds(ID)).endOffset).toBe(1)
      expect(await log.read(ID, { offset: 0, recordsMax: 9, bytesMax: 999 })).toEqual({
        records: [],
        nextOffset: 1,
        endOffset: 1,
      })
      await batches.endTransaction(ID, ended([8, 0], true))
      await batches.append(ID, batch('next', [7, 0, 1]))
      await batches.endTransaction(ID, ended([7, 0], true))
      expect(await values(log)).toEqual(['open', 'next'])
      const aborted = [{ producerId: 7, firstOffset: 0 }]
      expect((await whole(batches, 0, 'committed')).aborted).toEqual(aborted)
      expect((await whole(batches, 2, 'committed')).aborted).toEqual(aborted)
      expect((await whole(batches, 3, 'committed')).aborted).toEqual([])
      expect((await whole(batches, 0, 'uncommitted')).aborted).toEqual([])
      const again = await opened.reopen()
      expect(await values(again.log)).toEqual(['open', 'next'])
      expect((await whole(again.batches, 0, 'committed')).aborted).toEqual(aborted)
    },
  )

  testBatches(adapter, 'a transaction stays open over a reopening', async (first) => {
    await first.batches.append(ID, batch('a', [7, 0, 0]))
    const { log, batches } = await first.reopen()
    expect(await values(log)).toEqual([])
    expect(await batches.producers(ID)).toMatchObject([{ transactionStartOffset: 0 }])
    await batches.append(ID, batch('b', [7, 0, 1]))
    await batches.endTransaction(ID, ended([7, 0], true))
    expect(await values(log)).toEqual(['a', 'b'])
  })
}

export function endsTransactions(adapter: LogAdapter): void {
  const batch = (value: string, isTransactional: boolean, sequence: number, epoch = 0) =>
    makeBatch({ records: recordsOf([value]), producer: [7, epoch, sequence], isTransactional })

  testBatches(
    adapter,
    'a later epoch ends a transaction and shuts its producer out',
    async (opened) => {
      const { log, batches } = opened
      await batches.append(ID, batch('a', true, 0))
      expect(await batches.endTransaction(ID, ended([7, 1], false))).toBe('ended')
      expect(await batches.append(ID, batch('b', true, 1))).toEqual({
        outcome: 'invalid-producer-epoch',
      })
      expect(await batches.endTransaction(ID, ended([7, 0], true))).toBe('invalid-producer-epoch')
      expect(await batches.append(ID, batch('c', true, 0, 1))).toMatchObject({
        outcome: 'appended',
      })
      await batches.endTransaction(ID, ended([7, 1], true))
      expect(await values(log)).toEqual(['c'])
    },
  )

  testBatches(adapter, 'a marker without a transaction does nothing', async ({ log, batches }) => {
    expect(await batches.endTransaction(ID, ended([9, 3], false))).toBe('ended')
    await batches.append(ID, batch('a', false, 0))
    expect(await batches.endTransaction(ID, ended([7, 0], false))).toBe('ended')
    expect(await values(log)).toEqual(['a'])
    expect((await batches.bounds(ID)).stableOffset).toBe((await batches.bounds(ID)).endOffset)
  })

  testBatches(adapter, 'a partition with an open transaction cannot be closed', async (opened) => {
    const { log, batches } = opened
    await batches.append(ID, batch('a', true, 0))
    const closing = () => log.ensurePartition(ID, { ...SETTINGS, closed: true })
    await expect(closing()).rejects.toEqual(kind('conflict'))
    await expect(batches.append(ID, batch('b', false, 1))).rejects.toBeInstanceOf(EngineError)
    await batches.endTransaction(ID, ended([7, 0], true))
    await closing()
    expect(await values(log)).toEqual(['a'])
  })
}
