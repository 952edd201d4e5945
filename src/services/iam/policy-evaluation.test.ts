// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of policies look like this
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PolicyQuestion, Verdict } from './policy-document.ts'
import { evaluatePolicy, evaluateSender } from './policy-evaluation.ts'
import { parsePolicy } from './policy-parsing.ts'
import { isPublicPolicy } from './policy-publicity.ts'

const user = { accountId: '111122223333', arn: 'arn:aws:iam::111122223333:user/ann' }
const session = {
  accountId: '111122223333',
  arn: 'arn:aws:sts::111122223333:assumed-role/loader/run-7',
}

function policy(statement: Record<string, unknown>, version = '2012-10-17') {
  const whole = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*', ...statement }
  return parsePolicy(JSON.stringify({ Version: version, Statement: whole }))
}

function ask(statement: Record<string, unknown>, question: Partial<PolicyQuestion> = {}): Verdict {
  return evaluatePolicy(policy(statement), {
    principal: user,
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::shop/orders/1.json',
    context: {},
    ...question,
  })
}

test.each([
  ['*', {}, 'allow'],
  [{ AWS: '*' }, {}, 'allow'],
  [{ AWS: '111122223333' }, user, 'allow'],
  [{ AWS: 'arn:aws:iam::111122223333:root' }, session, 'allow'],
  [{ AWS: 'arn:aws:iam::111122223333:user/ann' }, user, 'allow'],
  [{ AWS: ['arn:aws:iam::111122223333:user/bob'] }, user, 'none'],
  [{ AWS: '444455556666' }, user, 'none'],
  [{ AWS: 'arn:aws:iam::111122223333:role/team/loader' }, session, 'allow'],
  [{ AWS: 'arn:aws:iam::111122223333:role/load' }, session, 'none'],
  [{ AWS: session.arn }, session, 'allow'],
  [{ AWS: '111122223333' }, {}, 'none'],
  [{ Service: 's3.amazonaws.com' }, { service: 's3.amazonaws.com' }, 'allow'],
  [{ Service: 'sns.amazonaws.com' }, { service: 's3.amazonaws.com' }, 'none'],
  [{ Service: 's3.amazonaws.com' }, user, 'none'],
  [{ CanonicalUser: 'a'.repeat(64) }, { canonicalId: 'a'.repeat(64) }, 'allow'],
] as const)('the principal %j and the caller %j: %s', (Principal, principal, verdict) => {
  expect(ask({ Principal }, { principal })).toBe(verdict)
  const opposite = verdict === 'allow' ? 'none' : 'allow'
  expect(ask({ Principal: undefined, NotPrincipal: Principal }, { principal })).toBe(opposite)
})

test.each([
  [{ Action: 's3:getobject' }, 'allow'],
  [{ Action: 's3:Get*' }, 'allow'],
  [{ Action: 's3:G?tObject' }, 'allow'],
  [{ Action: ['s3:PutObject', '*'] }, 'allow'],
  [{ Action: 's3:PutObject' }, 'none'],
  [{ Action: undefined, NotAction: 's3:Get*' }, 'none'],
  [{ Action: undefined, NotAction: 's3:Put*' }, 'allow'],
  [{ Resource: 'arn:aws:s3:::shop/*' }, 'allow'],
  [{ Resource: 'arn:aws:s3:::shop/orders/?.json' }, 'allow'],
  [{ Resource: 'arn:aws:s3:::SHOP/*' }, 'none'],
  [{ Resource: 'arn:aws:s3:::shop' }, 'none'],
  [{ Resource: undefined, NotResource: 'arn:aws:s3:::shop/orders/*' }, 'none'],
  [{ Resource: undefined, NotResource: 'arn:aws:s3:::shop/secret/*' }, 'allow'],
  [{ Effect: 'Deny' }, 'deny'],
] as const)('%j: %s', (statement, verdict) => {
  expect(ask(statement)).toBe(verdict)
})

