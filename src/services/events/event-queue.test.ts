import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../base/random.ts'
import { createEventQueue } from './event-queue.ts'

const region = 'eu-west-1'
const scopes = ['111122223333', '444455556666'].map((accountId) => ({ accountId, region }))
const eventOf = (id: string, account: string) => ({
  ...({ version: '0', 'detail-type': 't', source: 's', time: '2026-01-01T00:00:00Z' } as const),
  ...{ id, account, region, resources: [], detail: {} },
})

function create() {
  const { clock, advance } = createVirtualClock()
  const meta = createMemoryMeta()
  const queue = createEventQueue({ meta, clock, random: createSeededRandom(3) })
  const idsOf = async () => (await queue.arrivals(99)).map(({ value }) => value.event.id)
  return { queue, idsOf, clock, advance }
}

const arrivalOf = (id: string, scope = scopes[0] ?? { accountId: '', region }) => ({
  ...{ scope, busName: 'default', event: eventOf(id, scope.accountId) },
})

test('events leave in the order in which they came, also those of one moment', async () => {
  const { queue, idsOf, advance } = create()
  await queue.add(['a', 'b', 'c'].map((id) => arrivalOf(id)))
  await queue.add([arrivalOf('d')])
  await advance(1)
  await queue.add([arrivalOf('e')])
  expect(await idsOf()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('what waits of an account goes with it, also what is to be tried again', async () => {
  const { queue, idsOf, clock } = create()
  for (const scope of scopes) {
    await queue.add([arrivalOf(scope.accountId, scope)])
    const delivery = {
      ...{ scope, ruleArn: 'r', target: { id: 't', arn: 'a' }, attempts: 1, createdMs: 0 },
      event: eventOf('x', scope.accountId),
    }
    await queue.settle({}, [{ dueMs: clock.wallMs(), delivery }])
  }
  await queue.removeEverything('111122223333')
  expect(await idsOf()).toEqual(['444455556666'])
  const left = (await queue.due(9)).map(({ value }) => value.scope.accountId)
  expect(left).toEqual(['444455556666'])
  await queue.removeEverything(undefined)
  expect([await idsOf(), await queue.due(9)]).toEqual([[], []])
})

test('what is settled stays when a check beside it does not hold', async () => {
  const { queue, idsOf } = create()
  await queue.add([arrivalOf('a')])
  const arrivals = await queue.arrivals(1)
  const checks = [{ key: Buffer.from('absent'), version: 7 }]
  expect(await queue.settle({ arrivals }, [], { checks })).toBe(false)
  expect(await idsOf()).toEqual(['a'])
  expect(await queue.settle({ arrivals }, [])).toBe(true)
  expect(await idsOf()).toEqual([])
})
