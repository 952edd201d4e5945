import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Assignment } from './assignment.ts'
import { countOf, minus, NOTHING } from './assignment.ts'
import type { AssignorInput, AssignorMember } from './assignors.ts'
import { assignRange, assignUniform } from './assignors.ts'

const topicIds = ['a', 'b', 'c', 'd']

const topics = fc
  .dictionary(fc.constantFrom(...topicIds), fc.nat({ max: 9 }), { maxKeys: 4 })
  .map((counts) => new Map(Object.entries(counts)))
const member = fc.record({
  instanceId: fc.option(fc.string({ minLength: 1, maxLength: 3 })),
  topicIds: fc.subarray(topicIds).map((ids) => new Set(ids)),
})
const input: fc.Arbitrary<AssignorInput> = fc
  .tuple(fc.array(member, { minLength: 1, maxLength: 7, size: 'max' }), topics)
  .map(([members, counts]) => ({
    members: members.map((one, index) => ({ ...one, id: `m${index}`, target: NOTHING })),
    topics: counts,
  }))
const equalInput: fc.Arbitrary<AssignorInput> = input.map(({ members, topics: counts }) => ({
  members: members.map((one) => ({ ...one, topicIds: new Set(topicIds) })),
  topics: counts,
}))

/** Every partition that somebody reads is given to exactly one who does. */
function expectWhole({ members, topics: counts }: AssignorInput, result: Result): void {
  const given: string[] = []
  for (const { id, topicIds: subscribed } of members) {
    for (const [topicId, partitions] of Object.entries(result.get(id) ?? NOTHING)) {
      expect(subscribed.has(topicId)).toBe(true)
      for (const partition of partitions) given.push(`${topicId}:${partition}`)
    }
  }
  const wanted = [...counts].flatMap(([topicId, count]) =>
    members.some((one) => one.topicIds.has(topicId))
      ? Array.from({ length: count }, (_, partition) => `${topicId}:${partition}`)
      : [],
  )
  expect(given.sort()).toEqual(wanted.sort())
}

type Result = ReadonlyMap<string, Assignment>

function again(members: ReadonlyArray<AssignorMember>, result: Result) {
  return members.map((one) => ({ ...one, target: result.get(one.id) ?? NOTHING }))
}

function counts(result: Result): number[] {
  return [...result.values()].map(countOf)
}

describe('the range assignor', () => {
  test('gives every partition to one reader of its topic', () => {
    fc.assert(
      fc.property(input, (given) => expectWhole(given, assignRange(given))),
      { seed: 1, numRuns: 300 },
    )
  })

  test('gives neighbours, the larger shares first, in the order of instance ids before member ids', () => {
    const all = new Set(['a'])
    const result = assignRange({
      members: [
        { id: 'm1', instanceId: 'z', topicIds: all, target: NOTHING },
        { id: 'm2', instanceId: null, topicIds: all, target: NOTHING },
      ],
      topics: new Map([['a', 5]]),
    })
    expect(Object.fromEntries(result)).toEqual({ m2: { a: [0, 1, 2] }, m1: { a: [3, 4] } })
  })
})

describe('the uniform assignor', () => {
  test('gives every partition to one reader of its topic', () => {
    fc.assert(
      fc.property(input, (given) => expectWhole(given, assignUniform(given))),
      { seed: 2, numRuns: 300 },
    )
  })

  test('gives to members with equal subscriptions numbers that differ by one at most', () => {
    fc.assert(
      fc.property(equalInput, (given) => {
        const sizes = counts(assignUniform(given))
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2)
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  test('moves nothing when nothing has changed', () => {
    fc.assert(
      fc.property(input, (given) => {
        const first = assignUniform(given)
        const second = assignUniform({ ...given, members: again(given.members, first) })
        expect(Object.fromEntries(second)).toEqual(Object.fromEntries(first))
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  test('takes from those who were there only what a new member is due', () => {
    fc.assert(
      fc.property(equalInput, (given) => {
        const first = assignUniform(given)
        const newcomer = { ...given.members[0]!, id: 'new', instanceId: null, target: NOTHING }
        const second = assignUniform({
          ...given,
          members: [...again(given.members, first), newcomer],
        })
        expectWhole({ ...given, members: [...given.members, newcomer] }, second)
        for (const { id } of given.members) {
          const gained = minus(second.get(id) ?? NOTHING, first.get(id) ?? NOTHING)
          expect(countOf(gained)).toBe(0)
        }
      }),
      { seed: 5, numRuns: 300 },
    )
  })
})
