import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../base/random.ts'
import { createLogNouns } from './log-nouns.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const target = { group: 'g', stream: 's' }

function setUp() {
  const { clock, advance } = createVirtualClock()
  const logs = createLogNouns({ meta: createMemoryMeta(), clock, random: createSeededRandom(1) })
  return { ...logs, clock, advance }
}

const messages = (page: { readonly events: ReadonlyArray<{ readonly message: string }> }) =>
  page.events.map(({ message }) => message)

test('the writer makes group and stream, and events come back in order of time', async () => {
  const { groups, reader } = setUp()
  await groups.append(scope, target, [
    { timestampMs: 20, message: 'b' },
    { timestampMs: 10, message: 'a' },
  ])
  await groups.append(scope, target, [
    { timestampMs: 15, message: 'between' },
    { timestampMs: 20, message: 'after b' },
  ])
  const page = await reader.page(scope, target, { limit: 10, fromHead: true })
  expect(messages(page)).toEqual(['a', 'between', 'b', 'after b'])
})

test('paging forth and back meets every event once, and the end repeats its token', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (times, limit) => {
        const { groups, reader } = setUp()
        const events = times.map((timestampMs, index) => ({ timestampMs, message: `${index}` }))
        await groups.append(scope, target, [{ timestampMs: 40, message: 'last' }])
        for (const event of events) await groups.append(scope, target, [event])
        const expected = messages({
          events: [...events.toSorted((a, b) => a.timestampMs - b.timestampMs)],
        }).concat('last')

        const forth: string[] = []
        let page = await reader.page(scope, target, { limit, fromHead: true })
        for (;;) {
          forth.push(...messages(page))
          const next = await reader.page(scope, target, {
            limit,
            fromHead: true,
            token: page.forwardToken,
          })
          if (next.forwardToken === page.forwardToken) break
          page = next
        }
        expect(forth).toEqual(expected)

        const back: string[] = []
        page = await reader.page(scope, target, { limit, fromHead: false })
        while (page.events.length > 0) {
          back.unshift(...messages(page))
          page = await reader.page(scope, target, {
            limit,
            fromHead: false,
            token: page.backwardToken,
          })
        }
        expect(back).toEqual(expected)
      },
    ),
    { seed: 7, numRuns: 50 },
  )
})

test('a filter goes through all streams in order of time, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom('x', 'y', 'z')), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 5 }),
      async (given, limit) => {
        const { groups, reader } = setUp()
        for (const [index, [timestampMs, stream]] of given.entries()) {
          const message = `${timestampMs} ${stream} ${index}`
          await groups.append(scope, { group: 'g', stream }, [{ timestampMs, message }])
        }
        const expected = given
          .map(([timestampMs, stream], index) => `${timestampMs} ${stream} ${index}`)
          .filter((message) => !message.includes('5'))
          .toSorted((a, b) => order(a) - order(b))
        const found: string[] = []
        let token: string | undefined
        do {
          const page = await reader.filter(scope, 'g', {
            limit,
            token,
            pattern: (message) => !message.includes('5'),
            isWanted: () => true,
          })
          found.push(...messages(page))
          token = page.nextToken
        } while (token !== undefined)
        expect(found).toEqual(expected)
      },
    ),
    { seed: 11, numRuns: 50 },
  )

  function order(message: string): number {
    const [time = '', stream = '', index = ''] = message.split(' ')
    return Number(time) * 1e6 + stream.charCodeAt(0) * 1e3 + Number(index)
  }
})

test('events older than the retention are hidden at once and removed by the expiry', async () => {
  const { groups, reader, streams, clock, advance } = setUp()
  const DAY = 86_400_000
  await groups.append(scope, target, [
    { timestampMs: clock.wallMs() - 2 * DAY, message: 'old' },
    { timestampMs: clock.wallMs(), message: 'new' },
  ])
  await groups.change(scope, 'g', (group) => ({ ...group, retentionDays: 1 }))
  const read = () => reader.page(scope, target, { limit: 10, fromHead: true })
  expect(messages(await read())).toEqual(['new'])
  await groups.expire()
  expect((await streams.find(scope, target))?.storedBytes).toBe(3 + 26)
  await advance(DAY + 1)
  expect(messages(await read())).toEqual([])
})

test('appends at the same time lose nothing', async () => {
  const { groups, reader } = setUp()
  const numbers = Array.from({ length: 30 }, (_, index) => index)
  await Promise.all(
    numbers.map((number) =>
      groups.append(scope, target, [{ timestampMs: number, message: `${number}` }]),
    ),
  )
  const page = await reader.page(scope, target, { limit: 100, fromHead: true })
  expect(messages(page)).toEqual(numbers.map(String))
})

test('a stream of an old name is new', async () => {
  const { groups, reader } = setUp()
  await groups.append(scope, target, [{ timestampMs: 1, message: 'old' }])
  await groups.remove(scope, 'g')
  await groups.append(scope, target, [{ timestampMs: 2, message: 'new' }])
  expect(messages(await reader.page(scope, target, { limit: 9, fromHead: true }))).toEqual(['new'])
})
