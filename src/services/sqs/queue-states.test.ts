import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { createSeededRandom } from '../../base/random.ts'
import type { OwnedQueue } from './queue.ts'
import { arnOf } from './queues.ts'
import { receiptHandle } from './receipt.ts'
import type { Delivered } from './receiving.ts'
import { createSqsNouns } from './sqs-nouns.ts'
import { defaultSettings } from './wire-attributes.ts'

/** A message as it should be. */
interface Known {
  readonly id: string
  readonly body: string
  readonly groupId: string
  readonly place: number
  visibleMs: number
  isInFlight: boolean
  receives: number
  handle?: string
}

type Step =
  | { readonly do: 'send'; readonly group: number; readonly body: number }
  | { readonly do: 'receive'; readonly count: number; readonly seconds: number }
  | { readonly do: 'receive-at-once'; readonly count: number }
  | { readonly do: 'remove' | 'show'; readonly index: number; readonly seconds: number }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'restart' }

const index = fc.nat({ max: 20 })
// Few values, so that times often meet.
const seconds = fc.constantFrom(1, 2, 3, 5, 6)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('send'), group: fc.nat(2), body: fc.nat(9) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('receive'),
      count: fc.integer({ min: 1, max: 10 }),
      seconds,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('receive-at-once'), count: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove'), index, seconds }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('show'), index, seconds }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), seconds }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
) as fc.Arbitrary<Step>

const scope = { accountId: '000000000000', region: 'us-east-1' }
const RECEIVES_MAX = 3

/** The queue under test, and beside it what should be in it. */
async function createBench(fifo: boolean) {
  const { clock, advance } = createVirtualClock()
  const meta = createMemoryMeta()
  const random = createSeededRandom(7)
  const open = () => createSqsNouns({ meta, clock, random, limits: false })
  let nouns = open()
  const dead = (await nouns.queues.create(
    scope,
    'dead',
    { ...defaultSettings, fifo },
    {},
  )) as OwnedQueue
  const redrive = { deadLetterArn: arnOf(dead), receivesMax: RECEIVES_MAX }
  const settings = { ...defaultSettings, fifo, ...(!fifo && { redrive }) }
  const queue = (await nouns.queues.create(scope, 'q', settings, {})) as OwnedQueue
  const known: Known[] = []
  const deadIds = new Set<string>()
  const memory = new Map<string, { readonly id: string; readonly untilMs: number }>()
  let sent = 0
  return {
    ...{ clock, advance, queue, dead, known, deadIds, memory },
    nextPlace: () => sent++,
    messages: () => nouns.messages,
    /** A process that starts anew takes its time, and takes over nothing but what is stored. */
    async restart() {
      await advance(1)
      nouns = open()
    },
  }
}

type Bench = Awaited<ReturnType<typeof createBench>>

async function send({ queue, clock, known, memory, ...bench }: Bench, group: number, body: number) {
  const place = bench.nextPlace()
  const groupId = `g${group}`
  const { fifo } = queue.settings
  // A FIFO queue takes each body once in five minutes; a standard one takes all.
  const text = fifo ? `b${body}` : `b${place}`
  const [given] = await bench.messages().send(queue, [
    {
      body: text,
      attributes: {},
      senderId: 's',
      ...(fifo && { groupId, deduplicationId: text }),
    },
  ])
  const id = given?.messageId ?? ''
  const nowMs = clock.wallMs()
  const before = fifo ? memory.get(text) : undefined
  if (before && before.untilMs > nowMs) return expect(id).toBe(before.id)
  expect(known.map((one) => one.id)).not.toContain(id)
  memory.set(text, { id, untilMs: nowMs + 300_000 })
  known.push({ id, body: text, groupId, place, visibleMs: nowMs, isInFlight: false, receives: 0 })
}

/** What one receive should give: all of a standard queue that can be seen, or groups' heads. */
function expected({ queue, clock, known, deadIds }: Bench, count: number): ReadonlyArray<Known> {
  const nowMs = clock.wallMs()
  const isVisible = (one: Known) => one.visibleMs <= nowMs
  if (!queue.settings.fifo) {
    const inOrder = known
      .filter(isVisible)
      .sort((a, b) => a.visibleMs - b.visibleMs || a.place - b.place)
    const taken: Known[] = []
    for (const one of inOrder) {
      if (taken.length === count) break
      if (one.receives >= RECEIVES_MAX) deadIds.add(one.id)
      else taken.push(one)
    }
    for (const id of deadIds) forget(known, id)
    return taken
  }
  const open = known.filter(({ groupId }) =>
    known.every((one) => one.groupId !== groupId || isVisible(one)),
  )
  return open
}

function forget(known: Known[], id: string): void {
  const at = known.findIndex((one) => one.id === id)
  if (at >= 0) known.splice(at, 1)
}

function note(
  { queue, clock, known }: Bench,
  delivered: ReadonlyArray<Delivered>,
  visibilityMs: number,
) {
  for (const { state } of delivered) {
    const one = known.find(({ id }) => id === state.id)
    if (!one) throw new Error('a message was received that is not in the queue')
    expect(one.visibleMs, 'nothing is received while it is hidden').toBeLessThanOrEqual(
      clock.wallMs(),
    )
    one.receives++
    expect(state.receives).toBe(one.receives)
    one.visibleMs = clock.wallMs() + visibilityMs
    one.isInFlight = true
    one.handle = receiptHandle(queue, { messageId: state.id, receipt: state.receipt ?? '' })
  }
}

