import { expect, test } from 'vitest'
import { iamLimits } from './limits.ts'
import { createPolicyReader } from './policy-reader.ts'

const textOf = (index: number) => JSON.stringify({ Id: String(index), Statement: [statement] })
const statement = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }

test('a policy is read once while it is among the latest', () => {
  const derived: Array<string | undefined> = []
  const read = createPolicyReader((document) => {
    derived.push(document.id)
    return { document }
  })
  const { parsedPoliciesMax } = iamLimits
  for (let index = 0; index < parsedPoliciesMax; index++) read(textOf(index))
  expect(read(textOf(0))).toBe(read(textOf(0)))
  expect(derived).toHaveLength(parsedPoliciesMax)
  read(textOf(parsedPoliciesMax))
  read(textOf(1))
  expect(derived).toHaveLength(parsedPoliciesMax + 1)
  read(textOf(0))
  expect(derived.at(-1)).toBe('0')
  expect(() => read('{}')).toThrow('Missing required field Statement')
})
