import { expect, test } from 'vitest'
import { functionArn, parseFunctionName } from './function-names.ts'

const scope = { accountId: '111111111111', region: 'us-east-1' }

test.each([
  ['score', { name: 'score' }],
  ['score:2', { name: 'score', qualifier: '2' }],
  ['score:$LATEST', { name: 'score', qualifier: '$LATEST' }],
  ['function:score', { name: 'score' }],
  ['111111111111:function:score', { name: 'score' }],
  ['111111111111:score:live', { name: 'score', qualifier: 'live' }],
  ['arn:aws:lambda:us-east-1:111111111111:function:score', { name: 'score' }],
  [
    'arn:aws:lambda:us-east-1:111111111111:function:score:live',
    { name: 'score', qualifier: 'live' },
  ],
])('%s is understood', (text, target) => {
  expect(parseFunctionName(scope, text)).toEqual(target)
})

test('a qualifier beside the name is the same as one in it', () => {
  expect(parseFunctionName(scope, 'score', 'live')).toEqual({ name: 'score', qualifier: 'live' })
  expect(parseFunctionName(scope, 'score:live', 'live').qualifier).toBe('live')
  expect(() => parseFunctionName(scope, 'score:live', '1')).toThrow(/does not match/)
})

test('other regions and accounts are not reachable', () => {
  const arn = functionArn({ ...scope, region: 'eu-west-1' }, { name: 'score' })
  expect(() => parseFunctionName(scope, arn)).toThrow(
    "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
  )
  const foreign = functionArn({ ...scope, accountId: '222222222222' }, { name: 'score' })
  expect(() => parseFunctionName(scope, foreign)).toThrow(/Function not found/)
})

test('a name of 64 characters is taken, of 65 refused', () => {
  expect(parseFunctionName(scope, 'a'.repeat(64)).name).toHaveLength(64)
  expect(() => parseFunctionName(scope, 'a'.repeat(65))).toThrow(/less than or equal to 64/)
})
