import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  GROUP_BYTES_MAX,
  GROUP_MEMBERS_MAX,
  INITIAL_REBALANCE_DELAY_MS,
  JOIN_PHASE_AGAIN_MS_MIN,
  NEW_MEMBER_JOIN_TIMEOUT_MS,
} from '../limits.ts'
import type { Moment } from '../moment.ts'
import type { ClassicGroup, JoinAnswer, SyncAnswer } from './classic-group.ts'
import { createClassicGroup } from './classic-group.ts'
import type { JoinRequest } from './join.ts'
import { join } from './join.ts'
import { commitError, expire, heartbeat, leave, sync } from './membership.ts'
import { subscribedTopics } from './subscription.ts'

const SESSION_MS = 10_000
const REBALANCE_MS = 60_000

function at(monotonicMs: number): Moment {
  return { monotonicMs, wallMs: monotonicMs }
}

/** Keeps the answer to one request. */
function createReply<T>() {
  const answers: T[] = []
  return {
    answers,
    reply: {
      answer(value: T) {
        answers.push(value)
      },
      fail(error: unknown) {
        throw error
      },
    },
  }
}

let ids = 0

function joinRequest(more: Partial<JoinRequest> = {}): JoinRequest {
  return {
    memberId: '',
    newMemberId: `member-${ids++}`,
    instanceId: null,
    clientId: 'client',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('m') }],
    needsKnownId: false,
    knowsSkipAssignment: true,
    ...more,
  }
}

function asks(group: ClassicGroup, request: Partial<JoinRequest>, nowMs: number): JoinAnswer[] {
  const { reply, answers } = createReply<JoinAnswer>()
  join(group, joinRequest(request), reply, at(nowMs))
  return answers
}

function syncs(
  group: ClassicGroup,
  { memberId, generation }: JoinAnswer,
  assignments: ReadonlyMap<string, Buffer>,
  nowMs: number,
  instanceId: string | null = null,
): SyncAnswer[] {
  const { reply, answers } = createReply<SyncAnswer>()
  const request = { memberId, generation, instanceId, protocolType: null, protocolName: null }
  sync(group, { ...request, assignments }, reply, at(nowMs))
  return answers
}

/** A group of which the first member leads, stable at 1,000 ms. */
function stableGroup(count: number, requests: ReadonlyArray<Partial<JoinRequest>> = []) {
  const group = createClassicGroup('g', 0)
  const waiting = Array.from({ length: count }, (_, index) => asks(group, requests[index] ?? {}, 0))
  expire(group, at(INITIAL_REBALANCE_DELAY_MS))
  expire(group, at(2 * INITIAL_REBALANCE_DELAY_MS))
  const joined = waiting.map(([answer]) => present(answer))
  const given = new Map(joined.map(({ memberId }) => [memberId, Buffer.from(memberId)]))
  joined.forEach((answer, index) => {
    syncs(group, answer, given, 1_000, requests[index]?.instanceId ?? null)
  })
  expect(group.state).toBe('Stable')
  return { group, joined }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no answer')
  return value
}

function claimOf({ memberId, generation }: JoinAnswer) {
  return { memberId, generation, instanceId: null }
}

