import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CONSUMER_SESSION_TIMEOUT_MS, GROUP_BYTES_MAX, GROUP_MEMBERS_MAX } from '../limits.ts'
import type { Moment } from '../moment.ts'
import type { Assignment } from './assignment.ts'
import { countOf, intersect, isSame, NOTHING } from './assignment.ts'
import type { ConsumerGroup, TopicImage } from './consumer-group.ts'
import { consumerState, createConsumerGroup } from './consumer-group.ts'
import type { ConsumerHeartbeat, HeartbeatAnswer } from './heartbeat.ts'
import { consumerHeartbeat, consumerLeave, expireConsumers } from './heartbeat.ts'

const topicNames = ['orders', 'clicks', 'views'] as const

function imageOf(counts: Readonly<Record<string, number>>): TopicImage {
  return {
    atMs: 0,
    asked: new Set(topicNames),
    topics: new Map(
      Object.entries(counts).map(([name, partitionCount]) => [
        name,
        { id: `id-${name}`, partitionCount },
      ]),
    ),
    matches: new Map(),
  }
}

function at(monotonicMs: number): Moment {
  return { monotonicMs, wallMs: monotonicMs }
}

function beat(memberId: string, epoch: number, more: Partial<ConsumerHeartbeat> = {}) {
  const isJoin = epoch === 0
  return {
    memberId,
    epoch,
    instanceId: null,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    connectionId: 'connection',
    rackId: null,
    rebalanceTimeoutMs: isJoin ? 60_000 : null,
    topics: isJoin ? ['orders'] : null,
    regex: null,
    assignor: null,
    owned: isJoin ? NOTHING : null,
    ...more,
  }
}

/** The answer, which must be no refusal. */
function accepted(answer: ReturnType<typeof consumerHeartbeat>): HeartbeatAnswer {
  if (answer.error !== 'NONE' || !('epoch' in answer)) throw new Error(JSON.stringify(answer))
  return answer
}