test.each([
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', 'a', undefined, true],
  ['StringEqualsIgnoreCase', 'Ab', 'aB', true],
  ['StringNotEqualsIgnoreCase', 'Ab', 'aB', false],
  ['StringLike', 'ord*/?', 'orders/1', true],
  ['StringLike', 'ord*/?', 'orders/12', false],
  ['StringNotLike', 'ord*', 'orders', false],
  ['NumericEquals', '10', '10.0', true],
  ['NumericNotEquals', '10', '11', true],
  ['NumericLessThan', 10, '9', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '11', true],
  ['NumericGreaterThanEquals', '10', '9', false],
  ['NumericLessThan', '10', 'x', false],
  ['DateGreaterThan', '2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z', true],
  ['DateLessThan', '2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z', false],
  ['DateEquals', '1735689600', '2025-01-01T00:00:00Z', true],
  ['DateLessThanEquals', '2025-01-01', '2025-01-01T00:00:00Z', true],
  ['DateGreaterThanEquals', '2025-01-01', '2025-01-01T00:00:00Z', true],
  ['DateNotEquals', '2025-01-01', '2025-01-01T00:00:01Z', true],
  ['Bool', true, 'TRUE', true],
  ['Bool', 'false', 'true', false],
  ['BoolIfExists', 'false', undefined, true],
  ['BinaryEquals', 'QUJD', 'QUJD', true],
  ['BinaryEquals', 'QUJD', 'qujd', false],
  ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
  ['IpAddress', '203.0.113.0/24', '203.0.114.9', false],
  ['IpAddress', '203.0.113.9', '::ffff:203.0.113.9', true],
  ['IpAddress', '2001:db8::/32', '2001:db8:1::1', true],
  ['IpAddress', '0.0.0.0/0', '2001:db8:1::1', false],
  ['IpAddress', 'nonsense', '203.0.113.9', false],
  ['NotIpAddress', '203.0.113.0/24', '203.0.113.9', false],
  ['ArnLike', 'arn:aws:s3:*:*:shop', 'arn:aws:s3:::shop', true],
  ['ArnEquals', 'arn:aws:s3:::sh*', 'arn:aws:s3:::shop', true],
  ['ArnLike', 'arn:aws:*:shop', 'arn:aws:s3:::shop', false],
  ['ArnNotLike', 'arn:aws:s3:::shop', 'arn:aws:s3:::shop', false],
  ['ArnNotEquals', 'arn:aws:s3:::shop', 'arn:aws:s3:::mart', true],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a'], undefined, true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringEquals', ['a'], undefined, false],
  ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
  ['ForAllValues:StringNotLike', ['a*'], ['b', 'ab'], false],
] as const)('%s %j of %j: %s', (operator, wanted, actual, holds) => {
  const Condition = { [operator]: { 'S3:Key': wanted } }
  const verdict = ask({ Condition }, { context: { 's3:key': actual } })
  expect(verdict).toBe(holds ? 'allow' : 'none')
})

test('all conditions of all operators must hold', () => {
  const Condition = { StringEquals: { 'a:x': '1', 'a:y': '2' }, Bool: { 'a:z': 'true' } }
  const whole = { 'a:x': '1', 'a:y': '2', 'a:z': 'true' }
  expect(ask({ Condition }, { context: whole })).toBe('allow')
  for (const name of Object.keys(whole)) {
    expect(ask({ Condition }, { context: { ...whole, [name]: '0' } })).toBe('none')
  }
})

test('a variable stands for its value, in resources and conditions, and its wildcards are text', () => {
  const own = { Resource: 'arn:aws:s3:::shop/${aws:username}/*' }
  const at = (name: string) => ({ resource: `arn:aws:s3:::shop/${name}/1` })
  expect(ask(own, { ...at('ann'), context: { 'aws:username': 'ann' } })).toBe('allow')
  expect(ask(own, { ...at('bob'), context: { 'aws:username': 'ann' } })).toBe('none')
  expect(ask(own, { ...at('bob'), context: { 'aws:username': '*' } })).toBe('none')
  expect(ask(own, at('ann'))).toBe('none')
  const fallback = { Resource: "arn:aws:s3:::shop/${aws:username, 'guest'}/*" }
  expect(ask(fallback, at('guest'))).toBe('allow')
  const literal = { Resource: 'arn:aws:s3:::shop/${*}/*' }
  expect(ask(literal, at('*'))).toBe('allow')
  expect(ask(literal, at('ann'))).toBe('none')
  const arn = { Condition: { ArnEquals: { 'aws:SourceArn': '${aws:PrincipalArn}' } } }
  const context = { 'aws:SourceArn': user.arn, 'aws:PrincipalArn': user.arn }
  expect(ask(arn, { context })).toBe('allow')
})

test('version 2008-10-17 knows no variables', () => {
  const document = policy({ Resource: 'arn:aws:s3:::shop/${aws:username}' }, '2008-10-17')
  const question = { principal: user, action: 's3:GetObject', context: { 'aws:username': 'ann' } }
  expect(evaluatePolicy(document, { ...question, resource: 'arn:aws:s3:::shop/ann' })).toBe('none')
  const text = { ...question, resource: 'arn:aws:s3:::shop/${aws:username}' }
  expect(evaluatePolicy(document, text)).toBe('allow')
})

