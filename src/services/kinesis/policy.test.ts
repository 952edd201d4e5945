import { expect, test } from 'vitest'
import { ServiceError } from '../../base/errors.ts'
import { judgePolicy, readPolicy, refuseBadPolicy } from './policy.ts'

const STREAM = 'arn:aws:kinesis:us-east-1:111122223333:stream/clicks'

function policyFor(principal: string): string {
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'kinesis:PutRecord' }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...statement, Resource: STREAM }],
  })
}

test('a permission for a user is none for sessions of a role of that name', () => {
  const caller = {
    accountId: '444455556666',
    callerArn: 'arn:aws:sts::444455556666:assumed-role/deploy/session',
  }
  const judge = (principal: string) =>
    judgePolicy(readPolicy(policyFor(principal)), caller, 'PutRecord')
  expect(judge('arn:aws:iam::444455556666:user/deploy')).toBe('silent')
  expect(judge('arn:aws:iam::444455556666:role/deploy')).toBe('allowed')
  expect(judge('arn:aws:iam::444455556666:role/team/deploy')).toBe('allowed')
})

test('a principal that would match nobody is refused', () => {
  for (const principal of [
    'arn:aws:iam::444455556666:role/*',
    'arn:aws:iam::444455556666:user/?',
  ]) {
    expect(() => refuseBadPolicy(policyFor(principal), STREAM)).toThrow(ServiceError)
  }
  expect(() => refuseBadPolicy(policyFor('*'), STREAM)).not.toThrow()
})