describe('a group of the new protocol', () => {
  const image = imageOf({ orders: 4 })

  test('gives a partition to another member only after the first has given it up', () => {
    const group = createConsumerGroup('g', 0)
    const first = accepted(consumerHeartbeat(group, beat('a', 0), image, at(0)))
    expect(first).toMatchObject({ epoch: 1, assignment: { 'id-orders': [0, 1, 2, 3] } })
    const second = accepted(consumerHeartbeat(group, beat('b', 0), image, at(1)))
    expect(second).toMatchObject({ epoch: 2, assignment: {} })

    const owned = { 'id-orders': [0, 1, 2, 3] }
    const asked = accepted(consumerHeartbeat(group, beat('a', 1, { owned }), image, at(2)))
    expect(asked).toMatchObject({ epoch: 1, assignment: { 'id-orders': [0, 1] } })
    expect(accepted(consumerHeartbeat(group, beat('b', 2), image, at(3))).assignment).toBeNull()

    const given = { 'id-orders': [0, 1] }
    const revoked = accepted(consumerHeartbeat(group, beat('a', 1, { owned: given }), image, at(4)))
    expect(revoked.epoch).toBe(2)
    const got = accepted(consumerHeartbeat(group, beat('b', 2), image, at(5)))
    expect(got).toMatchObject({ epoch: 2, assignment: { 'id-orders': [2, 3] } })
    expect(consumerState(group)).toBe('Stable')
  })

  test('fences a member of a wrong epoch, but takes the epoch whose answer may have been lost', () => {
    const group = createConsumerGroup('g', 0)
    consumerHeartbeat(group, beat('a', 0), image, at(0))
    const refused = consumerHeartbeat(group, beat('a', 7), image, at(1))
    expect(refused.error).toBe('FENCED_MEMBER_EPOCH')
    const topics = ['orders', 'clicks']
    const changed = accepted(consumerHeartbeat(group, beat('a', 1, { topics }), image, at(2)))
    expect(changed.epoch).toBe(2)
    const owned = { 'id-orders': [0, 1] }
    const again = accepted(consumerHeartbeat(group, beat('a', 1, { owned }), image, at(3)))
    expect(again.epoch).toBe(2)
    const stale = consumerHeartbeat(group, beat('a', 1), image, at(4))
    expect(stale.error).toBe('FENCED_MEMBER_EPOCH')
  })

  test('answers UNKNOWN_MEMBER_ID to one that it does not know', () => {
    const group = createConsumerGroup('g', 0)
    const refused = consumerHeartbeat(group, beat('a', 3), image, at(0))
    expect(refused.error).toBe('UNKNOWN_MEMBER_ID')
  })

  test('lets nobody take the place of a static member that has not left, and gives it back what it had', () => {
    const group = createConsumerGroup('g', 0)
    const instanceId = 'one'
    consumerHeartbeat(group, beat('a', 0, { instanceId }), image, at(0))
    const refused = consumerHeartbeat(group, beat('b', 0, { instanceId }), image, at(1))
    expect(refused.error).toBe('UNRELEASED_INSTANCE_ID')
    consumerLeave(group, { memberId: 'a', instanceId, epoch: -2 }, at(2))
    const back = accepted(consumerHeartbeat(group, beat('b', 0, { instanceId }), image, at(3)))
    expect(back).toMatchObject({ epoch: 1, assignment: { 'id-orders': [0, 1, 2, 3] } })
    const fenced = consumerHeartbeat(group, beat('a', 1, { instanceId }), image, at(4))
    expect(fenced.error).toBe('FENCED_INSTANCE_ID')
  })

  test('a static member that does not come back within its session is out', () => {
    const group = createConsumerGroup('g', 0)
    const instanceId = 'one'
    consumerHeartbeat(group, beat('a', 0, { instanceId }), image, at(0))
    consumerLeave(group, { memberId: 'a', instanceId, epoch: -2 }, at(2))
    expireConsumers(group, at(CONSUMER_SESSION_TIMEOUT_MS - 1))
    expect(group.members.size).toBe(1)
    expireConsumers(group, at(CONSUMER_SESSION_TIMEOUT_MS))
    expect(consumerState(group)).toBe('Empty')
  })

  test('a member that does not give up a partition in time is out, and the other gets it', () => {
    const group = createConsumerGroup('g', 0)
    const rebalanceTimeoutMs = 1_000
    consumerHeartbeat(group, beat('a', 0, { rebalanceTimeoutMs }), image, at(0))
    consumerHeartbeat(group, beat('b', 0), image, at(1))
    consumerHeartbeat(group, beat('a', 1, { owned: { 'id-orders': [0, 1, 2, 3] } }), image, at(2))
    consumerHeartbeat(group, beat('a', 1), image, at(900))
    expireConsumers(group, at(1_001))
    expect(group.members.has('a')).toBe(true)
    expireConsumers(group, at(1_002))
    expect(group.members.has('a')).toBe(false)
    const all = accepted(consumerHeartbeat(group, beat('b', 2), image, at(1_003)))
    expect(countOf(all.assignment ?? NOTHING)).toBe(4)
  })

  test('takes as many members as its limit says, and no more', () => {
    const group = createConsumerGroup('g', 0)
    for (let index = 0; index < GROUP_MEMBERS_MAX; index++) {
      accepted(consumerHeartbeat(group, beat(`m${index}`, 0), image, at(index)))
    }
    const refused = consumerHeartbeat(group, beat('late', 0), image, at(9_999))
    expect(refused.error).toBe('GROUP_MAX_SIZE_REACHED')
    accepted(consumerHeartbeat(group, beat('m1', 0), image, at(9_999)))
  })

  test('keeps as many bytes of names as its limit says, and no more', () => {
    const group = createConsumerGroup('g', 0)
    const topicsOf = (bytes: number) => ({ topics: ['x'.repeat(bytes - 'aclient'.length)] })
    accepted(consumerHeartbeat(group, beat('a', 0, topicsOf(GROUP_BYTES_MAX - 100)), image, at(0)))
    const refused = consumerHeartbeat(group, beat('b', 0, topicsOf(101)), image, at(1))
    expect(refused.error).toBe('GROUP_MAX_SIZE_REACHED')
    expect(group.members.size).toBe(1)
    accepted(consumerHeartbeat(group, beat('b', 0, topicsOf(100)), image, at(2)))
  })

  test('assigns anew when a topic gets more partitions', () => {
    const group = createConsumerGroup('g', 0)
    consumerHeartbeat(group, beat('a', 0), image, at(0))
    const more = accepted(consumerHeartbeat(group, beat('a', 1), imageOf({ orders: 6 }), at(1)))
    expect(more).toMatchObject({ epoch: 2, assignment: { 'id-orders': [0, 1, 2, 3, 4, 5] } })
  })
})

