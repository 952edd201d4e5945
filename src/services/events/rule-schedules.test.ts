import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createEventNouns } from './events-nouns.ts'
import { checkSchedule } from './rule-schedules.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const START_MS = Date.UTC(2026, 0, 1, 0, 0, 30)
const MINUTE_MS = 60_000

function node(meta: MetaStore, startMs = START_MS) {
  const { clock, advance } = createVirtualClock(startMs)
  const nouns = createEventNouns({ meta, clock, random: createSeededRandom(5) })
  const { rules, ruleSchedules, queue } = nouns

  async function put(name: string, schedule: string, enabled = true) {
    await rules.put(scope, { name, busName: 'default', schedule, enabled })
    await ruleSchedules.set(scope, name, schedule)
  }

  /** What was put into the queue within so many minutes. */
  async function run(minutes: number) {
    for (let minute = 0; minute < minutes; minute++) {
      await advance(MINUTE_MS)
      await ruleSchedules.round()
    }
    return (await queue.arrivals(100)).map(({ value }) => `${value.ruleName} ${value.event.time}`)
  }
  return { ...nouns, put, run, advance }
}

test('a rule fires at its times, with an event that names it', async () => {
  const { put, run, queue } = node(createMemoryMeta())
  await put('tick', 'cron(0/10 * * * ? *)')
  expect(await run(9)).toEqual([])
  expect(await run(11)).toEqual(['tick 2026-01-01T00:10:00Z', 'tick 2026-01-01T00:20:00Z'])
  const [first] = await queue.arrivals(1)
  expect(first?.value.event).toMatchObject({
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    resources: ['arn:aws:events:eu-west-1:111122223333:rule/tick'],
    detail: {},
  })
})

test('a rate counts from when the rule was made; the same again changes nothing', async () => {
  const { put, run } = node(createMemoryMeta())
  await put('tick', 'rate(5 minutes)')
  await run(3)
  await put('tick', 'rate(5 minutes)')
  expect(await run(7)).toEqual(['tick 2026-01-01T00:05:30Z', 'tick 2026-01-01T00:10:30Z'])
  await put('tick', 'rate(1 hour)')
  expect(await run(10)).toHaveLength(2)
})

test('a rule that is disabled or gone fires no more', async () => {
  const { put, run, rules } = node(createMemoryMeta())
  await put('off', 'rate(5 minutes)', false)
  await put('gone', 'rate(5 minutes)')
  await rules.remove(scope, 'default', 'gone')
  expect(await run(20)).toEqual([])
  await put('off', 'rate(5 minutes)')
  expect(await run(5)).toEqual(['off 2026-01-01T00:25:30Z'])
})

test('the times that passed while no server ran are made up for once', async () => {
  const meta = createMemoryMeta()
  await node(meta).put('tick', 'rate(5 minutes)')
  const later = node(meta, START_MS + 86_400_000)
  expect(await later.run(4)).toEqual(['tick 2026-01-01T00:05:30Z'])
  expect(await later.run(1)).toEqual(['tick 2026-01-01T00:05:30Z', 'tick 2026-01-02T00:05:30Z'])
})

test('two rounds at the same time fire once', async () => {
  const { put, advance, ruleSchedules, queue } = node(createMemoryMeta())
  await put('tick', 'rate(1 minute)')
  await advance(MINUTE_MS)
  await Promise.all([ruleSchedules.round(), ruleSchedules.round()])
  expect(await queue.arrivals(10)).toHaveLength(1)
})

test('a schedule that an interrupted change has left behind is put right', async () => {
  const { put, run, rules } = node(createMemoryMeta())
  await put('tick', 'rate(5 minutes)')
  const changed = { name: 'tick', busName: 'default', schedule: 'rate(2 minutes)', enabled: true }
  await rules.put(scope, changed)
  expect(await run(7)).toEqual(['tick 2026-01-01T00:07:30Z'])
})

test.each(['rate(1 minutes)', 'rate(5 minute)', 'rate(10 seconds)', 'cron(INVALID)', 'every day'])(
  '%s is refused',
  (schedule) => {
    expect(() => checkSchedule(schedule, 'default')).toThrow(
      'Parameter ScheduleExpression is not valid.',
    )
  },
)

test('only the default bus has schedules', () => {
  expect(() => checkSchedule('rate(1 minute)', 'default')).not.toThrow()
  expect(() => checkSchedule('rate(1 minute)', 'other')).toThrow('only on the default event bus')
})