describe('a group of the classic protocol', () => {
  test('waits for more members at first, then tells the leader of all of them', () => {
    const group = createClassicGroup('g', 0)
    const first = asks(group, { newMemberId: 'a' }, 0)
    const second = asks(group, { newMemberId: 'b' }, 100)
    expire(group, at(INITIAL_REBALANCE_DELAY_MS))
    expect([first, second]).toEqual([[], []])
    expire(group, at(2 * INITIAL_REBALANCE_DELAY_MS))
    expect(first).toMatchObject([{ error: 'NONE', generation: 1, leaderId: 'a' }])
    expect(first[0]?.members.map(({ memberId }) => memberId)).toEqual(['a', 'b'])
    expect(second).toMatchObject([{ generation: 1, leaderId: 'a', members: [] }])
  })

  test('gives out an id first where the client can ask again, and forgets it after a session', () => {
    const group = createClassicGroup('g', 0)
    const [required] = asks(group, { needsKnownId: true, newMemberId: 'a' }, 0)
    expect(required).toMatchObject({ error: 'MEMBER_ID_REQUIRED', memberId: 'a' })
    expect(asks(group, { needsKnownId: true, memberId: 'a' }, 1)).toEqual([])
    asks(group, { needsKnownId: true, newMemberId: 'late' }, 2)
    expire(group, at(SESSION_MS + 2))
    const [lapsed] = asks(group, { needsKnownId: true, memberId: 'late' }, SESSION_MS + 3)
    expect(lapsed?.error).toBe('UNKNOWN_MEMBER_ID')
  })

  test('chooses the protocol that most members like best among those that all know', () => {
    const bytes = Buffer.from('m')
    const named = (...names: string[]) => ({
      protocols: names.map((name) => ({ name, metadata: bytes })),
    })
    const { joined } = stableGroup(3, [
      named('sticky', 'range'),
      named('range', 'sticky'),
      named('roundrobin', 'range', 'sticky'),
    ])
    expect(joined.map(({ protocolName }) => protocolName)).toEqual(['range', 'range', 'range'])
  })

  test('refuses a member that shares no protocol with the others', () => {
    const { group } = stableGroup(1)
    const protocols = [{ name: 'other', metadata: Buffer.alloc(0) }]
    expect(asks(group, { protocols }, 2_000)[0]?.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(asks(group, { protocolType: 'connect' }, 2_000)[0]?.error).toBe(
      'INCONSISTENT_GROUP_PROTOCOL',
    )
  })

  test('tells members of a rebalance by their heartbeats, and leaves out who does not join again', () => {
    const { group, joined } = stableGroup(2)
    const [leader, other] = [present(joined[0]), present(joined[1])]
    expect(heartbeat(group, claimOf(leader), at(2_000))).toBe('NONE')
    const third = asks(group, { newMemberId: 'c' }, 3_000)
    expect(heartbeat(group, claimOf(leader), at(3_001))).toBe('REBALANCE_IN_PROGRESS')
    const again = asks(group, { memberId: other.memberId }, 3_002)
    for (let nowMs = 4_000; nowMs < 3_000 + REBALANCE_MS; nowMs += 4_000) {
      heartbeat(group, claimOf(leader), at(nowMs))
      expire(group, at(nowMs))
    }
    expect([third, again]).toEqual([[], []])
    expire(group, at(3_000 + REBALANCE_MS))
    expect(again).toMatchObject([{ generation: 2, leaderId: other.memberId }])
    expect(third).toMatchObject([{ generation: 2 }])
    expect(heartbeat(group, claimOf(leader), at(70_000))).toBe('UNKNOWN_MEMBER_ID')
  })

  test('answers claims of another generation with ILLEGAL_GENERATION', () => {
    const { group, joined } = stableGroup(1)
    const claim = { ...claimOf(present(joined[0])), generation: 9 }
    expect(heartbeat(group, claim, at(2_000))).toBe('ILLEGAL_GENERATION')
    expect(commitError(group, claim, false)).toBe('ILLEGAL_GENERATION')
    expect(syncs(group, { ...present(joined[0]), generation: 9 }, new Map(), 2_000)).toMatchObject([
      { error: 'ILLEGAL_GENERATION' },
    ])
  })

  test('removes a member that is not heard of for its session, and one that leaves at once', () => {
    const { group, joined } = stableGroup(2)
    const [first, second] = [present(joined[0]), present(joined[1])]
    heartbeat(group, claimOf(first), at(9_000))
    expire(group, at(1_000 + SESSION_MS))
    expect([...group.members.keys()]).toEqual([first.memberId])
    expect(heartbeat(group, claimOf(second), at(12_000))).toBe('UNKNOWN_MEMBER_ID')
    const errors = leave(
      group,
      [
        { memberId: first.memberId, instanceId: null },
        { memberId: 'nobody', instanceId: null },
      ],
      at(12_001),
    )
    expect(errors).toEqual(['NONE', 'UNKNOWN_MEMBER_ID'])
    expect(group).toMatchObject({ state: 'Empty', generation: 2 })
  })

  test('a static member comes back under a new id without a rebalance, and fences the old one', () => {
    const { group, joined } = stableGroup(2, [{ instanceId: 'one' }, { instanceId: 'two' }])
    const old = present(joined[0])
    const [back] = asks(group, { instanceId: 'one', newMemberId: 'again' }, 2_000)
    expect(back).toMatchObject({
      error: 'NONE',
      generation: 1,
      memberId: 'again',
      leaderId: 'again',
      skipAssignment: true,
    })
    const [kept] = syncs(group, present(back), new Map(), 2_001, 'one')
    expect(kept?.assignment.toString()).toBe(old.memberId)
    const stale = { ...claimOf(old), instanceId: 'one' }
    expect(heartbeat(group, stale, at(2_002))).toBe('FENCED_INSTANCE_ID')
    expect(group.changed).toBe(true)
  })

  test('an old client that leads as a static member is not told so when it comes back', () => {
    const { group, joined } = stableGroup(1, [{ instanceId: 'one' }])
    const [back] = asks(
      group,
      { instanceId: 'one', newMemberId: 'again', knowsSkipAssignment: false },
      2_000,
    )
    expect(back).toMatchObject({ leaderId: present(joined[0]).memberId, members: [] })
  })

  test('an administrator removes a static member by its instance id alone', () => {
    const { group } = stableGroup(2, [{ instanceId: 'one' }, { instanceId: 'two' }])
    const errors = leave(
      group,
      [
        { memberId: '', instanceId: 'one' },
        { memberId: '', instanceId: 'three' },
        { memberId: 'wrong', instanceId: 'two' },
      ],
      at(2_000),
    )
    expect(errors).toEqual(['NONE', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'])
  })

  test('members that never ask for their assignment are out after the rebalance timeout', () => {
    const group = createClassicGroup('g', 0)
    const first = asks(group, {}, 0)
    const second = asks(group, {}, 0)
    expire(group, at(INITIAL_REBALANCE_DELAY_MS))
    expire(group, at(2 * INITIAL_REBALANCE_DELAY_MS))
    const follower = present(second[0])
    const waiting = syncs(group, follower, new Map(), 1_000)
    for (let nowMs = 4_000; nowMs <= REBALANCE_MS + 4_000; nowMs += 4_000) {
      heartbeat(group, claimOf(present(first[0])), at(nowMs))
      expire(group, at(nowMs))
    }
    expect(waiting).toMatchObject([{ error: 'REBALANCE_IN_PROGRESS' }])
    expect([...group.members.keys()]).toEqual([follower.memberId])
  })

  test('a second JoinGroup of a member takes the place of the first, which is answered', () => {
    const { group, joined } = stableGroup(2)
    const { memberId } = present(joined[0])
    const first = asks(group, { memberId }, 2_000)
    const second = asks(group, { memberId }, 2_001)
    expect(first).toMatchObject([{ error: 'REBALANCE_IN_PROGRESS' }])
    asks(group, { memberId: present(joined[1]).memberId }, 2_002)
    expect(second).toMatchObject([{ error: 'NONE', generation: 2 }])
  })

  test('takes as many members as its limit says, and no more', () => {
    const group = createClassicGroup('g', 0)
    const waiting = Array.from({ length: GROUP_MEMBERS_MAX }, () => asks(group, {}, 0))
    expect(asks(group, {}, 0)[0]?.error).toBe('GROUP_MAX_SIZE_REACHED')
    expect(asks(group, { needsKnownId: true }, 0)[0]?.error).toBe('GROUP_MAX_SIZE_REACHED')
    expire(group, at(INITIAL_REBALANCE_DELAY_MS))
    expire(group, at(2 * INITIAL_REBALANCE_DELAY_MS))
    expect(waiting.every(([answer]) => answer?.error === 'NONE')).toBe(true)
    expect(asks(group, {}, 1_000)[0]?.error).toBe('GROUP_MAX_SIZE_REACHED')
  })

  test('keeps as many bytes of metadata as its limit says, and no more', () => {
    const group = createClassicGroup('g', 0)
    const protocolsOf = (bytes: number) => [
      { name: 'range', metadata: Buffer.alloc(bytes - 'rangeclient'.length) },
    ]
    asks(group, { protocols: protocolsOf(GROUP_BYTES_MAX - 100) }, 0)
    expect(asks(group, { protocols: protocolsOf(101) }, 0)[0]?.error).toBe('GROUP_MAX_SIZE_REACHED')
    expect(asks(group, { protocols: protocolsOf(100) }, 0)).toEqual([])
  })

  test('a member that outgrows the limit of bytes is out, and the others share anew', () => {
    const { group, joined } = stableGroup(2)
    group.changed = false
    const [leaves, stays] = joined.map(({ memberId }) => memberId)
    const protocols = [{ name: 'range', metadata: Buffer.alloc(GROUP_BYTES_MAX + 1) }]
    expect(asks(group, { memberId: present(leaves), protocols }, 2_000)).toMatchObject([
      { error: 'GROUP_MAX_SIZE_REACHED' },
    ])
    expect([...group.members.keys()]).toEqual([stays])
    expect(group).toMatchObject({ state: 'PreparingRebalance', changed: true })
    expect(asks(group, { memberId: present(stays) }, 2_001)).toMatchObject([{ generation: 2 }])
  })

  test('a group whose last member outgrows the limit of bytes is empty', () => {
    const { group, joined } = stableGroup(1)
    const protocols = [{ name: 'range', metadata: Buffer.alloc(GROUP_BYTES_MAX + 1) }]
    asks(group, { memberId: present(joined[0]).memberId, protocols }, 2_000)
    expect(group).toMatchObject({ state: 'Empty', changed: true })
  })

  test.each([0, -1, JOIN_PHASE_AGAIN_MS_MIN])(
    'a rebalance timeout of %i ms leaves static members time between two join phases',
    (rebalanceTimeoutMs) => {
      const { group } = stableGroup(3, [{}, { instanceId: 'a' }, { instanceId: 'b' }])
      for (const member of group.members.values()) member.rebalanceTimeoutMs = rebalanceTimeoutMs
      const memberId = present([...group.members.keys()][0])
      leave(group, [{ memberId, instanceId: null }], at(2_000))
      const nowMs = 2_000 + JOIN_PHASE_AGAIN_MS_MIN
      expire(group, at(nowMs))
      expect(group).toMatchObject({
        state: 'PreparingRebalance',
        earliestMs: nowMs + JOIN_PHASE_AGAIN_MS_MIN,
      })
    },
  )

  test('refuses assignments of more bytes than its limit, and lets the members join again', () => {
    const { group, joined } = stableGroup(1)
    const { memberId } = present(joined[0])
    const [again] = asks(group, { memberId }, 2_000)
    const large = new Map([[memberId, Buffer.alloc(GROUP_BYTES_MAX + 1)]])
    expect(syncs(group, present(again), large, 2_001)).toMatchObject([
      { error: 'UNKNOWN_SERVER_ERROR' },
    ])
    const [third] = asks(group, { memberId }, 2_002)
    const fits = new Map([[memberId, Buffer.alloc(GROUP_BYTES_MAX)]])
    expect(syncs(group, present(third), fits, 2_003)).toMatchObject([{ error: 'NONE' }])
  })

  test('commits are for members of this generation, or for anybody while it is empty', () => {
    const { group, joined } = stableGroup(1)
    const nobody = { memberId: '', instanceId: null, generation: -1 }
    expect(commitError(group, nobody, false)).toBe('UNKNOWN_MEMBER_ID')
    expect(commitError(group, nobody, true)).toBe('NONE')
    expect(commitError(group, claimOf(present(joined[0])), false)).toBe('NONE')
    expect(commitError(createClassicGroup('h', 0), nobody, false)).toBe('NONE')
    asks(group, { memberId: present(joined[0]).memberId }, 2_000)
    const claim = { ...claimOf(present(joined[0])), generation: 2 }
    expect(commitError(group, claim, false)).toBe('REBALANCE_IN_PROGRESS')
    expect(commitError(group, claim, true)).toBe('NONE')
  })
})

test('the topics of a subscription are read from its bytes, and from no others', () => {
  const name = (text: string) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)])
  const head = Buffer.from([0, 1, 0, 0, 0, 2])
  const metadata = Buffer.concat([head, name('orders'), name('clicks'), Buffer.alloc(8)])
  expect(subscribedTopics(metadata)).toEqual(['orders', 'clicks'])
  expect(subscribedTopics(metadata.subarray(0, 12))).toBeUndefined()
  expect(subscribedTopics(Buffer.alloc(3))).toBeUndefined()
})