/** A client as the protocol wants it, that may be slow, lose answers, or vanish. */
class SimulatedClient {
  readonly id: string
  readonly instanceId: string | null
  epoch = 0
  /** What it reads now. */
  owned: Assignment = NOTHING
  /** What it was told to read; it gets there when it has time. */
  wanted: Assignment = NOTHING
  /** What it last said that it has; null: it has not been heard yet. */
  #said: Assignment | null = null
  /** An answer did not come: the next request, on another connection, says all to learn all. */
  #missed = false
  #connections = 0
  topics: ReadonlyArray<string>

  constructor(id: string, instanceId: string | null, topics: ReadonlyArray<string>) {
    this.id = id
    this.instanceId = instanceId
    this.topics = topics
  }

  request(asksAll: boolean): ConsumerHeartbeat {
    const isFull = asksAll || this.#missed
    const isJoin = this.epoch === 0
    const tells = isJoin || isFull || this.#said === null || !isSame(this.#said, this.owned)
    return beat(this.id, this.epoch, {
      instanceId: this.instanceId,
      connectionId: `${this.id}-${this.#connections}`,
      topics: isJoin || isFull ? this.topics : null,
      rebalanceTimeoutMs: isJoin || isFull ? 10_000 : null,
      owned: tells ? this.owned : null,
    })
  }

  take(request: ConsumerHeartbeat, answer: HeartbeatAnswer): void {
    if (request.owned !== null) this.#said = request.owned
    this.#missed = false
    this.epoch = answer.epoch
    if (answer.assignment) this.wanted = answer.assignment
  }

  miss(): void {
    this.#missed = true
    this.#connections++
  }

  /** Gives up first; only a later step takes what is new. */
  work(): void {
    const kept = intersect(this.owned, this.wanted)
    this.owned = isSame(kept, this.owned) ? this.wanted : kept
  }

  startAnew(): void {
    this.epoch = 0
    this.owned = NOTHING
    this.wanted = NOTHING
    this.#said = null
  }
}

type Step =
  | { readonly do: 'start'; readonly who: number; readonly topics: ReadonlyArray<string> }
  | { readonly do: 'beat'; readonly who: number; readonly lost: boolean; readonly full: boolean }
  | { readonly do: 'work' | 'leave' | 'pause' | 'vanish'; readonly who: number }
  | { readonly do: 'subscribe'; readonly who: number; readonly topics: ReadonlyArray<string> }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'resize'; readonly topic: string; readonly count: number }

const who = fc.nat({ max: 5 })
const topics = fc.subarray([...topicNames], { minLength: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), who, topics }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('beat' as const),
      who,
      lost: fc.boolean(),
      full: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('work' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('vanish' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('subscribe' as const), who, topics }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('resize' as const),
      topic: fc.constantFrom(...topicNames),
      count: fc.nat({ max: 7 }),
    }),
  },
)

class Simulation {
  readonly group: ConsumerGroup = createConsumerGroup('g', 0)
  readonly clients = new Map<number, SimulatedClient>()
  readonly #counts: Record<string, number> = { orders: 3, clicks: 5 }
  #nowMs = 0
  #starts = 0

  run(one: Step): void {
    this.#nowMs++
    if (one.do === 'wait') this.#nowMs += one.ms
    else if (one.do === 'resize') this.#counts[one.topic] = one.count
    else this.#clientStep(one)
    this.settle()
  }

