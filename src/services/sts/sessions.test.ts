import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../base/random.ts'
import { accountOfAccessKeyId, createAccessKeyId } from './access-key-id.ts'
import { createSessions } from './sessions.ts'

function setUp(rootSecret = 'root') {
  const virtual = createVirtualClock()
  const random = createSeededRandom(1)
  return { ...virtual, sessions: createSessions({ rootSecret, clock: virtual.clock, random }) }
}

const request = {
  scope: { accountId: '111111111111', region: 'us-east-1' },
  roleArn: 'arn:aws:iam::222222222222:role/service/writer',
  sessionName: 'run-1',
  durationSeconds: 900,
}

test('a session is recognised from its token alone, also by another server of the same secret', () => {
  const issued = setUp().sessions.issue(request)
  const session = setUp().sessions.lookup(issued.accessKeyId, issued.sessionToken)
  expect(session).toEqual({
    secretAccessKey: issued.secretAccessKey,
    accountId: '222222222222',
    callerArn: 'arn:aws:sts::222222222222:assumed-role/writer/run-1',
  })
})

test('a session ends when its time is over', async () => {
  const { sessions, advance } = setUp()
  const issued = sessions.issue(request)
  await advance(899_999)
  expect(sessions.lookup(issued.accessKeyId, issued.sessionToken)).toBeTypeOf('object')
  await advance(1)
  expect(sessions.lookup(issued.accessKeyId, issued.sessionToken)).toBe('expired')
})

test('a token that was changed, cut, or is of another key or root secret is invalid', () => {
  const { sessions } = setUp()
  const { accessKeyId, sessionToken } = sessions.issue(request)
  const other = sessions.issue(request)
  const changed = `e${sessionToken.slice(1, 40)}x${sessionToken.slice(41)}`
  for (const token of ['', 'x', 'x.y', changed, sessionToken.slice(0, -1), other.sessionToken]) {
    expect(sessions.lookup(accessKeyId, token)).toBe('invalid')
  }
  expect(setUp('another').sessions.lookup(accessKeyId, sessionToken)).toBe('invalid')
})

test('an access key id carries its account', () => {
  for (const account of ['000000000000', '123456789012', '999999999999']) {
    const id = createAccessKeyId('AKIA', account, createSeededRandom(3).bytes(5))
    expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/)
    expect(accountOfAccessKeyId(id)).toBe(account)
  }
  // Published pair: the example of the article that found the layout.
  expect(accountOfAccessKeyId('ASIAQNZGKIQY56JQ7WML')).toBe('029608264753')
  expect(accountOfAccessKeyId('test')).toBeUndefined()
})