async function receive(bench: Bench, count: number, visibilityMs: number) {
  const could = expected(bench, count)
  const { queue, known } = bench
  const delivered = await bench.messages().receive(queue, { count, waitMs: 0, visibilityMs })
  const ids = delivered.map(({ state }) => state.id)
  if (queue.settings.fifo) {
    expect(ids).toHaveLength(Math.min(count, could.length))
    for (const groupId of new Set(delivered.map(({ state }) => state.groupId ?? ''))) {
      const own = known.filter((one) => one.groupId === groupId).map(({ id }) => id)
      const got = ids.filter((id) => own.includes(id))
      expect(got, 'a group comes from its head, in order').toEqual(own.slice(0, got.length))
      expect(could.some((one) => one.groupId === groupId)).toBe(true)
    }
  } else {
    expect(ids).toEqual(could.map(({ id }) => id))
  }
  expect(new Set(delivered.map(({ content }) => content.body))).toEqual(
    new Set(known.filter(({ id }) => ids.includes(id)).map(({ body }) => body)),
  )
  note(bench, delivered, visibilityMs)
}

/** Three at the same time: each message goes to one of them. */
async function receiveAtOnce(bench: Bench, count: number) {
  const options = { count: count + 1, waitMs: 0, visibilityMs: 5_000 }
  const all = await Promise.all([1, 2, 3].map(() => bench.messages().receive(bench.queue, options)))
  const delivered = all.flat()
  expect(new Set(delivered.map(({ state }) => state.id)).size).toBe(delivered.length)
  const nowMs = bench.clock.wallMs()
  if (!bench.queue.settings.fifo) {
    for (const one of [...bench.known]) {
      const isSpent = one.visibleMs <= nowMs && one.receives >= RECEIVES_MAX
      if (isSpent && (await isDead(bench, one.id))) bench.deadIds.add(one.id)
    }
    for (const id of bench.deadIds) forget(bench.known, id)
  }
  note(bench, delivered, 5_000)
}

const deadOnes = async ({ messages, dead }: Bench) => {
  const found = new Set<string>()
  for (;;) {
    const some = await messages().receive(dead, { count: 10, waitMs: 0, visibilityMs: 1 })
    const fresh = some.filter(({ state }) => !found.has(state.id))
    for (const { state } of fresh) found.add(state.id)
    if (fresh.length === 0) return found
  }
}

async function isDead(bench: Bench, id: string): Promise<boolean> {
  const found = await deadOnes(bench)
  await bench.advance(2)
  return found.has(id)
}

/** Removes or shows again the message whose handle is the `index`th. */
async function useHandle(bench: Bench, kind: 'remove' | 'show', at: number, visibilityMs: number) {
  const { queue, known, clock } = bench
  const handled = known.filter(({ handle }) => handle !== undefined)
  const one = handled[at % Math.max(handled.length, 1)]
  if (!one) return
  const isHidden = one.visibleMs > clock.wallMs()
  const work =
    kind === 'remove'
      ? bench.messages().remove(queue, one.handle ?? '')
      : bench.messages().changeVisibility(queue, one.handle ?? '', visibilityMs)
  const isRefused = kind === 'show' ? !isHidden : queue.settings.fifo && !isHidden
  if (isRefused) return expect(work).rejects.toBeInstanceOf(ServiceError)
  await work
  if (kind === 'remove') forget(known, one.id)
  else one.visibleMs = clock.wallMs() + visibilityMs
}

function run(bench: Bench, step: Step) {
  switch (step.do) {
    case 'send':
      return send(bench, step.group, step.body)
    case 'receive':
      return receive(bench, step.count, step.seconds * 1000)
    case 'receive-at-once':
      return receiveAtOnce(bench, step.count)
    case 'remove':
    case 'show':
      return useHandle(bench, step.do, step.index, step.seconds * 1000)
    case 'wait':
      return bench.advance(step.seconds * 1000)
    case 'restart':
      return bench.restart()
  }
}

/** In the end all that was not removed is there, once, in the queue or among the dead letters. */
async function drain(bench: Bench): Promise<void> {
  await bench.advance(60_000)
  const seen: string[] = []
  for (;;) {
    const delivered = await bench
      .messages()
      .receive(bench.queue, { count: 10, waitMs: 0, visibilityMs: 60_000 })
    if (delivered.length === 0) break
    for (const { state } of delivered) {
      seen.push(state.id)
      const handle = receiptHandle(bench.queue, {
        messageId: state.id,
        receipt: state.receipt ?? '',
      })
      await bench.messages().remove(bench.queue, handle)
    }
  }
  const found = [...seen, ...(await deadOnes(bench))]
  expect(found.sort()).toEqual([...bench.known.map(({ id }) => id), ...bench.deadIds].sort())
  const counts = await bench.messages().counts(bench.queue)
  expect(counts).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
}

test.each([
  ['standard', false],
  ['FIFO', true],
])('a %s queue does what its model does, whatever is asked of it', async (_name, fifo) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
      const bench = await createBench(fifo)
      for (const one of steps) await run(bench, one)
      await drain(bench)
    }),
    { seed: 5, numRuns: 100 },
  )
})
