import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventTarget, TargetEvent } from '../../base/event-target.ts'
import { silentLogger as log } from '../../base/logger.ts'
import { silentMetrics as metrics } from '../../base/metrics.ts'
import { createSeededRandom } from '../../base/random.ts'
import { createBackground } from '../../engines/meta/background.ts'
import { createLeases } from '../../engines/meta/leases.ts'
import { createRoles } from '../iam/roles.ts'
import { createDeliveryLoop } from './delivery-loop.ts'
import { createEventNouns } from './events-nouns.ts'
import type { RuleTarget } from './rules.ts'
import { createTargetCheck } from './target-check.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const busName = 'default'
const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:111122223333:${name}`

interface Taken {
  readonly name: string
  readonly atMs: number
  readonly event: TargetEvent
}

/** A running loop whose only receivers are queues; `behave` says what becomes of a delivery. */
function createHouse(behave: (name: string, count: number) => Promise<void> | void) {
  const { clock, advance } = createVirtualClock()
  const startMs = clock.wallMs()
  const meta = createMemoryMeta()
  const random = createSeededRandom(9)
  const nouns = createEventNouns({ meta, clock, random })
  const taken: Taken[] = []
  const attempts: Taken[] = []
  const queues: EventTarget = {
    service: 'sqs',
    validate: async () => undefined,
    async deliver(arn, event) {
      const name = arn.split(':').at(-1) ?? ''
      const one = { name, atMs: clock.wallMs() - startMs, event }
      attempts.push(one)
      await behave(name, attempts.filter((other) => other.name === name).length)
      taken.push(one)
    },
  }
  const targets = new Map([['sqs', queues]])
  const roles = createRoles({ meta, clock, random })
  const leases = createLeases({ meta, clock, owner: 'me', log })
  const background = createBackground({ leases, clock, random, log, metrics })
  const targetCheck = createTargetCheck({ roles, targets })
  const deps = { ...nouns, targets, targetCheck, background, clock, log, metrics }
  const stop = new AbortController()
  const running = createDeliveryLoop(deps).start(stop.signal)

  return {
    advance,
    taken,
    attempts,
    async rule(name: string, more: Partial<RuleTarget> = {}) {
      const pattern = JSON.stringify({ source: [name] })
      await nouns.rules.put(scope, { name, busName, pattern, enabled: true })
      const target = { id: 'one', arn: queueArn(name), ...more }
      await nouns.rules.change(scope, busName, name, (rule) => ({ ...rule, targets: [target] }))
    },
    put: (source: string, count = 1) =>
      nouns.queue.add(
        Array.from({ length: count }, () => {
          const event = { version: '0' as const, id: random.uuid(), 'detail-type': 't', source }
          const more = { account: '', region: '', resources: [], detail: {}, time: '' }
          return { scope, busName, event: { ...event, ...more } }
        }),
      ),
    async stop() {
      stop.abort()
      // What is under way is waited for.
      await advance(11_000)
      await running
    },
  }
}

const never = () => new Promise<void>(() => undefined)

test('what fails is tried again with growing rests, and then goes to the dead letters with its story', async () => {
  const house = createHouse((name) => {
    if (name === 'bad') throw new Error('not now')
  })
  await house.rule('bad', { retriesMax: 3, deadLetterArn: queueArn('dead') })
  await house.put('bad')
  await house.advance(60_000)
  expect(house.attempts.filter(({ name }) => name === 'bad').map(({ atMs }) => atMs)).toEqual([
    0, 1_000, 3_000, 7_000,
  ])
  expect(house.taken.map(({ name }) => name)).toEqual(['dead'])
  const texts = Object.entries(house.taken[0]?.event.attributes ?? {})
  expect(Object.fromEntries(texts.map(([name, { text }]) => [name, text]))).toEqual({
    RULE_ARN: 'arn:aws:events:eu-west-1:111122223333:rule/bad',
    TARGET_ARN: queueArn('bad'),
    ERROR_CODE: 'INTERNAL_ERROR',
    ERROR_MESSAGE: 'not now',
    RETRY_ATTEMPTS: '3',
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
  })
  await house.stop()
})

test('an event that is too old is given up, and a refusal is final', async () => {
  const house = createHouse((name) => {
    if (name === 'old') throw new Error('not now')
    if (name === 'shut') throw new ServiceError('AccessDeniedException', 'no', { status: 403 })
  })
  await house.rule('old', { ageSecondsMax: 60 })
  await house.rule('shut', { deadLetterArn: queueArn('dead') })
  await house.put('old')
  await house.put('shut')
  await house.advance(600_000)
  const times = (name: string) =>
    house.attempts.filter((one) => one.name === name).map(({ atMs }) => atMs)
  expect(times('old').at(-1)).toBe(63_000)
  expect(times('shut')).toEqual([0])
  expect(house.taken.map(({ name }) => name)).toEqual(['dead'])
  expect(house.taken[0]?.event.attributes?.['ERROR_CODE']?.text).toBe('AccessDeniedException')
  await house.stop()
})

test('a target that does not answer holds up its own events only', async () => {
  const house = createHouse((name) => (name === 'stuck' ? never() : undefined))
  await house.rule('stuck')
  await house.rule('quick')
  await house.put('stuck')
  await house.advance(11_000)
  // It is known to be slow by now.
  for (let round = 0; round < 10; round++) {
    await house.put('stuck', 50)
    await house.put('quick', 5)
    await house.advance(100)
    expect(house.taken.filter(({ name }) => name === 'quick')).toHaveLength(5 * (round + 1))
  }
  await house.advance(5_000)
  const underWay = house.attempts.filter(({ name, atMs }) => name === 'stuck' && atMs > 11_000)
  expect(underWay.length).toBeLessThanOrEqual(4)
  await house.stop()
})

test('a slow target that answers again gets all its events', async () => {
  const house = createHouse((name, count) => (name === 'weak' && count === 1 ? never() : undefined))
  await house.rule('weak')
  await house.put('weak')
  await house.advance(10_500)
  await house.put('weak', 40)
  await house.advance(60_000)
  expect(house.taken).toHaveLength(41)
  await house.stop()
})