  #clientStep(one: Exclude<Step, { do: 'wait' } | { do: 'resize' }>): void {
    const client = this.clients.get(one.who)
    if (one.do === 'start') {
      if (!client) this.#start(one.who, one.topics)
    } else if (client) {
      if (one.do === 'beat') this.beat(client, one.full, one.lost)
      else if (one.do === 'work') client.work()
      else if (one.do === 'subscribe') this.#subscribe(client, one.topics)
      else this.#end(one.who, client, one.do)
    }
  }

  /** Every third client has a name of its own, under which it comes back. */
  #start(index: number, subscribed: ReadonlyArray<string>): void {
    const instanceId = index % 3 === 0 ? `instance-${index}` : null
    this.clients.set(index, new SimulatedClient(`member-${this.#starts++}`, instanceId, subscribed))
  }

  #subscribe(client: SimulatedClient, subscribed: ReadonlyArray<string>): void {
    client.topics = subscribed
    this.beat(client, true, false)
  }

  #end(index: number, client: SimulatedClient, how: 'leave' | 'pause' | 'vanish'): void {
    this.clients.delete(index)
    if (how === 'vanish' || client.epoch === 0) return
    const { id: memberId, instanceId } = client
    const epoch = how === 'pause' && instanceId !== null ? -2 : -1
    consumerLeave(this.group, { memberId, instanceId, epoch }, at(this.#nowMs))
  }

  beat(client: SimulatedClient, isFull: boolean, isLost: boolean): void {
    const request = client.request(isFull)
    const answer = consumerHeartbeat(this.group, request, imageOf(this.#counts), at(this.#nowMs))
    if (answer.error === 'NONE' && 'epoch' in answer) {
      if (isLost) client.miss()
      else client.take(request, answer)
    } else if (answer.error !== 'UNRELEASED_INSTANCE_ID') {
      client.startAnew()
    }
  }

  /** Time passes for the group; a client whose session ended stops reading by its own clock. */
  settle(): void {
    expireConsumers(this.group, at(this.#nowMs))
    for (const client of this.clients.values()) {
      if (client.epoch > 0 && !this.group.members.has(client.id)) client.startAnew()
    }
  }

  calm(): void {
    for (let round = 0; round < 30; round++) {
      this.#nowMs += 2_000
      this.settle()
      for (const client of this.clients.values()) {
        this.beat(client, false, false)
        client.work()
        client.work()
      }
    }
  }

  /** Every partition that somebody wants, by who reads it. */
  readers(): Map<string, string[]> {
    const readers = new Map<string, string[]>()
    for (const [name, count] of Object.entries(this.#counts)) {
      const isWanted = [...this.clients.values()].some((client) => client.topics.includes(name))
      for (let partition = 0; isWanted && partition < count; partition++) {
        readers.set(`id-${name}:${partition}`, [])
      }
    }
    for (const client of this.clients.values()) {
      for (const key of keysOf(client.owned)) {
        readers.set(key, [...(readers.get(key) ?? []), client.id])
      }
    }
    return readers
  }
}

function keysOf(assignment: Assignment): string[] {
  return Object.entries(assignment).flatMap(([topicId, partitions]) =>
    partitions.map((partition) => `${topicId}:${partition}`),
  )
}

describe('whatever members do, in a group of the new protocol', () => {
  test('no partition is ever read by two, and none is given to two', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const simulation = new Simulation()
        for (const one of steps) {
          simulation.run(one)
          for (const [key, readers] of simulation.readers()) {
            if (readers.length > 1) expect.fail(`${key} is read by ${readers.join()}`)
          }
          const held = [...simulation.group.members.values()].flatMap(({ assigned, revoking }) => [
            ...keysOf(assigned),
            ...keysOf(revoking),
          ])
          expect(new Set(held).size).toBe(held.length)
          expect(simulation.group.owners.size).toBe(held.length)
        }
      }),
      { seed: 848, numRuns: 100 },
    )
  })

  test('once they are quiet, each partition is read by exactly one and the group is stable', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const simulation = new Simulation()
        for (const one of steps) simulation.run(one)
        simulation.calm()
        for (const [key, readers] of simulation.readers()) {
          if (readers.length !== 1) expect.fail(`${key} is read by ${readers.join() || 'nobody'}`)
        }
        const state = consumerState(simulation.group)
        expect(state).toBe(simulation.clients.size === 0 ? 'Empty' : 'Stable')
      }),
      { seed: 848, numRuns: 100 },
    )
  })

  test('epochs never go back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const simulation = new Simulation()
        let last = 0
        for (const one of steps) {
          simulation.run(one)
          expect(simulation.group.epoch).toBeGreaterThanOrEqual(last)
          last = simulation.group.epoch
        }
      }),
      { seed: 848, numRuns: 100 },
    )
  })
})