test('a policy lets a sender in by its source', () => {
  const document = policy({
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Condition: {
      ArnLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:shop' },
      StringEquals: { 'aws:SourceAccount': '111122223333' },
    },
  })
  const wanted = { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-west-1:111122223333:q' }
  const scope = { accountId: '111122223333', region: 'eu-west-1' }
  const sender = { principal: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::shop', scope }
  expect(evaluateSender(document, sender, wanted)).toBe('allow')
  expect(evaluateSender(document, { ...sender, sourceArn: 'arn:aws:s3:::x' }, wanted)).toBe('none')
})

test('a denial stands over every allowance, in any order, and an order changes nothing', () => {
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.constantFrom('*', { AWS: '111122223333' }, { AWS: '444455556666' }),
    Action: fc.constantFrom('s3:*', 's3:GetObject', 's3:PutObject'),
    Resource: fc.constantFrom('*', 'arn:aws:s3:::shop/*', 'arn:aws:s3:::mart/*'),
  })
  const question = { principal: user, action: 's3:GetObject', context: {} }
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), (Statement) => {
      const resource = 'arn:aws:s3:::shop/1'
      const verdictOf = (list: typeof Statement) =>
        evaluatePolicy(parsePolicy(JSON.stringify({ Statement: list })), { ...question, resource })
      const alone = Statement.map((one) => verdictOf([one]))
      const expected = alone.includes('deny') ? 'deny' : alone.includes('allow') ? 'allow' : 'none'
      expect(verdictOf(Statement)).toBe(expected)
      expect(verdictOf(Statement.toReversed())).toBe(expected)
    }),
    { seed: 7, numRuns: 300 },
  )
})

test('patterns match as regular expressions do', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      const source = pattern.replaceAll('*', '.*').replaceAll('?', '.')
      const expected = new RegExp(`^x${source}$`).test(`x${text}`)
      const verdict = ask({ Resource: `x${pattern}` }, { resource: `x${text}` })
      expect(verdict).toBe(expected ? 'allow' : 'none')
    }),
    { seed: 7, numRuns: 500 },
  )
})

test('a pattern of many wildcards takes no time that grows beyond its length', () => {
  const Resource = `${'*a'.repeat(500)}b`
  expect(ask({ Resource }, { resource: 'a'.repeat(2_000) })).toBe('none')
})

test.each([
  ['', "Policies must be valid JSON and the first byte must be '{'"],
  ['[]', "Policies must be valid JSON and the first byte must be '{'"],
  ['{', "Policies must be valid JSON and the first byte must be '{'"],
  ['{"Version":"2013"}', 'The policy must contain a valid version string'],
  ['{}', 'Missing required field Statement'],
  ['{"Statement":[],"Nope":1}', 'Unknown field Nope'],
  ['{"Statement":{"Principal":"*"}}', 'Missing required field Effect'],
  ['{"Statement":{"Effect":"Maybe"}}', 'Invalid effect: Maybe'],
  ['{"Statement":{"Effect":"Allow","Action":"s3:*"}}', 'Missing required field Principal'],
  ['{"Statement":{"Effect":"Allow","Principal":"*"}}', 'Missing required field Action'],
  [
    '{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:x"},"Action":"*"}}',
    'Invalid principal in policy',
  ],
  [
    '{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/*"},"Action":"*"}}',
    'Invalid principal in policy',
  ],
  ['{"Statement":{"Effect":"Allow","Principal":"*","Action":[]}}', 'Policy has invalid action'],
  [
    '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":1}}',
    'Policy has invalid resource',
  ],
  [
    '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"Equals":{}}}}',
    'Invalid Condition type : Equals',
  ],
])('the policy %s is malformed: %s', (text, message) => {
  expect(() => parsePolicy(text)).toThrow(message)
})

test.each([
  [{ Principal: '*' }, true],
  [{ Principal: { AWS: '111122223333' } }, false],
  [{ Principal: '*', Effect: 'Deny' }, false],
  [{ Principal: '*', Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } }, false],
  [{ Principal: '*', Condition: { StringLike: { 'aws:SourceAccount': '*' } } }, true],
  [{ Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.1.0.0/16' } } }, false],
  [{ Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, true],
  [{ Principal: '*', Condition: { StringEquals: { 'aws:Referer': 'x' } } }, true],
])('a policy of %j is public: %s', (statement, expected) => {
  expect(isPublicPolicy(policy(statement))).toBe(expected)
})
