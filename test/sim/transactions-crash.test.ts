import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { present } from '../../src/base/assert.ts'
import { EngineError } from '../../src/base/errors.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { silentMetrics } from '../../src/base/metrics.ts'
import { createSeededRandom } from '../../src/base/random.ts'
import { createBackground } from '../../src/engines/meta/background.ts'
import type { MetaStore } from '../../src/engines/meta/port.ts'
import type { Producer } from '../../src/services/kafka/transactions/transaction.ts'
import type { Transactions } from '../../src/services/kafka/transactions/transactions.ts'
import { createTransactions } from '../../src/services/kafka/transactions/transactions.ts'
import { createMemoryMeta } from '../support/memory-meta.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const TIMEOUT_MS = 10_000
const PARTITIONS = 3
const GROUPS = 2
/** Actors 0 and 1 are incarnations of one producer, 2 is one by itself. */
const ACTORS = 3
const idOf = (actor: number) => `producer-${actor >> 1}`

const actor = fc.nat({ max: ACTORS - 1 })
const partition = fc.nat({ max: PARTITIONS - 1 })
/** Whether the next step waits for the answer to this one. */
const isAwaited = fc.boolean()
const step = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('init' as const),
      actor,
      isAwaited,
      isRecovery: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      actor,
      isAwaited,
      partitions: fc.uniqueArray(partition, { minLength: 1, maxLength: PARTITIONS }),
      group: fc.option(fc.nat({ max: GROUPS - 1 }), { nil: undefined }),
    }),
  },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('produce' as const), actor, partition }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('offsets' as const),
      actor,
      isAwaited,
      group: fc.nat({ max: GROUPS - 1 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      actor,
      isAwaited,
      commit: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('crash' as const, 'fail' as const),
      /** So many effects later, before or after that effect is on the medium. */
      countdown: fc.nat({ max: 6 }),
      isKept: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.integer({ min: 1, max: 1.5 * TIMEOUT_MS }),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type ActorStep = Extract<Step, { readonly isAwaited: boolean }>

type Entry =
  | { readonly kind: 'data'; readonly producerId: number; readonly tag: number }
  | { readonly kind: 'marker'; readonly producerId: number; readonly commit: boolean }

/** One run of the process: once it has crashed, nothing that it does has an effect any more. */
interface Life {
  crashAfter: number | undefined
  failAfter: number | undefined
  isKept: boolean
  isOver: boolean
}

interface Actor {
  producer: Producer | undefined
  /** The transaction that the actor believes to be in; numbered over all actors. */
  tag: number | undefined
  /** Where it may write, as far as it knows. */
  readonly partitions: Set<number>
  /** How it has asked to end it: it can only ask the same again, or begin anew. */
  ending: boolean | undefined
  pending: Promise<void> | undefined
}

/** What the medium holds, and the processes that come and go over it. */
function createWorld() {
  const { clock, advance } = createVirtualClock()
  const disk = createMemoryMeta()
  const partitions = Array.from({ length: PARTITIONS }, (): Entry[] => [])
  const pended = new Map<string, number[]>()
  const offsets: number[] = []
  /** What producers were told about the end of their transactions. */
  const told = new Map<number, boolean>()
  const commitAsked = new Set<number>()
  const newest = new Map<string, Producer>()

  function effects(life: Life) {
    return async <T>(effect: () => T | Promise<T>): Promise<T> => {
      // Long enough for others to come in between.
      await nextTurn()
      if (life.isOver) throw new EngineError('unavailable', 'the process is gone')
      if (life.crashAfter !== undefined && life.crashAfter-- === 0) {
        life.isOver = true
        if (life.isKept) await effect()
        throw new EngineError('unavailable', 'the process is gone')
      }
      if (life.failAfter !== undefined && life.failAfter-- === 0) {
        life.failAfter = undefined
        throw new EngineError('unavailable', 'for once')
      }
      return effect()
    }
  }

  function metaOf(life: Life): MetaStore {
    const effect = effects(life)
    return {
      ...disk,
      get: (key) => effect(() => disk.get(key)),
      scan: (range) => effect(() => disk.scan(range)),
      commit: (batch) => effect(() => disk.commit(batch)),
    }
  }

  function start() {
    const life: Life = { crashAfter: undefined, failAfter: undefined, isKept: false, isOver: false }
    const effect = effects(life)
    const stop = new AbortController()
    const transactions = createTransactions({
      meta: metaOf(life),
      batches: {
        endTransaction: (at, { producerId, commit }) =>
          effect(() => {
            partitions[at.partition]?.push({ kind: 'marker', producerId, commit })
            return 'ended' as const
          }),
      },
      offsets: {
        pend: (_scope, claim, { producerId }, [offset]) =>
          effect(() => {
            const key = `${claim.groupId} ${producerId}`
            pended.set(key, [...(pended.get(key) ?? []), offset?.offset ?? -1])
            return 'none' as const
          }),
        settle: (_scope, groupId, producerId, commit) =>
          effect(() => {
            const key = `${groupId} ${producerId}`
            if (commit) offsets.push(...(pended.get(key) ?? []))
            pended.delete(key)
          }),
      },
      background: createBackground({
        leases: {
          acquire: async (_name, signal) => ({ signal, fence: 1, release: async () => undefined }),
        },
        clock,
        random: createSeededRandom(1),
        log: silentLogger,
        metrics: silentMetrics,
      }),
      clock,
      log: silentLogger,
    })
    const running = transactions.run(stop.signal)
    return {
      life,
      transactions,
      async stop() {
        stop.abort()
        await running
      },
    }
  }

  return { clock, advance, partitions, pended, offsets, told, commitAsked, newest, start }
}
type World = ReturnType<typeof createWorld>

function createActors(world: World, transactions: () => Transactions) {
  const actors = Array.from(
    { length: ACTORS },
    (): Actor => ({
      producer: undefined,
      tag: undefined,
      partitions: new Set(),
      ending: undefined,
      pending: undefined,
    }),
  )
  let nextTag = 0
  const partitionOf = (number: number) => ({
    topic: 'clicks',
    id: { topic: 'log/clicks', partition: number },
  })

  async function init(it: Actor, id: string, isRecovery: boolean) {
    const held = isRecovery && it.producer ? { held: it.producer } : {}
    const request = { transactionalId: id, timeoutMs: TIMEOUT_MS, ...held }
    giveUp(it)
    const answer = await transactions().coordinator.init(scope, request)
    if (typeof answer === 'string') return
    const before = world.newest.get(id)
    assert.ok(!before || isNewer(answer, before), 'epochs only grow')
    world.newest.set(id, answer)
    it.producer = answer
  }

  function giveUp(it: Actor) {
    it.producer = undefined
    forgetTransaction(it)
  }

  function forgetTransaction(it: Actor) {
    it.tag = undefined
    it.ending = undefined
    it.partitions.clear()
  }

  async function end(it: Actor, id: string, producer: Producer, commit: boolean) {
    const { tag } = it
    if (tag === undefined) return
    it.ending = commit
    if (commit) world.commitAsked.add(tag)
    const answer = await transactions().coordinator.end(scope, id, producer, commit)
    if (answer === 'COORDINATOR_NOT_AVAILABLE' || answer === 'CONCURRENT_TRANSACTIONS') return
    if (answer === 'none') {
      world.told.set(tag, commit)
      forgetTransaction(it)
    } else giveUp(it)
  }

  async function act(step: ActorStep, it: Actor) {
    const id = idOf(step.actor)
    if (step.kind === 'init') return init(it, id, step.isRecovery)
    if (!it.producer) await init(it, id, false)
    const { producer } = it
    if (!producer) return
    if (step.kind === 'end') return end(it, id, producer, it.ending ?? step.commit)
    if (it.ending !== undefined) return
    const { coordinator } = transactions()
    if (step.kind === 'add') {
      it.tag ??= nextTag++
      const added = {
        partitions: step.partitions.map(partitionOf),
        groups: step.group === undefined ? [] : [`group-${step.group}`],
      }
      const answer = await coordinator.add(scope, id, producer, added)
      if (answer === 'none') for (const number of step.partitions) it.partitions.add(number)
      else if (answer === 'PRODUCER_FENCED') giveUp(it)
    } else if (step.kind === 'offsets' && it.tag !== undefined) {
      const groupId = `group-${step.group}`
      const member = { memberId: '', groupInstanceId: null, generationOrEpoch: -1 }
      await coordinator.commitOffsets(scope, id, producer, {
        claim: { groupId, ...member },
        offsets: [{ topic: 'in', partition: 0, offset: it.tag, leaderEpoch: -1, metadata: null }],
      })
    }
  }

  /** Does not wait for what its producer has asked before: it may race with the end. */
  function produce(step: Extract<Step, { kind: 'produce' }>, it: Actor) {
    const id = idOf(step.actor)
    const { producer } = it
    if (!producer) return
    // Mostly where it may, and now and then where it has not asked.
    const number = [...it.partitions][step.partition] ?? step.partition
    if (transactions().gate.admit(scope, id, producer, partitionOf(number).id) !== 'none') return
    const newest = world.newest.get(id)
    assert.ok(it.tag !== undefined && newest && !isNewer(newest, producer), 'a zombie wrote')
    const { producerId } = producer
    world.partitions[number]?.push({ kind: 'data', producerId, tag: it.tag })
  }

  return {
    produce(step: Extract<Step, { kind: 'produce' }>) {
      produce(step, present(actors[step.actor], 'the actor'))
    },
    /** One step of an actor after the other. */
    run(step: ActorStep): Promise<void> {
      const it = present(actors[step.actor], 'the actor')
      const before = it.pending
      it.pending = (async () => {
        await before
        await act(step, it)
      })()
      // Seen again by `settled`, however long that takes.
      it.pending.catch(() => undefined)
      return it.pending
    },
    settled: () => Promise.all(actors.map((it) => it.pending)),
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isNewer(one: Producer, other: Producer): boolean {
  if (one.producerId !== other.producerId) return one.producerId > other.producerId
  return one.producerEpoch > other.producerEpoch
}

/** How every transaction ended in every place where it left something. */
function outcomesOf({ partitions, pended, offsets }: World) {
  const outcomes = new Map<number, Set<'committed' | 'aborted' | 'open'>>()
  const note = (tag: number, outcome: 'committed' | 'aborted' | 'open') =>
    outcomes.set(tag, (outcomes.get(tag) ?? new Set()).add(outcome))
  for (const entries of partitions) {
    entries.forEach((entry, index) => {
      if (entry.kind !== 'data') return
      const marker = entries
        .slice(index)
        .find((one) => one.kind === 'marker' && one.producerId === entry.producerId)
      if (marker?.kind !== 'marker') note(entry.tag, 'open')
      else note(entry.tag, marker.commit ? 'committed' : 'aborted')
    })
  }
  for (const tag of offsets) note(tag, 'committed')
  for (const tags of pended.values()) for (const tag of tags) note(tag, 'open')
  return outcomes
}

/** A step, and for how long what is under way goes on before the next one. */
interface TimedStep {
  readonly step: Step
  readonly turns: number
}

async function check(steps: ReadonlyArray<TimedStep>) {
  const world = createWorld()
  let process = world.start()
  const restart = async () => {
    process.life.isOver = true
    await process.stop()
    process = world.start()
    await world.advance(0)
  }
  const actors = createActors(world, () => process.transactions)
  /** Moves time on only for answers that wait for it. */
  const answered = async (work: Promise<unknown>) => {
    let isDone = false
    const done = work.finally(() => {
      isDone = true
    })
    for (let turn = 0; turn < 10 && !isDone; turn++) await world.advance(0)
    while (!isDone) await world.advance(500)
    await done
  }
  for (const { step, turns } of steps) {
    if (step.kind === 'advance') await world.advance(step.ms)
    else if (step.kind === 'produce') actors.produce(step)
    else if ('isAwaited' in step) {
      const work = actors.run(step)
      if (step.isAwaited) await answered(work)
    } else if (step.kind === 'fail') process.life.failAfter = step.countdown
    else {
      process.life.crashAfter = step.countdown
      process.life.isKept = step.isKept
    }
    for (let turn = 0; turn < turns; turn++) await nextTurn()
    if (process.life.isOver) await restart()
  }
  await answered(actors.settled())
  await restart()
  await world.advance(3 * TIMEOUT_MS)
  await process.stop()
  for (const [tag, outcomes] of outcomesOf(world)) {
    assert.equal(outcomes.size, 1, `transaction ${tag} is ${[...outcomes].join(' and ')}`)
    const [outcome] = outcomes
    assert.notEqual(outcome, 'open', `transaction ${tag} is left open`)
    const told = world.told.get(tag)
    if (told !== undefined) assert.equal(outcome, told ? 'committed' : 'aborted')
    if (!world.commitAsked.has(tag)) assert.equal(outcome, 'aborted')
  }
}

test('a transaction is committed everywhere or nowhere, and as was answered, through any crash', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ step, turns: fc.nat({ max: 3 }) }), {
        minLength: 20,
        maxLength: 80,
        size: 'max',
      }),
      check,
    ),
    {
      seed: 20_261_129,
      numRuns: 400,
      endOnFailure: false,
    },
  )
}, 120_000)