/** A client of the classic protocol, that may be slow or vanish with a request under way. */
class SimulatedClient {
  memberId = ''
  generation = -1
  joining: { readonly sinceMs: number; readonly answers: JoinAnswer[] } | undefined
  syncing: { readonly sinceMs: number; readonly answers: SyncAnswer[] } | undefined
  joined: JoinAnswer | undefined
  assignment: string | undefined
  readonly instanceId: string | null

  constructor(instanceId: string | null) {
    this.instanceId = instanceId
  }
}

type Step =
  | { readonly do: 'go' | 'leave' | 'vanish'; readonly who: number }
  | { readonly do: 'rejoin'; readonly who: number }
  | { readonly do: 'wait'; readonly ms: number }

const who = fc.nat({ max: 5 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ do: fc.constant('go' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rejoin' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'vanish'), who }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(8_000) }) },
)

/** One that waits is answered after the longest of all timeouts, however bad things are. */
const PATIENCE_MS = NEW_MEMBER_JOIN_TIMEOUT_MS + REBALANCE_MS + SESSION_MS

class Simulation {
  readonly group = createClassicGroup('g', 0)
  readonly clients = new Map<number, SimulatedClient>()
  readonly abandoned: SimulatedClient[] = []
  readonly answers: JoinAnswer[] = []
  #nowMs = 0
  #ids = 0

  run(one: Step): void {
    if (one.do === 'wait') {
      this.#nowMs += one.ms
      expire(this.group, at(this.#nowMs))
    } else {
      const client = this.clients.get(one.who) ?? this.#start(one.who)
      if (one.do === 'go') this.go(client)
      else if (one.do === 'rejoin') this.#join(client)
      else this.#end(one.who, client, one.do === 'leave')
    }
    this.#checkWaits()
  }

  #start(index: number): SimulatedClient {
    const client = new SimulatedClient(index % 3 === 0 ? `instance-${index}` : null)
    this.clients.set(index, client)
    return client
  }

  #end(index: number, client: SimulatedClient, says: boolean): void {
    this.clients.delete(index)
    this.abandoned.push(client)
    const { memberId, instanceId } = client
    if (says && memberId !== '') leave(this.group, [{ memberId, instanceId }], at(this.#nowMs))
  }

  /** What a client does next: takes its answer, or asks what is to be asked. */
  go(client: SimulatedClient): void {
    if (client.joining) this.#takeJoin(client, client.joining.answers[0])
    else if (client.syncing) this.#takeSync(client, client.syncing.answers[0])
    else if (client.generation < 0) this.#join(client)
    else if (client.assignment === undefined) this.#sync(client)
    else this.#heartbeat(client)
  }

  #join(client: SimulatedClient): void {
    const { reply, answers } = createReply<JoinAnswer>()
    client.joining = { sinceMs: this.#nowMs, answers }
    client.syncing = undefined
    const request = joinRequest({
      memberId: client.memberId,
      newMemberId: `m${this.#ids++}`,
      instanceId: client.instanceId,
      needsKnownId: client.instanceId === null,
    })
    join(this.group, request, reply, at(this.#nowMs))
  }

  #takeJoin(client: SimulatedClient, answer: JoinAnswer | undefined): void {
    if (!answer) return
    client.joining = undefined
    if (answer.error === 'NONE') {
      this.answers.push(answer)
      client.memberId = answer.memberId
      client.generation = answer.generation
      client.joined = answer
      client.assignment = undefined
    } else if (answer.error === 'MEMBER_ID_REQUIRED') {
      client.memberId = answer.memberId
    } else {
      this.#startAnew(client, answer.error)
    }
  }

  #sync(client: SimulatedClient): void {
    const { joined, memberId, generation, instanceId } = client
    if (!joined) return
    const { reply, answers } = createReply<SyncAnswer>()
    client.syncing = { sinceMs: this.#nowMs, answers }
    const assignments = new Map(
      joined.members.map((one) => [one.memberId, Buffer.from(`${generation}/${one.memberId}`)]),
    )
    const request = { memberId, generation, instanceId, protocolType: null, protocolName: null }
    sync(this.group, { ...request, assignments }, reply, at(this.#nowMs))
  }

  #takeSync(client: SimulatedClient, answer: SyncAnswer | undefined): void {
    if (!answer) return
    client.syncing = undefined
    if (answer.error === 'NONE') client.assignment = answer.assignment.toString()
    else this.#startAnew(client, answer.error)
  }

  #heartbeat(client: SimulatedClient): void {
    const { memberId, generation, instanceId } = client
    const error = heartbeat(this.group, { memberId, generation, instanceId }, at(this.#nowMs))
    if (error !== 'NONE') this.#startAnew(client, error)
  }

  #startAnew(client: SimulatedClient, error: string): void {
    client.generation = -1
    if (error !== 'REBALANCE_IN_PROGRESS') client.memberId = ''
  }

  #checkWaits(): void {
    for (const { joining, syncing } of [...this.clients.values(), ...this.abandoned]) {
      for (const waiting of [joining, syncing]) {
        if (!waiting || waiting.answers.length > 0) continue
        expect(this.#nowMs - waiting.sinceMs).toBeLessThanOrEqual(PATIENCE_MS)
      }
    }
  }

  /** Clients that are there do their best; those that are gone have timed out by then. */
  calm(): void {
    for (let round = 0; round < 500; round++) {
      this.#nowMs += 1_000
      expire(this.group, at(this.#nowMs))
      for (const client of this.clients.values()) this.go(client)
      this.#checkWaits()
    }
  }

  unanswered(): number {
    const all = [...this.clients.values(), ...this.abandoned]
    const waits = all.flatMap(({ joining, syncing }) => [joining, syncing])
    return waits.filter((waiting) => waiting && waiting.answers.length === 0).length
  }
}

describe('whatever members do, in a group of the classic protocol', () => {
  test('all who join a generation agree on its leader and protocol, and the leader knows them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const simulation = new Simulation()
        let last = 0
        for (const one of steps) {
          simulation.run(one)
          expect(simulation.group.generation).toBeGreaterThanOrEqual(last)
          last = simulation.group.generation
        }
        const generations = new Map<number, JoinAnswer[]>()
        for (const answer of simulation.answers) {
          const others = generations.get(answer.generation) ?? []
          generations.set(answer.generation, [...others, answer])
        }
        for (const answers of generations.values()) {
          expect(new Set(answers.map(({ protocolName }) => protocolName)).size).toBe(1)
          const leader = answers.find(({ leaderId, memberId }) => leaderId === memberId)
          const known = new Set(leader?.members.map(({ memberId }) => memberId))
          for (const { memberId } of leader ? answers : []) {
            // A static member may have been given a new id since, without a rebalance.
            if (!isReplacement(simulation, memberId)) expect(known).toContain(memberId)
          }
        }
      }),
      { seed: 62, numRuns: 100 },
    )
  })

  test('each assignment is of the generation of its member, made for it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const simulation = new Simulation()
        for (const one of steps) {
          simulation.run(one)
          for (const client of simulation.clients.values()) {
            if (client.assignment === undefined || client.instanceId !== null) continue
            if (client.generation < 0) continue
            expect(client.assignment).toBe(`${client.generation}/${client.memberId}`)
          }
        }
      }),
      { seed: 62, numRuns: 100 },
    )
  })

  test('once they are quiet all are in one stable generation, and nobody was left without an answer', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const simulation = new Simulation()
        for (const one of steps) simulation.run(one)
        simulation.calm()
        const { group, clients } = simulation
        expect(simulation.unanswered()).toBe(0)
        expect(group.state).toBe(clients.size === 0 ? 'Empty' : 'Stable')
        expect(group.members.size).toBe(clients.size)
        for (const { generation } of clients.values()) expect(generation).toBe(group.generation)
      }),
      { seed: 62, numRuns: 40 },
    )
  })
})

function isReplacement({ clients, abandoned }: Simulation, memberId: string): boolean {
  const all = [...clients.values(), ...abandoned]
  return !all.some((client) => client.memberId === memberId && client.instanceId === null)
}
