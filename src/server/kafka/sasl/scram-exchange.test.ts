import { expect, test } from 'vitest'
import type { ScramMechanism } from '../../../services/kafka/access/scram.ts'
import { credentialOf, saltPassword } from '../../../services/kafka/access/scram.ts'
import type { ScramUser } from '../../../services/kafka/access/scram-users.ts'
import type { SaslStep } from './exchange.ts'
import { createPlainExchange } from './plain-exchange.ts'
import { createScramExchange } from './scram-exchange.ts'

const scope = { accountId: '111111111111', region: 'eu-central-1' }

async function userWith(
  mechanism: ScramMechanism,
  name: string,
  password: string,
  salt: Buffer,
): Promise<ScramUser> {
  const iterations = 4096
  const salted = await saltPassword(mechanism, password, salt, iterations)
  const credential = credentialOf(mechanism, salted, { salt, iterations })
  if (!credential) throw new Error('the hash has another size')
  return { name, scope, credentials: new Map([[mechanism, credential]]) }
}

function depsFor(user: ScramUser | undefined, nonce: string) {
  return {
    users: { find: async (name: string) => (user?.name === name ? user : undefined) },
    createNonce: () => nonce,
    decoySecret: Buffer.from('decoy'),
  }
}

function textOf(step: SaslStep): string {
  return step.outcome === 'failed' ? step.reason : step.reply.toString()
}

// RFC 7677, section 3.
const vector = {
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst:
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

async function begun(name = 'user') {
  const user = await userWith('SCRAM-SHA-256', name, 'pencil', vector.salt)
  return createScramExchange('SCRAM-SHA-256', depsFor(user, vector.nonce))
}

test('the conversation of RFC 7677 is held word for word', async () => {
  const exchange = await begun()
  expect(textOf(await exchange.step(Buffer.from(vector.clientFirst)))).toBe(vector.serverFirst)
  const last = await exchange.step(Buffer.from(vector.clientFinal))
  expect(last).toMatchObject({ outcome: 'done', identity: { principal: 'User:user', scope } })
  expect(textOf(last)).toBe(vector.serverFinal)
})

test.each([
  ['another proof', vector.clientFinal.replace('p=dHzb', 'p=eHzb')],
  ['a proof of no length', vector.clientFinal.replace(/p=.*/, 'p=')],
  ['another nonce', vector.clientFinal.replace('rOpr', 'rOpx')],
  ['another channel binding', vector.clientFinal.replace('c=biws', 'c=eSws')],
  ['no proof', vector.clientFinal.replace(/,p=.*/, '')],
  ['something else', 'hello'],
])('%s lets nobody in', async (_, clientFinal) => {
  const exchange = await begun()
  await exchange.step(Buffer.from(vector.clientFirst))
  expect(await exchange.step(Buffer.from(clientFinal))).toMatchObject({ outcome: 'failed' })
})

test.each([
  ['channel binding', 'p=tls-unique,,n=user,r=abc'],
  ['somebody else', 'n,a=admin,n=user,r=abc'],
  ['a mandatory extension', 'n,,m=x,n=user,r=abc'],
  ['a delegation token', 'n,,n=user,r=abc,tokenauth=true'],
  ['no name', 'n,,n=,r=abc'],
  ['a broken name', 'n,,n=us=er,r=abc'],
  ['no nonce', 'n,,n=user,r='],
  ['binary', '\0\x01\x02'],
])('a first message with %s is refused', async (_, clientFirst) => {
  const exchange = await begun()
  expect(await exchange.step(Buffer.from(clientFirst))).toMatchObject({ outcome: 'failed' })
})

test('somebody unknown is asked like a user, always with the same salt, and fails at the end', async () => {
  const deps = depsFor(undefined, 'ours')
  const first = () =>
    createScramExchange('SCRAM-SHA-512', deps).step(Buffer.from('n,,n=nobody,r=mine'))
  const [one, two] = [await first(), await first()]
  expect(textOf(one)).toMatch(/^r=mineours,s=[A-Za-z0-9+/]{22}==,i=4096$/)
  expect(textOf(two)).toBe(textOf(one))
  const exchange = createScramExchange('SCRAM-SHA-512', deps)
  await exchange.step(Buffer.from('n,,n=nobody,r=mine'))
  const proof = Buffer.alloc(64).toString('base64')
  const last = await exchange.step(Buffer.from(`c=biws,r=mineours,p=${proof}`))
  expect(last).toMatchObject({ outcome: 'failed' })
})

test('a name with commas and equals signs is itself again', async () => {
  const exchange = await begun('a,b=c')
  const step = await exchange.step(Buffer.from('n,,n=a=2Cb=3Dc,r=rOprNGfwEbeRWgbNEkqO'))
  expect(textOf(step)).toBe(vector.serverFirst)
})

test('PLAIN checks a password against what SCRAM keeps of it', async () => {
  const user = await userWith('SCRAM-SHA-512', 'ann', 'sesame', vector.salt)
  const { users } = depsFor(user, '')
  const step = (text: string) => createPlainExchange(users).step(Buffer.from(text))
  expect(await step('\0ann\0sesame')).toMatchObject({
    outcome: 'done',
    identity: { principal: 'User:ann', scope },
  })
  expect(await step('ann\0ann\0sesame')).toMatchObject({ outcome: 'done' })
  for (const wrong of [
    '\0ann\0Sesame',
    '\0bob\0sesame',
    'bob\0ann\0sesame',
    '\0ann\0',
    'ann',
    '',
  ]) {
    expect(await step(wrong)).toMatchObject({ outcome: 'failed' })
  }
})
